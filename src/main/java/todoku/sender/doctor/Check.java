package todoku.sender.doctor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One thing looked at. The texts: `sender.doctor.<name>` is its title, `sender.doctor.<name>.who` who asks for it, and
/// `sender.doctor.<name>.<finding>` what was found, with the details as arguments.
///
/// @param copy the record that mends it; null when there is nothing to copy
public record Check(String name, Verdict verdict, String finding, List<String> details, @Nullable Copy copy) {
    /// Keeps its own copy.
    public Check {
        details = List.copyOf(details);
    }

    /// A record as a DNS provider's form wants it.
    public record Copy(String name, String type, String value) {}

    static Check of(String name, Verdict verdict, String finding, String... details) {
        return new Check(name, verdict, finding, List.of(details), null);
    }

    Check copy(String recordName, String type, String value) {
        return new Check(name, verdict, finding, details, new Copy(recordName, type, value));
    }

    /// Said less loudly, where it matters to few receivers.
    Check atMost(Verdict most) {
        boolean louder = verdict == Verdict.FAIL && most != Verdict.FAIL;
        return louder ? new Check(name, most, finding, details, copy) : this;
    }

    public String title() {
        return "sender.doctor." + name;
    }

    public String said() {
        return title() + "." + finding;
    }

    public String who() {
        return title() + ".who";
    }
}
