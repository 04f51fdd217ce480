package todoku.mail.policy;

import java.util.List;

/// What SPF says about one address and one domain.
///
/// @param path    the terms that decided, from the domain's own record inwards, such as `include:spf.example.jp`
/// @param lookups terms that asked DNS, of the ten allowed (RFC 7208 §4.6.4)
/// @param why     what is wrong with the record, or what DNS did not answer; empty when there is nothing to say
public record SpfResult(Code code, List<String> path, int lookups, String why) {
    /// The seven results of RFC 7208 §2.6.
    public enum Code {
        NONE,
        NEUTRAL,
        PASS,
        FAIL,
        SOFTFAIL,
        TEMPERROR,
        PERMERROR
    }

    /// Keeps its own copy.
    public SpfResult {
        path = List.copyOf(path);
    }
}
