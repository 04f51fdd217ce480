package todoku.mailing;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import java.sql.ResultSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.event.AddressId;
import todoku.event.MailingId;
import todoku.mailing.Results.Place;

/// The recipients of a mailing: numbered once, in the planning transaction, and never changed.
public final class Recipients {
    /// For each step of sorting and joining a list: one of a million fits, what is more goes by way of the disk.
    private static final String MEMORY = "128MB";

    private final JdbcClient db;

    public Recipients(JdbcClient db) {
        this.db = db;
    }

    /// Names the lists that the unsubscribe link of this mailing leaves.
    public void fromGroups(MailingId mailing, Collection<Long> groups) {
        db.sql(
                        """
                        INSERT INTO mailing_group (mailing_id, group_id)
                        SELECT id, unnest(:groups::bigint[]) FROM mailing WHERE id = :mailing AND state = 'PREPARING'
                        ON CONFLICT DO NOTHING
                        """)
                .param("groups", groups.toArray(Long[]::new))
                .param("mailing", mailing.value())
                .update();
    }

    /// Everybody of this mailing, whoever they are, reads it as it is for this customer: a test mail.
    public void readAs(MailingId mailing, long customer) {
        db.sql("UPDATE mailing SET as_customer_id = :customer WHERE id = :mailing AND state = 'PREPARING'")
                .param("customer", customer)
                .param("mailing", mailing.value())
                .update();
    }

    /// Those of them who opted out get it all the same: an urgent spot mail.
    public void evenOptedOut(MailingId mailing) {
        db.sql("UPDATE mailing SET even_opted_out = true WHERE id = :mailing AND state = 'PREPARING'")
                .param("mailing", mailing.value())
                .update();
    }

    /// Who a recipient is.
    ///
    /// @param customer null for one who is but an address
    public record Who(AddressId address, @Nullable Long customer) {}

    /// Who these are; those who are forgotten are left out. The number of the mailing stands in the text of the question: so its
    /// partition is found when the question is planned. Otherwise the partitions of all mailings of the past are opened.
    public Map<Place, Who> who(Collection<Place> places) {
        Map<Place, Who> who = HashMap.newHashMap(places.size());
        places.stream().collect(groupingBy(place -> place.mailing().value(), TreeMap::new, toList()))
                .forEach((mailing, ofOne) -> db.sql(
                                "SELECT no, address_id, customer_id FROM mailing_recipient WHERE mailing_id = " + mailing + " AND no = ANY (:nos::int[])")
                        .param("nos", ofOne.stream().map(Place::no).toArray(Integer[]::new))
                        .query((ResultSet row) -> {
                            who.put(
                                    new Place(new MailingId(mailing), row.getInt("no")),
                                    new Who(new AddressId(row.getLong("address_id")), row.getObject("customer_id", Long.class)));
                        }));
        return who;
    }

    /// Consecutive numbers towards one destination; 0 = of domains nobody has asked DNS about yet.
    public record Range(long destination, int first, int last) {
        public int size() {
            return last - first + 1;
        }
    }

    /// Makes the list of this transaction: everybody this question answers as `customer_id, address_id`. It may be asked of
    /// millions: for the rest of the transaction there is memory to join and sort them.
    ///
    /// @return how many there are
    public int choose(String question, Map<String, ?> parameters) {
        db.sql("""
                SELECT set_config('work_mem', :memory, true), set_config('random_page_cost', '1.1', true)
                """)
                .param("memory", MEMORY)
                .query((ResultSet row) -> { });
        return db.sql("CREATE TEMPORARY TABLE chosen ON COMMIT DROP AS"
                        + " SELECT q.customer_id, q.address_id, coalesce(d.destination_id, 0) AS destination_id FROM (" + question + ") q"
                        + " JOIN address a ON a.id = q.address_id JOIN domain d ON d.id = a.domain_id")
                .params(parameters)
                .update();
    }

    /// Numbers everybody on the list from 1, destination by destination, so that one destination is one range of numbers.
    ///
    /// @return the ranges, in order
    public List<Range> write(MailingId mailing) {
        // One number sorts twice as fast as two, and the numbers of addresses are far from 40 bits long.
        db.sql("""
                INSERT INTO mailing_recipient (mailing_id, no, address_id, customer_id)
                SELECT :mailing, row_number() OVER (ORDER BY (destination_id << 40) + address_id), address_id, customer_id FROM chosen
                """)
                .param("mailing", mailing.value())
                .update();
        return db.sql("""
                SELECT destination_id, sum(count(*)) OVER (ORDER BY destination_id) - count(*) + 1 AS first,
                       sum(count(*)) OVER (ORDER BY destination_id) AS last
                  FROM chosen GROUP BY destination_id ORDER BY destination_id
                """)
                .query((row, n) -> new Range(row.getLong("destination_id"), row.getInt("first"), row.getInt("last")))
                .list();
    }

    /// How many were left out while planning, for one reason of the glossary's 除外.
    public void excluded(MailingId mailing, String reason, int count) {
        if (count == 0) return;
        db.sql("INSERT INTO planning_exclusion (mailing_id, reason, count) VALUES (:mailing, :reason, :count)")
                .param("mailing", mailing.value())
                .param("reason", reason)
                .param("count", count)
                .update();
    }
}
