package todoku.customer.consent;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import todoku.access.Audit;
import todoku.access.Operator;
import todoku.customer.Agreement;
import todoku.customer.Customer;
import todoku.customer.consent.Consent.Source;
import todoku.database.Database;
import todoku.event.AddressId;
import todoku.mail.address.MailAddress;
import todoku.suppression.By;
import todoku.suppression.Suppressions;
import todoku.suppression.Suppressions.Reason;

/// What operators and programs do with consents, each with its line in the log in one transaction.
@Component
class ConsentDesk {
    /// Bytes of a hash in the log: enough to tell two searches apart.
    private static final int NAMED_BYTES = 8;

    private final Database database;
    private final Consents consents;
    private final ConsentRetention retention;
    private final Suppressions suppressions;
    private final Audit audit;
    private final InstantSource clock;
    private final ZoneId zone;

    ConsentDesk(
            Database database, Consents consents, ConsentRetention retention, Suppressions suppressions, Audit audit, InstantSource clock, ZoneId zone) {
        this.database = database;
        this.consents = consents;
        this.retention = retention;
        this.suppressions = suppressions;
        this.audit = audit;
        this.clock = clock;
        this.zone = zone;
    }

    Map<String, String> errors(ConsentForm form) {
        return form.errors(clock.instant(), zone);
    }

    /// @return false when the same was on record
    boolean record(Operator by, Customer customer, Source source, Agreement said, @Nullable Long group) {
        return database.inTransaction(() -> {
            @Nullable Long id = consents.add(customer.id(), customer.addressId(), source, said, group, by.id(), clock.instant());
            if (id == null) return false;
            Map<String, Object> after = new LinkedHashMap<>();
            after.put("consent", id);
            after.put("source", source);
            after.put("agreed", said.at().toString());
            if (said.method() != null) after.put("method", said.method());
            if (said.document() != null) after.put("document", said.document());
            if (said.purpose() != null) after.put("purpose", said.purpose());
            if (group != null) after.put("group", group);
            audit.write(by, "consent.record", "customer:" + customer.id(), null, after);
            return true;
        });
    }

    /// @param stop the address gets no more mail at all, from this moment on
    /// @return false when it is withdrawn already or is not theirs
    boolean withdraw(Operator by, Customer customer, long consent, boolean stop, String note) {
        return database.inTransaction(() -> {
            Instant now = clock.instant();
            if (!consents.withdraw(customer.id(), consent, by.id(), now)) return false;
            if (stop) suppressions.add(List.of(new AddressId(customer.addressId())), Reason.REQUESTED, new By(by.id(), note));
            audit.write(by, "consent.withdraw", "customer:" + customer.id(), Map.of("consent", consent), Map.of("stop", stop));
            return true;
        });
    }

    /// Who asked is logged, by the hash of the address: the log is kept longer than any address.
    List<Consent> proof(Operator by, MailAddress address) {
        return database.inTransaction(() -> {
            List<Consent> found = consents.ofAddress(address);
            String named = HexFormat.of().formatHex(consents.hash(address.canonical()), 0, NAMED_BYTES);
            audit.write(by, "consent.proof", "consent-of:" + named, null, Map.of("found", found.size()));
            return found;
        });
    }

    /// @return false when somebody else has changed it meanwhile
    boolean keepFor(Operator by, int days, int version) {
        return database.inTransaction(() -> {
            int before = retention.setting().days();
            if (!retention.set(days, version)) return false;
            audit.write(by, "consent.retention", "settings", Map.of("days", before), Map.of("days", days));
            return true;
        });
    }
}
