package todoku.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import todoku.backup.Backup;
import todoku.backup.Manifest;
import todoku.backup.Passphrase;
import todoku.backup.Restore;
import todoku.database.Database;
import todoku.database.Secrets;
import todoku.event.MailingId;
import todoku.mail.smtp.Answer;
import todoku.mailing.Mailings;
import todoku.mailing.Progress;

/// A backup by our own command in the middle of a campaign, and an empty database of the very same server to put it into:
/// neither system identifier nor timeline tells that it was restored.
class BackupWhileSendingTest extends EngineWorld {
    private static final int ALL = 400;
    private static final int BEFORE = 50;
    private static final Passphrase PASSPHRASE = Passphrase.of("correct horse battery");

    @TempDir
    Path elsewhere;

    @Test
    void what_was_under_way_is_held_and_nobody_is_lost_when_a_person_lets_it_go() throws Exception {
        MailingId mailing = backedUpInTheMiddle("backed-up.example");
        Set<String> got = new HashSet<>(received.keySet());
        try (Database restored = restored()) {
            Restored door = new Restored(restored, clock);
            Mailings there = new Mailings(restored.client(), clock);
            int withoutResult;
            try (Engine engine = engineOver(restored, elsewhere)) {
                engine.start();
                withoutResult = door.list(10).getFirst().withoutResult();
                assertThat(door.list(10)).containsExactly(new Restored.HeldBack(mailing, Mailings.Kind.GROUP, ALL, withoutResult));
                assertThat(withoutResult).isBetween(1, ALL - BEFORE + 2 * CONNECTIONS);
                there.resume(mailing); // is not enough
                endLeases(restored);
                assertThat(received).hasSize(got.size());

                assertThat(door.release(mailing)).isTrue();
                engine.wake();
                await(() -> there.state(mailing) == Mailings.State.SENT);
            }
            Progress end = there.progress(mailing);
            assertThat(end.delivered() + end.unknown()).isEqualTo(ALL);
            assertThat(end.unknown()).isLessThanOrEqualTo(2 * CONNECTIONS);
            // Whoever is unknown was in dialogue during the backup: the first server brought it.
            assertThat(received).hasSize(ALL);
            assertThat(received.values().stream().filter(times -> times == 2).count()).isLessThanOrEqualTo(withoutResult);
        }
    }

    @Test
    void the_same_node_brings_the_answers_that_came_after_the_backup_from_its_journal() throws Exception {
        MailingId mailing = backedUpInTheMiddle("journal.example");
        try (Database restored = restored()) {
            Restored door = new Restored(restored, clock);
            Mailings there = new Mailings(restored.client(), clock);
            try (Engine engine = engineOver(restored, directory)) {
                engine.start();
                assertThat(door.list(10)).extracting(Restored.HeldBack::mailing).containsExactly(mailing);
                assertThat(there.progress(mailing).delivered()).isEqualTo(received.size());
                assertThat(door.release(mailing)).isTrue();
                there.resume(mailing);
                engine.wake();
                await(() -> there.state(mailing) == Mailings.State.SENT);
            }
            assertThat(there.progress(mailing)).isEqualTo(new Progress(ALL, ALL, 0, 0, 0, 0, 0));
            assertThat(received).hasSize(ALL).allSatisfy((_, times) -> assertThat(times).isEqualTo(1));
        }
    }

    @Test
    void what_is_emptied_while_a_backup_begins_is_not_half_in_it() throws Exception {
        var db = database.client();
        Secrets.at(directory.resolve("key"));
        db.sql("INSERT INTO waiting_bounce (mailing_id, no, reason, at) VALUES (1, 1, 'OTHER', now()) ON CONFLICT DO NOTHING").update();
        int domains = db.sql("SELECT count(*) FROM domain").query(Integer.class).single();
        var made = new CompletableFuture<Manifest>();
        database.database().inTransaction(() -> {
            db.sql("TRUNCATE waiting_bounce").update();
            db.sql("INSERT INTO domain (name) VALUES ('emptied.example')").update();
            Thread.ofVirtual().start(() -> made.complete(backup("emptied")));
            await(EngineWorld::somebodyWaitsForARow);
        });
        Manifest manifest = made.get(30, TimeUnit.SECONDS);
        assertThat(rows(manifest, "waiting_bounce")).isZero();
        assertThat(rows(manifest, "domain")).isEqualTo(domains + 1);
    }

    private Manifest backup(String name) {
        try {
            return Backup.write(database.dataSource(), directory, PASSPHRASE, directory.resolve(name), "test", clock.instant());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long rows(Manifest manifest, String table) {
        return manifest.tables().stream().filter(part -> part.name().equals(table)).findFirst().orElseThrow().rows();
    }

    /// All connections wait for their answers while the backup is made; then as many again go out, and the first server ends.
    private MailingId backedUpInTheMiddle(String domain) throws Exception {
        var some = new CountDownLatch(BEFORE);
        var written = new CountDownLatch(1);
        var more = new CountDownLatch(2 * BEFORE);
        dot = _ -> {
            some.countDown();
            more.countDown();
            if (some.getCount() == 0) awaits(written);
            return Answer.say(250, "Ok");
        };
        MailingId mailing = planned(domain, ALL);
        Path keys = directory.resolve("key");
        Secrets.at(keys);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> some.getCount() == 0);
            Backup.write(database.dataSource(), directory, PASSPHRASE, directory.resolve("backup"), "test", clock.instant());
            written.countDown();
            await(() -> more.getCount() == 0);
            mailings.pause(mailing, Mailings.PauseCause.USER);
            await(() -> engine.idle(mailing));
        }
        return mailing;
    }

    private static void awaits(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Database restored() throws Exception {
        String url = database.emptyUrl();
        new Restore(Database.asItIs(url, database.user(), database.password()), elsewhere)
                .read(directory.resolve("backup"), PASSPHRASE, clock.instant());
        return Database.open(url, database.user(), database.password());
    }

    private Engine engineOver(Database restored, Path node) {
        Path before = directory;
        directory = node;
        try {
            return new Engine(
                    restored, this::prepare, carrier, settings(), clock, "boot", () -> BootClock.SYSTEM.millis() + slept.get(), alone, _ -> {});
        } finally {
            directory = before;
        }
    }

    /// Nobody waits a minute for the first server's.
    private static void endLeases(Database restored) {
        for (String table : List.of("delivery_batch", "waiting_message"))
            restored.client().sql("UPDATE " + table + " SET leased_until = clock_timestamp() WHERE leased_until > clock_timestamp()").update();
    }
}
