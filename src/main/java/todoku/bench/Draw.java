package todoku.bench;

import todoku.database.Database;

/// Draws lots from numbers inside PostgreSQL: the same number and salt give the same lot in every run.
final class Draw {
    private Draw() {}

    /// `bench_lot(n, salt, m)` is one of 0 … m − 1, all alike; `bench_low` mostly a small one.
    static void begin(Database database) {
        for (String function : new String[] {
            """
            CREATE OR REPLACE FUNCTION bench_lot(n bigint, salt int, m int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
            'SELECT ((hashint8extended($1, $2) & 9223372036854775807) % $3)::int'
            """,
            """
            CREATE OR REPLACE FUNCTION bench_low(n bigint, salt int, m int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
            'SELECT floor($3 * power(bench_lot($1, $2, 1000000) / 1000000.0::float8, 2))::int'
            """
        }) database.client().sql(function).update();
    }

    static void end(Database database) {
        database.client().sql("DROP FUNCTION bench_low(bigint, int, int), bench_lot(bigint, int, int)").update();
    }
}
