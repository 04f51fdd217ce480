package todoku.sender.doctor;

import java.security.PublicKey;
import java.util.List;
import java.util.Objects;
import todoku.mail.dkim.DkimKeyPair;
import todoku.mail.dkim.DkimRecord;
import todoku.mail.dns.Dns;
import todoku.mail.dns.DnsAnswer;

/// Is each key of ours published, and may it be used?
final class DkimCheck {
    private static final int ADVISED_BITS = 2048;

    private final Dns dns;

    DkimCheck(Dns dns) {
        this.dns = dns;
    }

    List<Check> of(Subject subject) {
        if (subject.keys().isEmpty()) return List.of(Check.of("dkim", Verdict.FAIL, "unsigned"));
        return subject.keys().stream().map(this::published).toList();
    }

    private Check published(Check.Copy ours) {
        String name = ours.name();
        DnsAnswer<String> texts = dns.texts(name);
        if (!texts.known()) return Check.of("dkim", Verdict.UNKNOWN, "unknown", name);
        List<String> records =
                texts.records().stream().filter(text -> DkimRecord.read(text) != null).toList();
        if (records.isEmpty()) return mend(Verdict.FAIL, "missing", ours);
        if (records.size() > 1) return mend(Verdict.FAIL, "several", ours);
        DkimRecord record = Objects.requireNonNull(DkimRecord.read(records.getFirst()));
        if (record.revoked()) return mend(Verdict.FAIL, "revoked", ours);
        PublicKey key = DkimKeyPair.readDnsRecord(records.getFirst());
        if (key == null) return mend(Verdict.FAIL, "broken", ours);
        if (!key.equals(DkimKeyPair.readDnsRecord(ours.value()))) return mend(Verdict.FAIL, "other", ours);
        if (!record.forMail()) return mend(Verdict.FAIL, "not-for-mail", ours);
        if (record.testing()) return mend(Verdict.WARN, "testing", ours);
        if (record.bits() > 0 && record.bits() < ADVISED_BITS)
            return Check.of("dkim", Verdict.WARN, "short", name, String.valueOf(record.bits()));
        return Check.of("dkim", Verdict.PASS, "pass", name);
    }

    private static Check mend(Verdict verdict, String finding, Check.Copy ours) {
        return Check.of("dkim", verdict, finding, ours.name()).copy(ours.name(), ours.type(), ours.value());
    }
}
