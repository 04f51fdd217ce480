package todoku.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import todoku.bench.FaultReport.Round;
import todoku.customer.Groups;
import todoku.database.Database;

/// A shop's file, imported by a process that is killed and by the next one: the tables must be the same as after one
/// import, line by line.
final class ImportFaults {
    private static final int LIMIT_SECONDS = 300;

    private final FaultGround ground;
    private final Path file;
    private final SplittableRandom random;
    private @Nullable String undisturbed;
    private int importMillis;
    private int databases;

    /// Kills that come too late are repeated this often.
    private static final int AGAIN = 5;

    ImportFaults(FaultGround ground, Path file, SplittableRandom random) {
        this.ground = ground;
        this.file = file;
        this.random = random;
    }

    Round round() throws IOException {
        String expected = undisturbed;
        if (expected == null) {
            expected = imported(false).tables();
            undisturbed = expected;
        }
        Imported killed = imported(true);
        // An import may be faster than the undisturbed one was: the next kill comes sooner.
        for (int again = 0; again < AGAIN && !killed.hit(); again++) {
            importMillis = Math.max(1, importMillis / 2);
            killed = imported(true);
        }
        return new Round(killed.hit(), killed.tables().equals(expected) ? 0 : 1, 0, 0, 0, 0, 0);
    }

    private record Imported(boolean hit, String tables) {}

    /// In a database of its own each time.
    private Imported imported(boolean killing) throws IOException {
        if (!Files.isReadable(file)) throw new IOException("--file: cannot read " + file);
        String name = "import_" + databases++;
        ground.database.client().sql("CREATE DATABASE " + name).update();
        String url = ground.jdbcUrl().replaceFirst("/[^/]+$", "/" + name);
        try (Database database = ground.openOther(url)) {
            long group = new Groups(database.client()).findOrCreate(1, "メルマガ会員").id();
            boolean hit = false;
            if (killing) {
                try (Child child = child(url, group, 0)) {
                    child.awaits("importing", LIMIT_SECONDS);
                    Programs.rest(random.nextInt(importMillis));
                    child.kill();
                    hit = !child.says("done");
                }
            }
            long begun = database.client().sql("SELECT coalesce(max(id), 0) FROM customer_import").query(Long.class).single();
            try (Child child = child(url, group, begun)) {
                if (!child.awaits("importing", LIMIT_SECONDS)) throw new IOException(child + " does not import");
                double began = child.seconds();
                if (!child.awaits("done", LIMIT_SECONDS)) throw new IOException(child + " does not finish the import");
                if (!killing) importMillis = (int) ((child.seconds() - began) * 1_000) + 1;
            }
            return new Imported(hit, tables(database));
        } finally {
            ground.database.client().sql("DROP DATABASE " + name + " WITH (FORCE)").update();
        }
    }

    private Child child(String url, long group, long begun) throws IOException {
        List<String> options = begun == 0
                ? List.of("--file", file.toString())
                : List.of("--file", file.toString(), "--import", "" + begun);
        if (group != ground.group) throw new IOException("the group has another number");
        return ground.child("import", url, false, options);
    }

    /// Everything an import writes, without the numbers and times that differ every time.
    private static String tables(Database database) {
        return database.client().sql("""
                SELECT concat_ws(' ',
                    (SELECT md5(string_agg(concat_ws('|', c.number, a.as_written, c.family_name, c.given_name, c.birthday, c.postal_code,
                                                     c.city, c.telephone, c.custom), E'\\n' ORDER BY a.canonical))
                       FROM customer c JOIN address a ON a.id = c.address_id),
                    (SELECT md5(string_agg(concat_ws('|', a.canonical, m.state), E'\\n' ORDER BY a.canonical))
                       FROM membership m JOIN customer c ON c.id = m.customer_id JOIN address a ON a.id = c.address_id),
                    (SELECT md5(string_agg(concat_ws('|', class, lines), E'\\n' ORDER BY class, first_line)) FROM customer_import_block),
                    (SELECT concat_ws('/', state, lines_done, lines_total, success, unsubscribed, failure, other) FROM customer_import))
                """).query(String.class).single();
    }
}
