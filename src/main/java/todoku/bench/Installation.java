package todoku.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import todoku.campaign.Audience;
import todoku.campaign.Launch;
import todoku.content.MailSource;
import todoku.content.Mails;
import todoku.customer.Memberships;
import todoku.customer.MergeValues;
import todoku.database.Database;
import todoku.database.EmbeddedPostgres;
import todoku.database.Secrets;
import todoku.delivery.Batches;
import todoku.delivery.EngineSettings;
import todoku.delivery.Providers;
import todoku.delivery.Shaping;
import todoku.event.Event.Environment;
import todoku.event.MailingId;
import todoku.mailing.Mailings;
import todoku.mailing.Progress;
import todoku.segment.Rules;
import todoku.sender.SenderProfile;
import todoku.sender.Senders;
import todoku.suppression.Suppressions;
import todoku.tracking.LinkTokens;

/// A whole installation in a folder: database, keys, everything a campaign needs except the engine's carrier.
final class Installation implements AutoCloseable {
    /// As the goals are written: 20 destinations, 5 connections each, 100 mails on each.
    static final Shaping SHAPING = new Shaping(5, 100, 0, Duration.ofSeconds(1));

    private static final List<Duration> RETRY_PAUSES = List.of(Duration.ofSeconds(1));
    private static final ZoneId ZONE = ZoneId.of("Asia/Tokyo");
    private static final Duration EXPIRY = Duration.ofDays(1);
    private static final Duration POLL = Duration.ofMillis(20);

    final Path home;
    final Secrets secrets;
    final InstantSource clock = InstantSource.system();
    private final @Nullable EmbeddedPostgres server;
    final Database database;
    final Senders senders;
    final Mails mails;
    final Mailings mailings;
    final MailSource source;

    private Installation(Path home, @Nullable EmbeddedPostgres server, Database database) {
        this.home = home;
        this.server = server;
        this.database = database;
        secrets = Secrets.at(home.resolve("key"));
        senders = new Senders(database.client(), secrets, clock);
        mails = new Mails(database, clock);
        mailings = new Mailings(database.client(), clock);
        source = new MailSource(
                database.client(),
                mails,
                new MergeValues(database.client()),
                new Memberships(database),
                new Suppressions(database, clock),
                senders,
                new LinkTokens("http://track.shop.example", secrets.derive("links")),
                ZONE);
    }

    /// Opens the installation in this folder, a new one or one that was killed, with a database server of its own.
    static Installation in(Path home) throws IOException {
        Files.createDirectories(home);
        EmbeddedPostgres server = EmbeddedPostgres.start(postgresOf(home));
        try {
            return new Installation(home, server, Database.open(server));
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /// The same over a database that somebody else serves.
    static Installation over(Path home, Database database) throws IOException {
        return new Installation(Files.createDirectories(home), null, database);
    }

    /// Where the database of an installation lives: beside it, because its user may not enter our folder.
    static Path postgresOf(Path home) {
        return home.resolveSibling(home.getFileName() + "-postgres");
    }

    /// A folder that does not exist yet. The database programs, unpacked once, lie beside it.
    static Path freshHome() throws IOException {
        Path all = Files.createDirectories(Path.of(System.getProperty("java.io.tmpdir"), "todoku-bench"));
        return Files.createTempDirectory(all, "run-");
    }

    /// Takes the folder away, and its database.
    static void remove(Path home) throws IOException {
        for (Path folder : List.of(home, postgresOf(home))) Programs.remove(folder);
    }

    /// A shop that signs its mail, or one that does not.
    SenderProfile sender(boolean signed) {
        SenderProfile sender = senders.add("とどくショップ", "news@shop.example", "bounce@shop.example");
        if (!signed) {
            database.client()
                    .sql("UPDATE sender_profile SET signing_domain_id = NULL WHERE id = :id")
                    .param("id", sender.id())
                    .update();
        }
        return sender;
    }

    EngineSettings settings() {
        return settings(home);
    }

    /// As above, for a node of its own: its data directory.
    EngineSettings settings(Path node) {
        EngineSettings standard = EngineSettings.standard(node, "shop.example", secrets.derive("message-id"));
        return new EngineSettings(
                standard.dataDirectory(),
                standard.messageIdDomain(),
                standard.secret(),
                Providers.allAlike(SHAPING),
                RETRY_PAUSES,
                standard.journalSlots(),
                standard.zone());
    }

    /// Everybody at once: what is measured here is the engine, and nobody judges a first percent.
    Launch.Planned plan(long group, long version, SenderProfile sender) {
        return plan(group, version, sender, Environment.SANDBOX);
    }

    /// As above, for the simulated internet or for the real one.
    Launch.Planned plan(long group, long version, SenderProfile sender, Environment environment) {
        var db = database.client();
        db.sql("UPDATE guard_setting SET first_on = false").update();
        Audience audience = new Audience(database, new Rules(db, clock, ZONE));
        return new Launch(database, mailings, new Batches(db), audience)
                .plan(new Launch.Order(1, group, version, sender.id(), environment, clock.instant().plus(EXPIRY)));
    }

    /// Everybody has a result, or patience is over.
    Progress awaitEnd(MailingId mailing, Duration patience) throws InterruptedException {
        Instant deadline = clock.instant().plus(patience);
        while (true) {
            Progress progress = mailings.progress(mailing);
            if (progress.remaining() == 0 || clock.instant().isAfter(deadline)) return progress;
            Thread.sleep(POLL);
        }
    }

    @Override
    public void close() {
        try {
            database.close();
        } finally {
            if (server != null) server.close();
        }
    }
}
