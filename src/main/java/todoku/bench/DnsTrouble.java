package todoku.bench;

/// What can be the matter with a domain in DNS, and how its recipients must end: for good only when DNS says so
/// (RFC 5321 §5.1, RFC 7505), else they wait, or get their mail all the same.
enum DnsTrouble {
    NXDOMAIN(End.NO_HOST),
    SERVFAIL(End.WAITS),
    REFUSED(End.WAITS),
    /// No answer at all.
    SILENT(End.WAITS),
    /// Too long for UDP: the whole answer comes over TCP (RFC 7766).
    TRUNCATED(End.DELIVERED),
    /// As above, and nobody listens there.
    TRUNCATED_NO_TCP(End.WAITS),
    NULL_MX(End.NO_HOST),
    /// A null MX beside a real one must not be (RFC 7505 §3): the real one says that they take mail.
    NULL_MX_BESIDE(End.DELIVERED),
    /// Must not be (RFC 2181 §10.3), and is often met.
    MX_TO_CNAME(End.DELIVERED),
    /// The other name's mail hosts are theirs (RFC 5321 §5.1).
    CNAME(End.DELIVERED),
    CNAME_LOOP(End.WAITS),
    /// The name exists, its mail host does not.
    MX_MISSING(End.NO_HOST),
    MX_SERVFAIL(End.WAITS),
    /// One host does not exist, about the other DNS has no answer.
    MX_MISSING_AND_SERVFAIL(End.WAITS),
    /// An IP address in place of a name.
    MX_TO_ADDRESS(End.NO_HOST),
    /// Of fifty hosts, three do not exist and two refuse connections.
    FIFTY_MX(End.DELIVERED),
    /// Of fifty hosts only the last five exist. Nobody need ask about all fifty, but who does not cannot say that there are none.
    FIFTY_MX_LAST(End.NOT_FAILED),
    /// Of two hosts of the same preference one refuses connections.
    EQUAL_MX(End.DELIVERED),
    /// An address and no MX.
    NO_MX(End.DELIVERED),
    /// The name exists, without MX and without an address.
    NO_DATA(End.NO_HOST),
    /// We have no IPv6: that is our lack, not theirs.
    IPV6_ONLY(End.WAITS),
    /// Nobody's mail host is in our own machine.
    LOOPBACK(End.NO_HOST),
    /// No DNS message at all.
    GARBAGE(End.WAITS),
    /// Somebody else says NXDOMAIN first, without knowing the number of the question (RFC 5452 §4.3): nothing is known then.
    FORGED_NUMBER(End.NOT_FAILED),
    /// Somebody else says NXDOMAIN first, about another name (RFC 5452 §4.2).
    FORGED_NAME(End.NOT_FAILED),
    /// The answer comes late, not too late.
    LATE(End.DELIVERED);

    /// How recipients of a domain end while the trouble lasts.
    enum End {
        DELIVERED,
        /// Failed, because there is no host to take it.
        NO_HOST,
        /// Nothing is known: they wait until DNS is well again.
        WAITS,
        /// One or the other, but not [#NO_HOST].
        NOT_FAILED
    }

    final End end;

    DnsTrouble(End end) {
        this.end = end;
    }
}
