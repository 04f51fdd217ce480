package todoku.customer;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.customer.Departures.Departure;
import todoku.database.Database;
import todoku.mail.address.MailAddress;
import todoku.mailing.Addresses;

/// Gives many customers another address, in the caller's transaction. Nothing else of them changes; what was said to the new
/// address before its owner was deleted holds for them.
final class AddressMoves {
    private final JdbcClient db;
    private final Addresses addresses;
    private final Departures departures;
    private final Memberships memberships;
    private final CustomerHistory history;
    private final SharedAddresses sharing;

    AddressMoves(Database database) {
        this.db = database.client();
        this.addresses = new Addresses(db);
        this.departures = new Departures(db);
        this.memberships = new Memberships(database);
        this.history = new CustomerHistory(db);
        this.sharing = new SharedAddresses(db);
    }

    /// @param from canonical
    record Move(long customer, String from, MailAddress to) {}

    /// Addresses are unique at every moment: moves are done together until one needs an address that another of them left.
    ///
    /// @param shares whether they may go where others are
    void move(List<Move> moves, boolean shares, Cause cause, Instant now) {
        List<Move> together = new ArrayList<>();
        Set<Long> moving = new HashSet<>();
        Set<String> left = new HashSet<>();
        for (Move move : moves) {
            if (moving.contains(move.customer()) || left.contains(move.to().canonical())) {
                moveTogether(together, shares, cause, now);
                together.clear();
                moving.clear();
                left.clear();
            }
            together.add(move);
            moving.add(move.customer());
            left.add(move.from());
        }
        if (!together.isEmpty()) moveTogether(together, shares, cause, now);
    }

    private void moveTogether(List<Move> moves, boolean shares, Cause cause, Instant now) {
        List<Long> ids = addresses.idsOf(moves.stream().map(Move::to).toList());
        Long[] customers = moves.stream().map(Move::customer).toArray(Long[]::new);
        if (shares) share(customers, ids);
        else db.sql("""
                UPDATE customer c SET address_id = w.address_id
                  FROM unnest(:customers::bigint[], :addresses::bigint[]) w(customer_id, address_id) WHERE c.id = w.customer_id
                """)
            .param("customers", customers).param("addresses", ids.toArray(Long[]::new)).update();
        history.write(List.of(Change.address(moves.stream().map(Move::customer).toList())), cause, now);
        Map<Long, Long> owners = new HashMap<>();
        for (int i = 0; i < ids.size(); i++) owners.put(ids.get(i), moves.get(i).customer());
        for (Departure departure : departures.takeBack(ids)) {
            @Nullable Long customer = owners.get(departure.address());
            if (customer != null && !banned(customer, departure.group()))
                memberships.set(customer, departure.group(), departure.state(), departure.since(), cause, now);
        }
    }

    /// Each behind those who have the address already.
    private void share(Long[] customers, List<Long> addressIds) {
        List<Long> left = new ArrayList<>(db.sql("SELECT DISTINCT address_id FROM customer WHERE id = ANY (:customers)")
                .param("customers", customers).query(Long.class).list());
        db.sql("""
                UPDATE customer c SET address_id = w.address_id, share_no = w.share_no
                  FROM (SELECT m.customer_id, m.address_id,
                               coalesce((SELECT max(k.share_no) + 1 FROM customer k WHERE k.address_id = m.address_id), 0)
                               + row_number() OVER (PARTITION BY m.address_id ORDER BY m.n) - 1 AS share_no
                          FROM unnest(:customers::bigint[], :addresses::bigint[]) WITH ORDINALITY m(customer_id, address_id, n)) w
                 WHERE c.id = w.customer_id
                """)
            .param("customers", customers).param("addresses", addressIds.toArray(Long[]::new)).update();
        left.addAll(addressIds);
        sharing.closeRanks(left);
    }

    private boolean banned(long customer, long group) {
        return db.sql("SELECT EXISTS (SELECT FROM membership WHERE customer_id = :customer AND group_id = :group AND state = 'BANNED')")
                .param("customer", customer).param("group", group).query(Boolean.class).single();
    }
}
