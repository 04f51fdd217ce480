package todoku.sender.doctor;

/// How one check went.
public enum Verdict {
    PASS,
    /// not asked for by anybody, but of use
    ADVICE,
    /// mail arrives, with some receivers not as well as it could
    WARN,
    /// large receivers refuse such mail or take it for spam
    FAIL,
    /// nobody answered, so nothing is said against the domain
    UNKNOWN
}
