package todoku;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import todoku.campaign.Launch;
import todoku.content.MailDraft;
import todoku.content.MailSource;
import todoku.content.Mails;
import todoku.customer.CustomerImport;
import todoku.customer.Groups;
import todoku.customer.ImportProgress;
import todoku.customer.Memberships;
import todoku.customer.MergeValues;
import todoku.database.Database;
import todoku.database.EmbeddedPostgres;
import todoku.database.Secrets;
import todoku.delivery.Batches;
import todoku.delivery.Engine;
import todoku.delivery.EngineSettings;
import todoku.delivery.MxCarrier;
import todoku.delivery.Shaping;
import todoku.event.Event.Environment;
import todoku.mail.dkim.DkimResult;
import todoku.mail.dkim.DkimVerifier;
import todoku.mail.dns.MailHosts;
import todoku.mail.dns.SmartHost;
import todoku.mail.mime.MailBytes;
import todoku.mail.smtp.Pause;
import todoku.mail.smtp.Timeouts;
import todoku.mailing.Addresses;
import todoku.mailing.Mailings;
import todoku.mailing.Progress;
import todoku.sender.SenderProfile;
import todoku.sender.Senders;
import todoku.simulation.SimulatedInternet;
import todoku.suppression.Suppressions;
import todoku.tracking.LinkTokens;
import tools.jackson.databind.ObjectMapper;

/// The main job, head-less: a customer file in, a campaign, delivery into the simulated internet, a table of figures.
/// Everything lives in a folder of its own that is gone afterwards.
final class Demo {
    /// A demonstration does not wait for days: retries after 1, 2 and 4 s, and the mail expires after a minute.
    static final List<Duration> RETRY_PAUSES =
            List.of(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4));

    static final Duration EXPIRY = Duration.ofSeconds(60);
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final ZoneId ZONE = ZoneId.of("Asia/Tokyo");
    private static final int CONNECTIONS = 5;
    private static final int MAILS_PER_CONNECTION = 50;
    private static final int SAMPLE_CUSTOMERS = 200;

    private final Options options;

    private Demo(Options options) {
        this.options = options;
    }

    /// What the command line says.
    record Options(@Nullable Path customers, @Nullable String smtpHost, int smtpPort, boolean json) {
        static Options of(String[] args) {
            Path customers = null;
            String host = null;
            int port = 0;
            boolean json = false;
            for (int i = 0; i < args.length; i++) {
                switch (args[i]) {
                    case "--json" -> json = true;
                    case "--customers" -> customers = Path.of(value(args, ++i));
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
            return new Options(customers, host, port, json);
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
        InstantSource clock = InstantSource.system();
        Instant began = clock.instant();
        Secrets secrets = Secrets.at(home.resolve("key"));
        ImportProgress imported = importCustomers(home, database, clock);
        if (imported.state() == ImportProgress.State.FAILED) {
            System.err.println(imported.why());
            return 1;
        }
        long group = new Groups(database.client()).findOrCreate(1, "メルマガ会員").id();
        Senders senders = new Senders(database.client(), secrets);
        SenderProfile sender = senders.add("とどくショップ", "news@shop.example", "bounce@shop.example");
        MergeValues values = new MergeValues(database.client());
        Mails mails = new Mails(database, clock);
        long version = mails.freeze(mails.save(1, "春の新作", SAMPLE_MAIL), values.names());
        LinkTokens tokens = new LinkTokens("http://127.0.0.1:8081", secrets.derive("links"));
        Suppressions suppressions = new Suppressions(database.client(), clock);
        MailSource source = new MailSource(
                database.client(), mails, values, new Memberships(database.client()), suppressions, senders, tokens, ZONE);
        Mailings mailings = new Mailings(database.client(), clock);
        Map<String, Optional<PublicKey>> zone = new ConcurrentHashMap<>();
        DkimVerifier verifier = new DkimVerifier((selector, domain) -> zone.computeIfAbsent(
                        selector + "._domainkey." + domain, name -> senders.publicKey(selector, domain))
                .orElse(null));
        try (SimulatedInternet internet = SimulatedInternet.start(clock, Pause.REAL, mail -> signed(verifier, mail));
                Engine engine = new Engine(database, source, new MxCarrier(hosts(internet), "todoku.example", Timeouts.STANDARD), settings(home, secrets), clock)) {
            engine.start();
            Launch.Planned planned = new Launch(database, mailings, new Batches(database.client()))
                    .plan(new Launch.Order(1, group, version, sender.id(), Environment.SANDBOX, clock.instant().plus(EXPIRY)));
            engine.wake();
            Progress progress = awaitEnd(mailings, planned, clock);
            return report(imported, planned, progress, internet, Duration.between(began, clock.instant()));
        }
    }

    private static EngineSettings settings(Path home, Secrets secrets) {
        EngineSettings standard = EngineSettings.standard(home, "shop.example", secrets.derive("message-id"));
        return new EngineSettings(
                standard.dataDirectory(),
                standard.messageIdDomain(),
                standard.secret(),
                new Shaping(CONNECTIONS, MAILS_PER_CONNECTION, 0, Duration.ofSeconds(1)),
                Map.of(),
                RETRY_PAUSES,
                standard.journalSlots());
    }

    /// Everybody has a result, or patience is over: then the sum does not add up, and the exit code says so.
    private static Progress awaitEnd(Mailings mailings, Launch.Planned planned, InstantSource clock) throws InterruptedException {
        Instant deadline = clock.instant().plus(PATIENCE);
        Progress progress = mailings.progress(planned.mailing());
        while (progress.remaining() > 0 && clock.instant().isBefore(deadline)) {
            Thread.sleep(POLL);
            progress = mailings.progress(planned.mailing());
        }
        return progress;
    }

    private MailHosts hosts(SimulatedInternet internet) throws IOException {
        String host = options.smtpHost();
        return host == null ? internet : new SmartHost(host, InetAddress.getByName(host), options.smtpPort());
    }

    private static boolean signed(DkimVerifier verifier, byte[] mail) {
        for (int i = 0; i + 3 < mail.length; i++) {
            if (mail[i] == '\r' && mail[i + 1] == '\n' && mail[i + 2] == '\r' && mail[i + 3] == '\n') {
                MailBytes split = new MailBytes(Arrays.copyOf(mail, i + 2), Arrays.copyOfRange(mail, i + 4, mail.length));
                return verifier.verify(split) instanceof DkimResult.Pass;
            }
        }
        return false;
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

    private ImportProgress importCustomers(Path home, Database database, InstantSource clock) throws IOException {
        Path file = options.customers();
        if (file == null) {
            file = home.resolve("sample.csv");
            Files.writeString(file, sampleCustomers(), StandardCharsets.UTF_8);
        }
        long group = new Groups(database.client()).findOrCreate(1, "メルマガ会員").id();
        CustomerImport imports = new CustomerImport(database, new Addresses(database.client()), clock);
        ImportProgress started = imports.start(file, String.valueOf(file.getFileName()), group, false);
        return started.state() == ImportProgress.State.RUNNING ? imports.run(started.id(), file) : started;
    }

    static final MailDraft SAMPLE_MAIL = new MailDraft(
            MailDraft.Format.MULTIPART,
            "{{ 姓 | default: 'お客さま' }} 様、春の新作が届きました",
            List.of(
                    new MailDraft.Block(
                            """
                            {{ 姓 | default: 'お客さま' }} {{ 名 }} 様

                            いつもご利用ありがとうございます。春の新作をご案内します。
                            https://shop.example/spring

                            """,
                            """
                            <p>{{ 姓 | default: 'お客さま' }} {{ 名 }} 様</p>
                            <p>いつもご利用ありがとうございます。<a href="https://shop.example/spring">春の新作</a>をご案内します。</p>
                            """,
                            null),
                    new MailDraft.Block(
                            "ゴールド会員の方だけに、先行でご覧いただけます。\nhttps://shop.example/gold\n\n",
                            "<p>ゴールド会員の方だけに、<a href=\"https://shop.example/gold\">先行で</a>ご覧いただけます。</p>\n",
                            "会員ランク == \"ゴールド\""),
                    new MailDraft.Block(
                            "配信停止：{{ unsubscribe_url }}\nとどくショップ 東京都千代田区サンプル町1-1 info@shop.example\n",
                            "<p><a href=\"{{ unsubscribe_url }}\">配信停止</a>　とどくショップ 東京都千代田区サンプル町1-1 info@shop.example</p>\n",
                            null)));

    private static String sampleCustomers() {
        StringBuilder csv = new StringBuilder("会員番号,姓,名,メールアドレス,会員ランク,メルマガ希望\r\n");
        String[] families = {"佐藤", "鈴木", "髙橋", "田中", "伊藤"};
        String[] given = {"花子", "太郎", "さくら", "健一"};
        for (int i = 0; i < SAMPLE_CUSTOMERS; i++) {
            csv.append(String.format(
                    Locale.ROOT,
                    "%d,%s,%s,user%d@%s,%s,%s\r\n",
                    20_000_000 + i,
                    families[i % families.length],
                    given[i % given.length],
                    i,
                    List.of("example.jp", "example.com", "example.net").get(i % 3),
                    i % 4 == 0 ? "ゴールド" : "レギュラー",
                    i % 10 == 0 ? "希望しない" : "希望する"));
        }
        return csv.toString();
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(path);
        }
    }
}
