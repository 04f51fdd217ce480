package todoku.customer;

import static java.time.ZoneOffset.UTC;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.access.Audit;
import todoku.access.Operator;
import todoku.customer.Departures.Departure;
import todoku.customer.Memberships.State;
import todoku.database.Database;
import todoku.mailing.Addresses;
import tools.jackson.databind.ObjectMapper;

/// What operators do to single customers: register, change, set what they want of a group. Each change with its line in
/// the log, in one transaction.
@Component
public class CustomerDesk {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Database database;
    private final JdbcClient db;
    private final Addresses addresses;
    private final Fields fields;
    private final Memberships memberships;
    private final Departures departures;
    private final CustomerHistory history;
    private final SharedAddresses sharing;
    private final Audit audit;
    private final InstantSource clock;

    CustomerDesk(Database database, Fields fields, Memberships memberships, Audit audit, InstantSource clock) {
        this.database = database;
        this.db = database.client();
        this.addresses = new Addresses(db);
        this.fields = fields;
        this.memberships = memberships;
        this.departures = new Departures(db);
        this.history = new CustomerHistory(db);
        this.sharing = new SharedAddresses(db);
        this.audit = audit;
        this.clock = clock;
    }

    /// How a wish to change somebody ended.
    sealed interface Outcome {
        record Kept(long id) implements Outcome {}

        record Refused(Map<String, Problem> errors) implements Outcome {}

        /// Somebody else was faster.
        record Stale() implements Outcome {}
    }

    /// @param id 0 for somebody new
    Outcome save(Operator by, long id, int version, CustomerForm form, @Nullable Customer before) {
        List<Field> own = fields.all();
        return switch (form.check(own, before == null ? Map.of() : before.custom())) {
            case CustomerForm.Check.Refused(var errors) -> new Outcome.Refused(errors);
            case CustomerForm.Check.Fine(CustomerForm.Checked values) -> {
                Optional<Field> shared = shared(own, id, values.custom());
                if (shared.isPresent()) yield taken(shared.get());
                try {
                    yield database.inTransaction(() -> write(by, id, version, values, own, form, before));
                } catch (DuplicateKeyException taken) {
                    yield taken(own, String.valueOf(taken.getMessage()));
                }
            }
        };
    }

    /// A unique field whose value somebody else has. Its index refuses as well, but may still be in the making.
    private Optional<Field> shared(List<Field> own, long id, Map<String, Object> custom) {
        return own.stream().filter(field -> field.unique() && custom.containsKey(field.key())).filter(field -> {
            String value = field.sql("c");
            Object wanted = custom.get(field.key()) instanceof Number number ? new BigDecimal(number.toString()) : custom.get(field.key());
            return db.sql("SELECT EXISTS (SELECT FROM customer c WHERE " + value + " = :wanted AND " + value + " IS NOT NULL AND c.id <> :id)")
                    .param("wanted", wanted).param("id", id).query(Boolean.class).single();
        }).findFirst();
    }

    private static Outcome taken(Field field) {
        return new Outcome.Refused(Map.of(CustomerForm.CUSTOM + field.key(), Problem.of("customer.bad.taken")));
    }

    private static Outcome taken(List<Field> own, String message) {
        for (Field field : own) if (message.contains(FieldIndexes.name(field, "unique"))) return taken(field);
        boolean number = message.contains("customer_number_key");
        return new Outcome.Refused(Map.of(
                number ? StandardField.NUMBER.column : "address",
                Problem.of(number ? "customer.bad.number-taken" : "customer.bad.address-taken")));
    }

    private Outcome write(
            Operator by, long id, int version, CustomerForm.Checked values, List<Field> own, CustomerForm form, @Nullable Customer before) {
        boolean shares = sharing.begin();
        long address = addresses.idsOf(List.of(values.address())).getFirst();
        Map<String, Object> row = new LinkedHashMap<>();
        values.standard().forEach((field, text) -> {
            if (field != StandardField.BIRTHDAY) row.put(field.column, text);
        });
        Optional<Long> addressBefore = addressOf(id);
        boolean comes = !addressBefore.equals(Optional.of(address));
        int place = shares && comes ? sharing.next(address) : 0;
        if (place > 0 && values.standard().get(StandardField.NUMBER) == null)
            return new Outcome.Refused(Map.of("address", Problem.of("customer.bad.address-shared")));
        Optional<Long> kept = db.sql(
                        id == 0
                                ? """
                                  INSERT INTO customer (number, address_id, share_no, family_name, given_name, family_kana, given_kana, gender, birthday,
                                         postal_code, prefecture, city, telephone, preferred_format, device, carrier, custom, created_at, changed_at)
                                  VALUES (:number, :address, :place, :family_name, :given_name, :family_kana, :given_kana, :gender, :birthday,
                                         :postal_code, :prefecture, :city, :telephone, :preferred_format, :device, :carrier, :custom::jsonb, :now, :now) RETURNING id
                                  """
                                : """
                                  UPDATE customer SET number = :number, address_id = :address,
                                         share_no = CASE WHEN address_id = :address THEN share_no ELSE :place END, family_name = :family_name,
                                         given_name = :given_name, family_kana = :family_kana, given_kana = :given_kana, gender = :gender,
                                         birthday = :birthday, postal_code = :postal_code, prefecture = :prefecture, city = :city,
                                         telephone = :telephone, preferred_format = :preferred_format, device = :device, carrier = :carrier,
                                         custom = (custom - :keys::text[]) || :custom::jsonb, changed_at = :now, version = version + 1
                                   WHERE id = :id AND version = :version RETURNING id
                                  """)
                .params(row)
                .param("id", id)
                .param("version", version)
                .param("address", address)
                .param("place", place)
                .param("birthday", values.birthday())
                .param("keys", own.stream().map(Field::key).toArray(String[]::new))
                .param("custom", JSON.writeValueAsString(values.custom()))
                .param("now", clock.instant().atOffset(UTC))
                .query(Long.class)
                .optional();
        if (kept.isEmpty()) return new Outcome.Stale();
        List<Long> saved = List.of(kept.get());
        if (id == 0) history.write(List.of(Change.created(saved)), new Cause.Operator(by.id()), clock.instant());
        else if (comes)
            history.write(List.of(Change.address(saved)), new Cause.Operator(by.id()), clock.instant());
        addressBefore.filter(_ -> shares && comes).ifPresent(left -> sharing.closeRanks(List.of(left)));
        standBy(by, kept.get(), address);
        if (place > 0) joinSilence(by, kept.get());
        audit.write(by, id == 0 ? "customer.add" : "customer.edit", "customer:" + kept.get(),
                before == null ? null : CustomerForm.of(before).typed(), form.typed());
        return new Outcome.Kept(kept.get());
    }

    /// One of the choices of a field, and nothing else. False when somebody changed the customer since that version was read.
    boolean choose(Operator by, long id, int version, Field field, String choice) {
        return database.inTransaction(() -> {
            boolean done = db.sql(
                                    """
                                    UPDATE customer SET custom = custom || jsonb_build_object(:key::text, :choice::text), changed_at = :now,
                                           version = version + 1
                                     WHERE id = :id AND version = :version
                                    """)
                            .param("key", field.key())
                            .param("choice", choice)
                            .param("now", clock.instant().atOffset(UTC))
                            .param("id", id)
                            .param("version", version)
                            .update()
                    == 1;
            if (done) audit.write(by, "customer.edit", "customer:" + id, null, Map.of(field.key(), choice));
            return done;
        });
    }

    /// Nobody else changes it before the transaction ends.
    private Optional<Long> addressOf(long id) {
        return db.sql("SELECT address_id FROM customer WHERE id = :id FOR UPDATE").param("id", id).query(Long.class).optional();
    }

    /// What was said to this address before its owner was deleted.
    private void standBy(Operator by, long customer, long address) {
        for (Departure departure : departures.takeBack(List.of(address)))
            memberships.set(customer, departure.group(), departure.state(), departure.since(), new Cause.Operator(by.id()), clock.instant());
    }

    /// What others at this address do not want was said for the address.
    private void joinSilence(Operator by, long customer) {
        for (Departure refusal : departures.ofSharers(customer))
            memberships.set(customer, refusal.group(), refusal.state(), refusal.since(), new Cause.Operator(by.id()), clock.instant());
    }

    /// Puts somebody into a group, or changes what they want of it.
    void membership(Operator by, long customer, long group, State state) {
        database.inTransaction(() -> {
            Instant now = clock.instant();
            @Nullable State before = memberships.set(customer, group, state, now, new Cause.Operator(by.id()), now);
            audit.write(by, "customer.membership", "customer:" + customer, Map.of("group", group, "state", before == null ? "" : before),
                    Map.of("group", group, "state", state));
        });
    }
}
