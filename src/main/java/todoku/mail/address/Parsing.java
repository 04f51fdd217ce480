package todoku.mail.address;

/// How reading a typed address ended.
public sealed interface Parsing {

    /// An address we can send to. `rfcViolating` marks the old carrier forms (`a..b@`, `a.@`, `.a@`), which
    /// need quoting in SMTP and which some receivers no longer accept.
    record Parsed(MailAddress address, boolean rfcViolating) implements Parsing {}

    /// Not an address, and why.
    record Refused(Problem problem) implements Parsing {}

    /// The first reason found, in the order a person would want to hear it.
    enum Problem {
        EMPTY,
        NO_AT,
        TWO_AT,
        DOMAIN_WITHOUT_DOT,
        CONTROL_CHARACTER,
        BAD_DOMAIN,
        BAD_LOCAL,
        TOO_LONG
    }
}
