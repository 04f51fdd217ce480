package todoku.mail.dkim;

/// What a receiving server finds out about the signatures of a mail.
public sealed interface DkimResult {

    /// At least one signature holds; this is the first that does.
    record Pass(String domain, String selector) implements DkimResult {}

    /// There are signatures and none holds; the reason is that of the last one tried.
    record Fail(String why) implements DkimResult {}

    /// The mail is not signed.
    record None() implements DkimResult {}
}
