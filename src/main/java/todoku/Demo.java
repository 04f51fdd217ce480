package todoku;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import todoku.campaign.Launch;
import todoku.customer.CustomerImport;
import todoku.customer.ImportChoices;
import todoku.customer.ImportProgress;
import todoku.database.Database;
import todoku.database.EmbeddedPostgres;
import todoku.event.Event.Environment;
import todoku.mail.dns.MailHosts;
import todoku.mail.dns.SmartHost;
import todoku.mailing.Progress;
import todoku.sender.SenderProfile;
import todoku.simulation.SimulatedInternet;
import tools.jackson.databind.ObjectMapper;

/// The main job, head-less: a customer file in, a campaign, delivery into the simulated internet, a table of figures.
/// Everything lives in a folder of its own that is gone afterwards.
final class Demo {
    /// 配信期限 of the demonstration.
    static final Duration EXPIRY = Duration.ofSeconds(30);
    /// The lanes of a larger one slow down, rest and come back; so many mails a second go out all the same.
    private static final int EXPECTED_PER_SECOND = 400;
    /// Beyond the expiry: what was begun ends.
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final Duration POLL = Duration.ofMillis(50);

    private final Options options;

    private Demo(Options options) {
        this.options = options;
    }

    /// What the command line says.
    record Options(@Nullable Path customers, int size, int addresses, @Nullable String smtpHost, int smtpPort, boolean json) {
        static Options of(String[] args) {
            Path customers = null;
            int size = Sample.CUSTOMERS;
            int addresses = 1;
            String host = null;
            int port = 0;
            boolean json = false;
            for (int i = 0; i < args.length; i++) {
                switch (args[i]) {
                    case "--json" -> json = true;
                    case "--customers" -> customers = Path.of(value(args, ++i));
                    case "--size" -> size = Crowd.size(args[i], value(args, ++i));
                    case "--addresses" -> addresses = addresses(value(args, ++i));
                    case "--smtp" -> {
                        String server = value(args, ++i);
                        int colon = server.lastIndexOf(':');
                        if (colon < 1) throw new IllegalArgumentException("--smtp: write HOST:PORT");
                        host = server.substring(0, colon);
                        port = Integer.parseInt(server.substring(colon + 1));
                    }
                    default -> throw new IllegalArgumentException("unknown option: " + args[i]);
                }
            }
            return new Options(customers, size, addresses, host, port, json);
        }

        private static int addresses(String written) {
            if (!written.matches("[1-9][0-9]?")) throw new IllegalArgumentException("--addresses: 1–99 で指定してください（give a number）: " + written);
            return Integer.parseInt(written);
        }

        private static String value(String[] args, int i) {
            if (i >= args.length) throw new IllegalArgumentException(args[i - 1] + " needs a value");
            return args[i];
        }
    }

    /// @return the exit code: 0 only when the sum is right and every accepted mail arrived once and signed
    static int run(String[] args) throws Exception {
        Options options;
        try {
            options = Options.of(args);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            return 2;
        }
        if (options.customers() != null && !Files.isReadable(options.customers())) {
            System.err.println("--customers: ファイルを読めません（cannot read the file）: " + options.customers());
            return 2;
        }
        return new Demo(options).run();
    }

    private int run() throws Exception {
        Path home = Files.createTempDirectory("todoku-demo");
        try (EmbeddedPostgres server = EmbeddedPostgres.start(home.resolve("postgres"));
                Database database = Database.open(server)) {
            return run(home, database);
        } finally {
            delete(home);
        }
    }

    private int run(Path home, Database database) throws Exception {
        try (House house = House.over(database, home, House.Pace.DEMO, elsewhere(), 0)) {
            Instant began = house.clock.instant();
            long group = house.groups.findOrCreate(1, "メルマガ会員").id();
            ImportProgress imported = importCustomers(home, house.imports, group);
            if (imported.state() == ImportProgress.State.FAILED) {
                System.err.println(imported.why());
                return 1;
            }
            SenderProfile sender = house.senders.add("とどくショップ", "news@shop.example", "bounce@shop.example");
            long version = house.mails.freeze(house.mails.save(1, "春の新作", Sample.MAIL), house.values.names());
            if (options.addresses() > 1) sendFrom(database, options.addresses());
            house.start();
            Launch.Planned planned = house.launch.plan(new Launch.Order(
                    1, group, version, sender.id(), Environment.SANDBOX, house.clock.instant().plus(expiry())));
            house.engine.wake();
            Progress progress = awaitEnd(house, planned);
            return report(imported, planned, progress, house.internet, Duration.between(began, house.clock.instant()));
        }
    }

    /// The simulated providers count each of our addresses apart: 127.0.0.2 and so on, instead of whatever the machine takes.
    static void sendFrom(Database database, int addresses) {
        database.inTransaction(() -> {
            var db = database.client();
            db.sql("UPDATE sending_ip SET state = 'TAKEN_OUT', cause = 'OPERATOR', since = now(), version = version + 1 WHERE id = 1")
                    .update();
            db.sql("INSERT INTO sending_ip (pool_id, ip) SELECT 1, '127.0.0.1'::inet + n FROM generate_series(1, :addresses) AS n")
                    .param("addresses", addresses)
                    .update();
        });
    }

    private Duration expiry() {
        return EXPIRY.plusSeconds(options.customers() == null ? options.size() / EXPECTED_PER_SECOND : 0);
    }

    private boolean isLarge() {
        return options.customers() == null && options.size() > Sample.CUSTOMERS;
    }

    /// Everybody has a result, or patience is over: then the sum does not add up, and the exit code says so.
    private Progress awaitEnd(House house, Launch.Planned planned) throws InterruptedException {
        Instant deadline = house.clock.instant().plus(expiry()).plus(PATIENCE);
        Optional<Told> told = isLarge() ? Optional.of(new Told(house)) : Optional.empty();
        Progress progress = house.mailings.progress(planned.mailing());
        while (progress.remaining() > 0 && house.clock.instant().isBefore(deadline)) {
            Thread.sleep(POLL);
            told.ifPresent(Told::look);
            progress = house.mailings.progress(planned.mailing());
        }
        return progress;
    }

    private Optional<MailHosts> elsewhere() throws IOException {
        String host = options.smtpHost();
        return host == null
                ? Optional.empty()
                : Optional.of(new SmartHost(host, InetAddress.getByName(host), options.smtpPort()));
    }

    private int report(
            ImportProgress imported, Launch.Planned planned, Progress progress, SimulatedInternet internet, Duration took) {
        boolean ours = options.smtpHost() == null;
        Map<String, @Nullable Object> figures = new LinkedHashMap<>();
        figures.put("成功", imported.success());
        figures.put("配信停止", imported.unsubscribed());
        figures.put("失敗", imported.failure());
        figures.put("その他", imported.other());
        figures.put("selected", planned.selected());
        figures.put("excluded_at_planning", planned.excludedTotal());
        figures.put("planned", planned.planned());
        figures.put("accepted", progress.delivered());
        figures.put("failed", progress.failed());
        figures.put("excluded", progress.skipped());
        figures.put("unknown", progress.unknown());
        figures.put("received", ours ? internet.received() : null);
        figures.put("duplicates", ours ? internet.duplicates() : null);
        figures.put("seconds", took.toMillis() / 1000.0);
        if (ours && isLarge())
            internet.complaints().forEach((said, count) -> System.out.printf(Locale.ROOT, "%12d  %s%n", count, said));
        figures.forEach((name, value) -> System.out.printf(Locale.ROOT, "%-22s %12s%n", name, value));
        if (options.json()) System.out.println(new ObjectMapper().writeValueAsString(figures));
        boolean adds = progress.remaining() == 0
                && planned.planned() == progress.delivered() + progress.failed() + progress.unknown() + progress.skipped();
        boolean arrived = !ours
                || (internet.duplicates() == 0 && internet.unverified() == 0 && internet.received() == progress.delivered());
        if (!adds) System.err.println("計算が合いません：残り " + progress.remaining() + " 通");
        if (!arrived) System.err.println("届いた数が合いません：署名なし " + internet.unverified() + " 通");
        return adds && arrived ? 0 : 1;
    }

    private ImportProgress importCustomers(Path home, CustomerImport imports, long group) throws IOException {
        Path file = options.customers();
        if (file == null) {
            file = home.resolve("sample.csv");
            Sample.write(options.size(), file);
        }
        ImportProgress started = imports.start(file, new ImportChoices(String.valueOf(file.getFileName()), group, false));
        return started.state() == ImportProgress.State.RUNNING ? imports.run(started.id(), file) : started;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(path);
        }
    }
}
