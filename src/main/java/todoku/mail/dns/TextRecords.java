package todoku.mail.dns;

import java.util.List;

/// Knows the TXT records of a name, each with its parts joined (RFC 7208 §3.3). Empty when there are none or nobody answers.
@FunctionalInterface
public interface TextRecords {
    List<String> of(String name);
}
