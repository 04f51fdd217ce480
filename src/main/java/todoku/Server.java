package todoku;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import todoku.access.Operators;
import todoku.access.SignIn;
import todoku.campaign.Restart;
import todoku.customer.DropDirectory;
import todoku.customer.DuplicateSearch;
import todoku.customer.Exports;
import todoku.database.Database;
import todoku.database.EmbeddedPostgres;
import todoku.delivery.Engine;
import todoku.metrics.MetricsToken;
import todoku.web.Surroundings;
import todoku.web.Uploads;
import todoku.web.api.Answers;

/// The installation as its users see it: pages, link server and engine over one database, until it is stopped.
final class Server implements AutoCloseable {
    /// Bytes of one upload: a file of customers.
    private static final String LARGEST_UPLOAD = "1GB";
    /// Between the answer that says so and a restart.
    private static final Duration LAST_ANSWER = Duration.ofMillis(500);
    static final String DATABASE_URL = "TODOKU_DATABASE_URL";
    private static final Duration DROPPING = Duration.ofSeconds(10);

    private final House house;
    private final ConfigurableApplicationContext web;

    /// What the command line says.
    ///
    /// @param listen the address to listen on; only this machine unless told otherwise
    /// @param customers of the sample
    record Options(Path data, String listen, int port, boolean empty, int customers) {
        static final int PORT = 8025;

        Options(Path data, String listen, int port, boolean empty) {
            this(data, listen, port, empty, Sample.CUSTOMERS);
        }

        static Options of(String[] args) {
            Path data = Path.of("data");
            String listen = "127.0.0.1";
            int port = PORT;
            boolean empty = false;
            int customers = Sample.CUSTOMERS;
            for (int i = 0; i < args.length; i++) {
                switch (args[i]) {
                    case "--empty" -> empty = true;
                    case "--sample" -> customers = Crowd.size(args[i], value(args, ++i));
                    case "--data" -> data = Path.of(value(args, ++i));
                    case "--listen" -> listen = value(args, ++i);
                    case "--port" -> port = port(value(args, ++i));
                    default -> throw new IllegalArgumentException("unknown option: " + args[i]);
                }
            }
            return new Options(data, listen, port, empty, customers);
        }

        private static int port(String text) {
            if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > 65_535)
                throw new IllegalArgumentException("--port: 0–65535 で指定してください（give a number): " + text);
            return Integer.parseInt(text);
        }

        private static String value(String[] args, int i) {
            if (i >= args.length) throw new IllegalArgumentException(args[i - 1] + " needs a value");
            return args[i];
        }
    }

    /// All of Spring: it finds the pages and their helpers in every module.
    @Configuration
    @EnableAutoConfiguration(exclude = UserDetailsServiceAutoConfiguration.class)
    @ComponentScan("todoku")
    static class Web {}

    private Server(House house, ConfigurableApplicationContext web) {
        this.house = house;
        this.web = web;
    }

    /// Serves until the process is told to stop.
    ///
    /// @return the exit code when it cannot begin
    static int run(String[] args) throws Exception {
        Options options;
        try {
            options = Options.of(args);
            Outside.of(System.getenv());
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            return 2;
        }
        if (taken(options)) {
            System.err.println("ポート " + options.port() + " は使用中です。--port で別の番号を指定してください。（port " + options.port()
                    + " is in use: choose another with --port）");
            return 1;
        }
        String complaint = Engine.complaintAboutRules(options.data());
        if (complaint != null) {
            System.err.println("応答の判定規則を読めません。直すか、ファイルを外してください。（the reply rules cannot be read: " + complaint
                    + "）");
            return 1;
        }
        Files.createDirectories(options.data());
        // The log is configured before Spring begins (logback.xml), and stays so.
        System.setProperty("org.springframework.boot.logging.LoggingSystem", "none");
        String url = System.getenv(DATABASE_URL);
        EmbeddedPostgres postgres = url == null ? EmbeddedPostgres.start(options.data().resolve("postgres")) : null;
        if (postgres != null) postgres.keepRunning();
        Database database = postgres != null ? Database.open(postgres) : Database.open(String.valueOf(url), null, null);
        var running = new AtomicReference<Server>();
        var again = new Semaphore(0);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> stop(running.get(), database, postgres)));
        while (true) {
            Server server = start(database, options, again::release);
            running.set(server);
            server.greet(options);
            again.acquire();
            Thread.sleep(LAST_ANSWER);
            server.close();
        }
    }

    private static void stop(@Nullable Server server, Database database, @Nullable EmbeddedPostgres postgres) {
        if (server != null) server.close();
        database.close();
        if (postgres != null) postgres.close();
    }

    /// The parts over a database that is open; what tests use too.
    static Server start(Database database, Options options, Restart restart) throws IOException {
        int links = options.port() == 0 ? 0 : options.port() + 1;
        House house = House.asDecided(database, options.data(), links);
        if (!options.empty()) new Sample(house, database, options.customers()).prepare();
        house.start();
        var uploads = new Uploads(options.data().resolve("uploads"), house.clock);
        MetricsToken token = MetricsToken.at(options.data().resolve("metrics-token"));
        ConfigurableApplicationContext web = new SpringApplicationBuilder(Web.class)
                .web(WebApplicationType.SERVLET)
                .initializers(parts(house, database, restart, uploads, token))
                .registerShutdownHook(false)
                .properties(settings(options))
                .run();
        house.jobs.every("old uploads", House.TIDYING, uploads::forgetOld);
        house.jobs.every("old exports", House.TIDYING, web.getBean(Exports.class)::forgetOld);
        house.jobs.every("probable duplicates", House.TIDYING, web.getBean(DuplicateSearch.class)::look);
        @Nullable String drop = System.getenv(DropDirectory.SETTING);
        if (drop != null && !drop.isBlank())
            house.jobs.every("drop directory", DROPPING, () -> web.getBean(DropDirectory.class).look(Path.of(drop.strip()), house.clock.instant()));
        house.jobs.every("old sign-ins", House.TIDYING, web.getBean(SignIn.class)::forgetOld);
        house.jobs.every("old answers of the API", House.TIDYING, web.getBean(Answers.class)::forgetOld);
        return new Server(house, web);
    }

    private static ApplicationContextInitializer<ConfigurableApplicationContext> parts(
            House house, Database database, Restart restart, Uploads uploads, MetricsToken token) {
        return context -> {
            var beans = context.getBeanFactory();
            beans.registerSingleton("database", database);
            for (Object part : house.parts())
                beans.registerSingleton(part.getClass().getName(), part);
            beans.registerSingleton("restart", restart);
            beans.registerSingleton("uploads", uploads);
            beans.registerSingleton("metricsToken", token);
            beans.registerSingleton("clock", house.clock);
            beans.registerSingleton("zone", House.ZONE);
            beans.registerSingleton("surroundings", new Surroundings(House.ZONE, house.installations.get().live()));
        };
    }

    private static Map<String, Object> settings(Options options) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("spring.main.banner-mode", "off");
        settings.put("spring.main.log-startup-info", "false");
        settings.put("spring.threads.virtual.enabled", "true");
        settings.put("spring.web.resources.add-mappings", "false");
        settings.put("spring.servlet.multipart.max-file-size", LARGEST_UPLOAD);
        settings.put("spring.servlet.multipart.max-request-size", LARGEST_UPLOAD);
        settings.put("spring.servlet.multipart.file-size-threshold", "1MB");
        settings.put("server.port", options.port());
        settings.put("server.address", options.listen());
        settings.put("server.compression.enabled", "true");
        settings.put("server.tomcat.max-http-form-post-size", "10MB");
        settings.put("server.tomcat.max-swallow-size", "-1");
        settings.put("server.error.whitelabel.enabled", "false");
        return settings;
    }

    int port() {
        return Integer.parseInt(String.valueOf(web.getEnvironment().getProperty("local.server.port")));
    }

    House house() {
        return house;
    }

    ConfigurableApplicationContext web() {
        return web;
    }

    private void greet(Options options) {
        String first = web.getBean(Operators.class)
                .createFirst()
                .map(password -> "  最初のサインイン（first sign-in）: admin / " + password + "\n")
                .orElse("");
        System.out.println("""

                  Todoku（届く）  http://%s:%d/
                %s  リンクの受け口（links）: http://127.0.0.1:%d/
                  停止（stop）: Ctrl+C
                """
                .formatted(shown(options.listen()), port(), first, house.trackingPort()));
    }

    private static String shown(String listen) {
        return listen.equals("0.0.0.0") || listen.equals("::") ? "localhost" : listen;
    }

    private static boolean taken(Options options) throws IOException {
        if (options.port() == 0) return false;
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getByName(options.listen()), options.port()));
            return false;
        } catch (java.net.BindException e) {
            return true;
        }
    }

    /// The pages first, so that nobody is promised anything any more; then the engine lets open dialogues finish.
    @Override
    public void close() {
        web.close();
        house.close();
    }
}
