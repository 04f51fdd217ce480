package todoku.customer;

import java.util.Collection;
import org.springframework.jdbc.core.simple.JdbcClient;

/// Whether several customers may have the same mail address (C-07), and in which order they have it. The first holder has
/// number 0 and is there as long as anybody has the address: by the address alone, files and programs mean them. Suppressions
/// belong to the address and hold for all. Safe for many threads.
public final class SharedAddresses {
    private final JdbcClient db;

    public SharedAddresses(JdbcClient db) {
        this.db = db;
    }

    /// @param unique customer.addressUnique: one customer for each address
    record Setting(boolean unique, int version) {}

    /// How a wish to change the setting ended.
    sealed interface Outcome {
        record Changed() implements Outcome {}

        /// Somebody else was faster.
        record Stale() implements Outcome {}

        /// So many addresses have several customers: they are made one first.
        record StillShared(long addresses) implements Outcome {}
    }

    Setting setting() {
        return db.sql("SELECT address_unique, version FROM customer_setting")
                .query((row, n) -> new Setting(row.getBoolean(1), row.getInt(2))).single();
    }

    /// Whether addresses may have several customers.
    public boolean allowed() {
        return !setting().unique();
    }

    /// Whoever is giving addresses to customers at this moment ends first. Runs in the caller's transaction.
    Outcome change(Setting wanted) {
        int version = db.sql("SELECT version FROM customer_setting FOR UPDATE").query(Integer.class).single();
        if (version != wanted.version()) return new Outcome.Stale();
        long shared = wanted.unique() ? count() : 0;
        if (shared > 0) return new Outcome.StillShared(shared);
        db.sql("UPDATE customer_setting SET address_unique = :unique, version = version + 1").param("unique", wanted.unique()).update();
        return new Outcome.Changed();
    }

    /// Whether any address has several customers.
    public boolean any() {
        return db.sql("SELECT EXISTS (SELECT FROM customer WHERE share_no > 0)").query(Boolean.class).single();
    }

    /// How many customers have this address.
    public int holders(long address) {
        return db.sql("SELECT count(*) FROM customer WHERE address_id = :address").param("address", address).query(Integer.class).single();
    }

    /// Addresses with several customers.
    long count() {
        return db.sql("SELECT count(DISTINCT address_id) FROM customer WHERE share_no > 0").query(Long.class).single();
    }

    /// As [#allowed], and if so it stays so until the caller's transaction ends: whoever else gives addresses to customers, or
    /// deletes customers, waits. Before anything else in the transaction.
    boolean begin() {
        if (!allowed()) return false;
        CustomerImport.keepErasersOut(db);
        CustomerImport.takeTurn(db);
        return !db.sql("SELECT address_unique FROM customer_setting FOR SHARE").query(Boolean.class).single();
    }

    /// The number of whoever takes this address next. Behind [#begin].
    int next(long address) {
        return db.sql("SELECT coalesce(max(share_no) + 1, 0) FROM customer WHERE address_id = :address")
                .param("address", address).query(Integer.class).single();
    }

    /// Somebody has left these addresses: where it was the first holder, the next one is it now.
    void closeRanks(Collection<Long> addresses) {
        db.sql("""
                UPDATE customer c SET share_no = 0
                  FROM (SELECT DISTINCT ON (k.address_id) k.id FROM customer k
                         WHERE k.address_id = ANY (:addresses) AND k.share_no > 0
                           AND NOT EXISTS (SELECT FROM customer f WHERE f.address_id = k.address_id AND f.share_no = 0)
                         ORDER BY k.address_id, k.share_no) next
                 WHERE c.id = next.id
                """)
            .param("addresses", addresses.toArray(Long[]::new)).update();
    }
}
