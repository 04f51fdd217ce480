package todoku.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.dao.DataAccessException;
import todoku.customer.MergeValues;
import todoku.database.Database;
import todoku.database.EmbeddedPostgres;
import todoku.event.MailingId;
import todoku.mailing.Progress;

/// Where processes die: a database that outlives them, a shop with customers, and two receivers of somebody else, one of
/// which thinks before it answers a final dot. Both write every mail they take into the same folder.
final class FaultGround implements AutoCloseable {
    private static final String SLOW_REPLY = ".:3";
    private static final int DATABASE_RETURNS_SECONDS = 60;
    private static final int LIMIT_SECONDS = 300;

    final Path home;
    final Path mails;
    final Database database;
    final Installation shop;
    final long group;
    final long mail;
    final long version;
    final long sender;
    final int size;
    private final Sinks quick;
    private final Sinks slow;
    private EmbeddedPostgres server;
    private int crowds;

    private FaultGround(Path home, Path mails, int size, EmbeddedPostgres server, Database database, Sinks quick, Sinks slow)
            throws IOException {
        this.home = home;
        this.mails = mails;
        this.size = size;
        this.server = server;
        this.database = database;
        this.quick = quick;
        this.slow = slow;
        this.shop = Installation.over(home, database);
        this.group = Shop.fill(database, size, "全会員");
        Shop.settle(database);
        this.mail = shop.mails.save(1, "春の新作", Shop.mail());
        this.version = shop.mails.freeze(mail, new MergeValues(database.client()).names());
        this.sender = shop.sender(true).id();
    }

    /// @param dumps a folder that everybody may enter
    static FaultGround in(Path home, Path dumps, int size) throws IOException {
        Path mails = Programs.handedToNobody(dumps.resolve("mails"));
        List<AutoCloseable> open = new ArrayList<>();
        try {
            EmbeddedPostgres server = EmbeddedPostgres.start(Installation.postgresOf(home));
            open.add(server);
            Database database = Database.open(server);
            open.addFirst(database);
            Sinks quick = Sinks.start(home, 1, "-d", mails.resolve("mail.").toString());
            open.addFirst(quick);
            Path beside = Files.createDirectories(home.resolve("slow"));
            Sinks slow = Sinks.start(beside, 1, "-d", mails.resolve("mail.").toString(), "-W", SLOW_REPLY);
            open.addFirst(slow);
            return new FaultGround(home, mails, size, server, database, quick, slow);
        } catch (IOException | RuntimeException e) {
            for (AutoCloseable one : open) quietly(one, e);
            throw e;
        }
    }

    private static void quietly(AutoCloseable one, Exception because) {
        try {
            one.close();
        } catch (Exception e) {
            because.addSuppressed(e);
        }
    }

    /// Another process over the same installation, or over another database of the same server.
    Child child(String job, String jdbcUrl, boolean slowly, List<String> more) throws IOException {
        List<String> options = new ArrayList<>(List.of(
                "--job", job, "--home", home.toString(), "--url", jdbcUrl, "--user", server.user(),
                "--sink", "" + (slowly ? slow : quick).port(), "--group", "" + group, "--version", "" + version, "--sender", "" + sender));
        options.addAll(more);
        return Child.start(log(), server.password(), options);
    }

    /// The product itself over this installation, in earnest: all its mail goes to one host of ours. Mailings that are
    /// planned for the sandbox are stopped.
    ///
    /// @param receiver the port of that host
    /// @param environment beside ours
    Served served(int receiver, Map<String, String> environment) throws IOException {
        return served(receiver, home, environment);
    }

    /// As above, for a node of its own: its data directory.
    Served served(int receiver, Path data, Map<String, String> environment) throws IOException {
        database.client()
                .sql("UPDATE installation SET environment = 'LIVE', helo_name = 'todoku.example', smart_host = :host")
                .param("host", "127.0.0.1:" + receiver)
                .update();
        return Served.over(server, data, log(), environment);
    }

    /// As many people again, in a group and at domains of their own: what becomes of them changes nothing for anybody else.
    long morePeople() {
        int crowd = ++crowds;
        long more = Shop.fill(
                database, size, "会員" + crowd, Shop.DESTINATIONS, n -> String.format(Locale.ROOT, "d%02d-%d.example", n, crowd));
        Shop.settle(database);
        return more;
    }

    /// The receiver that answers at once.
    int sinkPort() {
        return quick.port();
    }

    /// What the processes complain about.
    Path log() {
        return home.resolve("victims.log");
    }

    boolean databaseLives() {
        return ProcessHandle.of(server.pid()).map(ProcessHandle::isAlive).orElse(false);
    }

    String jdbcUrl() {
        return server.jdbcUrl();
    }

    Database openOther(String jdbcUrl) {
        return Database.open(jdbcUrl, server.user(), server.password());
    }

    /// Nobody waits for a whole lease in a small run: it ends now, for the database.
    void endLeases() {
        for (String table : List.of("delivery_batch", "waiting_message")) {
            database.client()
                    .sql("UPDATE " + table + " SET leased_until = clock_timestamp() WHERE leased_until > clock_timestamp()")
                    .update();
        }
    }

    /// Mails that have begun to come in, whole or not.
    long arrived() throws IOException {
        try (var files = Files.list(mails)) {
            return files.count();
        }
    }

    /// Seconds from now until somebody is sent to, or all is done.
    double secondsToNextMail(long arrived, Child child) throws IOException {
        long began = System.nanoTime();
        while (arrived() <= arrived && !child.says("done") && System.nanoTime() - began < LIMIT_SECONDS * 1_000_000_000L) Programs.rest(20);
        return (System.nanoTime() - began) / 1e9;
    }

    /// `kill -9` of the server; its children follow it.
    void killDatabase() {
        ProcessHandle.of(server.pid()).ifPresent(ProcessHandle::destroyForcibly);
    }

    /// An orderly end, as an administrator makes it.
    void stopDatabase() throws IOException {
        ProcessHandle postgres = ProcessHandle.of(server.pid()).orElseThrow();
        Programs.signal("INT", server.pid());
        while (postgres.isAlive()) Programs.rest(20);
    }

    /// It keeps its connections and does not answer.
    void freezeDatabase() throws IOException {
        Programs.signal("STOP", server.pid()); // first, so that it starts no others
        for (ProcessHandle backend : backends()) Programs.signal("STOP", backend.pid());
    }

    void wakeDatabase() throws IOException {
        for (ProcessHandle backend : backends()) Programs.signal("CONT", backend.pid());
        Programs.signal("CONT", server.pid());
    }

    private List<ProcessHandle> backends() {
        return ProcessHandle.of(server.pid()).orElseThrow().descendants().toList();
    }

    /// Stops it and starts the same program with something more in its environment, until [#returnDatabase].
    void restartDatabase(Map<String, String> environment) throws IOException {
        List<String> program = List.of(Files.readString(Path.of("/proc/" + server.pid() + "/cmdline")).split("\0"));
        int owner = (Integer) Files.getAttribute(Path.of(program.get(program.indexOf("-D") + 1)), "unix:uid");
        stopDatabase();
        // It dies with us, and does not run as root.
        List<String> command = new ArrayList<>(owner == 0 ? List.of("unshare", "--user") : List.of());
        command.addAll(List.of("setpriv", "--pdeathsig", "INT"));
        if (owner != 0 && Programs.weAreRoot()) command.addAll(List.of("--reuid", "" + owner, "--regid", "" + owner, "--clear-groups"));
        // Last of all: what is preloaded must not begin as somebody else.
        command.add("env");
        environment.forEach((name, value) -> command.add(name + "=" + value));
        command.addAll(program);
        ProcessBuilder builder = new ProcessBuilder(command).directory(Path.of("/").toFile()).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        builder.environment().putAll(Map.of("LC_ALL", "C", "TZ", "UTC"));
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile())).start();
        answered(this::lastMailing);
    }

    /// Starts it again where everybody looks for it.
    void returnDatabase() throws IOException {
        int port = server.port();
        server.close();
        long limit = System.nanoTime() + DATABASE_RETURNS_SECONDS * 1_000_000_000L;
        while (true) {
            try {
                server = EmbeddedPostgres.startAgain(Installation.postgresOf(home), port);
                return;
            } catch (UncheckedIOException e) { // its orphans may not have noticed yet
                if (System.nanoTime() > limit) throw e;
                Programs.rest(100);
            }
        }
    }

    /// From now on a COMMIT of verdicts takes its time, so that a kill can come in the middle of it.
    void slowCommits(boolean slowly) {
        var db = database.client();
        if (!slowly) {
            db.sql("DROP TRIGGER IF EXISTS bench_slow ON journal_position").update();
            return;
        }
        db.sql("""
                CREATE OR REPLACE FUNCTION bench_slow() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM pg_sleep(0.15); RETURN NULL; END $$
                """).update();
        db.sql("""
                CREATE CONSTRAINT TRIGGER bench_slow AFTER UPDATE ON journal_position DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION bench_slow()
                """).update();
    }

    /// The backend that stands in the middle of a COMMIT now, or 0; each transaction is seen once.
    long committing(List<String> seen) {
        return database.client().sql("""
                SELECT pid, xact_start::text AS began FROM pg_stat_activity
                 WHERE query = 'COMMIT' AND state = 'active' AND wait_event = 'PgSleep'
                """)
                .query((row, _) -> {
                    String began = row.getString("began");
                    if (seen.contains(began)) return 0L;
                    seen.add(began);
                    return row.getLong("pid");
                })
                .list()
                .stream()
                .filter(pid -> pid != 0)
                .findFirst()
                .orElse(0L);
    }

    /// Seconds from now until the next verdict is in the database; the database itself may not be there yet.
    double secondsToNextVerdict() throws IOException {
        long began = System.nanoTime();
        answered(this::lastMailing);
        MailingId mailing = new MailingId(lastMailing());
        Progress at = shop.mailings.progress(mailing);
        while (true) {
            Progress now = shop.mailings.progress(mailing);
            double seconds = (System.nanoTime() - began) / 1e9;
            if (now.remaining() == 0 || now.remaining() < at.remaining() || seconds > LIMIT_SECONDS) return seconds;
            Programs.rest(20);
        }
    }

    /// Asks until the database is there.
    static void answered(Runnable question) throws IOException {
        long limit = System.nanoTime() + LIMIT_SECONDS * 1_000_000_000L;
        while (true) {
            try {
                question.run();
                return;
            } catch (DataAccessException e) {
                if (System.nanoTime() > limit) throw e;
                Programs.rest(50);
            }
        }
    }

    long lastMailing() {
        return database.client().sql("SELECT coalesce(max(id), 0) FROM mailing").query(Long.class).single();
    }

    /// Ends the whole program when a process did not do its job: nothing could be counted.
    void must(boolean went, Child child) throws IOException {
        if (!went) throw new IOException(child + " did not do its job; " + Files.readString(log()));
    }

    @Override
    public void close() {
        slow.close();
        quick.close();
        try {
            database.close();
        } finally {
            server.close();
        }
    }
}
