package todoku.bench;

import java.time.Instant;
import todoku.customer.record.RecordKind;
import todoku.customer.record.RecordKinds;
import todoku.database.Database;

/// The orders of a large shop over three years: forty products, a few customers who buy often and many who seldom do.
final class Orders {
    private static final int AT_ONCE = 250_000;

    /// Has no divisor in common with any number of customers that people type: spreads who buys often over all of them.
    private static final int PRIME = 611_953;

    private final Database database;
    private final int customers;

    Orders(Database database, int customers) {
        this.database = database;
        this.customers = customers;
    }

    long fill(int orders) {
        long kind = new RecordKinds(database).add(RecordKind.PRESETS.getFirst(), null, Instant.now()).orElseThrow();
        for (int first = 1; first <= orders; first += AT_ONCE)
            database.client().sql("""
                    INSERT INTO related_record (kind_id, customer_id, number, at, amount, data)
                    SELECT :kind, customer, 'O' || lpad(n::text, 8, '0'), at, quantity * price,
                           jsonb_build_object('商品コード', 'T-' || lpad(product::text, 3, '0'), '商品名', '商品' || product, '数量', quantity, '単価', price,
                                              '状態', (ARRAY['発送済','発送済','発送済','発送済','発送済','発送済','発送済','注文','返品','キャンセル'])[1 + bench_lot(n, 204, 10)])
                      FROM (SELECT n, 1 + (bench_low(n, 200, :customers)::bigint * :prime) % :customers AS customer,
                                   date_trunc('second', now()) - interval '1 second' * bench_lot(n, 201, 3 * 365 * 86400) AS at,
                                   1 + bench_low(n, 202, 40) AS product, 1 + bench_low(n, 203, 4) AS quantity,
                                   800 + 350 * (bench_low(n, 202, 40) % 23) AS price
                              FROM generate_series(:from::bigint, :to::bigint) n) o
                    """)
                    .param("kind", kind)
                    .param("customers", customers)
                    .param("prime", PRIME)
                    .param("from", first)
                    .param("to", Math.min(orders, first + AT_ONCE - 1))
                    .update();
        return orders;
    }
}
