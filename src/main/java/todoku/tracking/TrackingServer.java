package todoku.tracking;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import todoku.database.Database;
import todoku.event.Device;
import todoku.tracking.LinkTokens.Claim;
import todoku.tracking.LinkTokens.Purpose;

/// Answers the links in mails: `/c/TOKEN` leads on, `/o/TOKEN` is a picture, `/u/TOKEN` unsubscribes.
///
/// A small server of its own on the loopback address, behind the proxy that has the certificate: it answers while the
/// application is busy. A link that is not ours is not found, and nothing is counted. A GET unsubscribes nobody: mail
/// scanners follow every link.
public final class TrackingServer implements AutoCloseable {
    /// Each holds one virtual thread and at most one connection of the database for a moment.
    private static final int AT_ONCE = 1_000;

    /// What the system keeps for us while a campaign's first wave arrives.
    private static final int BACKLOG = 1_024;

    /// A one-click form has 200 bytes in its longer encoding.
    private static final int BODY_BYTES = 4_096;

    /// How long closing waits for requests under way.
    private static final int CLOSE_SECONDS = 2;

    private static final int OK = 200;
    private static final int FOUND = 302;
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int CONTENT_TOO_LARGE = 413;
    private static final int INTERNAL_ERROR = 500;
    private static final int UNAVAILABLE = 503;

    /// One transparent pixel.
    private static final byte[] PIXEL =
            Base64.getDecoder().decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7");

    private static final System.Logger LOG = System.getLogger(TrackingServer.class.getName());

    static {
        // The server of the JDK takes its limits only from here, once for the whole program. Seconds and bytes.
        limit("sun.net.httpserver.maxReqTime", 10);
        limit("sun.net.httpserver.maxRspTime", 10);
        limit("sun.net.httpserver.idleInterval", 30);
        limit("sun.net.httpserver.maxReqHeaders", 100);
        limit("sun.net.httpserver.maxReqHeaderSize", 32 * 1_024);
        limit("jdk.httpserver.maxConnections", 4_096);
    }

    private static void limit(String name, int value) {
        if (System.getProperty(name) == null) System.setProperty(name, Integer.toString(value));
    }

    private final LinkTokens tokens;
    private final Targets targets;
    private final Responses responses;
    private final Unsubscription unsubscription;
    private final InstantSource clock;
    private final Semaphore room = new Semaphore(AT_ONCE);
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("tracking-", 0).factory());
    private final HttpServer server;

    /// Listens at once; port 0 is any free one.
    public TrackingServer(
            int port,
            LinkTokens tokens,
            Database database,
            Responses responses,
            Unsubscription unsubscription,
            InstantSource clock) {
        this.tokens = tokens;
        this.targets = new Targets(database);
        this.responses = responses;
        this.unsubscription = unsubscription;
        this.clock = clock;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen for clicks and opens on port " + port, e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        if (!room.tryAcquire()) {
            exchange.getResponseHeaders().set("Retry-After", "5");
            answer(exchange, UNAVAILABLE, Pages.BUSY);
            exchange.close();
            return;
        }
        try {
            route(exchange);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "a link could not be answered", e);
            if (exchange.getResponseCode() < 0) answer(exchange, INTERNAL_ERROR, Pages.TROUBLE);
        } finally {
            exchange.close();
            room.release();
        }
    }

    private void route(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getRawPath();
        for (Purpose purpose : Purpose.values()) {
            Optional<Claim> claim = claim(purpose, path);
            if (claim.isEmpty()) continue;
            switch (purpose) {
                case CLICK -> click(exchange, claim.get());
                case OPEN -> open(exchange, claim.get());
                case UNSUBSCRIBE -> unsubscribe(exchange, claim.get());
            }
            return;
        }
        answer(exchange, NOT_FOUND, Pages.NOT_FOUND);
    }

    /// `/c/TOKEN`, and nothing before or after it.
    private Optional<Claim> claim(Purpose purpose, String path) {
        if (path == null || path.length() != 3 + LinkTokens.LENGTH) return Optional.empty();
        if (path.charAt(0) != '/' || path.charAt(1) != purpose.letter() || path.charAt(2) != '/')
            return Optional.empty();
        return tokens.verify(purpose, path.substring(3));
    }

    /// The reader goes on at once; the click is recorded afterwards.
    private void click(HttpExchange exchange, Claim claim) throws IOException {
        if (!isRead(exchange)) {
            refuseMethod(exchange, "GET, HEAD");
            return;
        }
        Optional<String> target = targets.of(claim.mailing(), claim.linkNo());
        if (target.isEmpty()) {
            answer(exchange, NOT_FOUND, Pages.NOT_FOUND);
            return;
        }
        guard(exchange).set("Location", target.get());
        exchange.sendResponseHeaders(FOUND, -1);
        exchange.close();
        if (!isHead(exchange)) responses.clicked(claim.mailing(), claim.no(), claim.linkNo(), clock.instant(), device(exchange));
    }

    private void open(HttpExchange exchange, Claim claim) throws IOException {
        if (!isRead(exchange)) {
            refuseMethod(exchange, "GET, HEAD");
            return;
        }
        guard(exchange).set("Content-Type", "image/gif");
        send(exchange, OK, PIXEL);
        exchange.close();
        if (!isHead(exchange)) responses.opened(claim.mailing(), claim.no(), clock.instant(), device(exchange));
    }

    private static @Nullable Device device(HttpExchange exchange) {
        return UserAgent.device(exchange.getRequestHeaders().getFirst("User-Agent"));
    }

    /// Only a POST that says so unsubscribes; it is on disk before we answer, and never a redirect (RFC 8058 §3.1).
    private void unsubscribe(HttpExchange exchange, Claim claim) throws IOException {
        if (isRead(exchange)) {
            answer(exchange, OK, Pages.CONFIRM);
            return;
        }
        if (!exchange.getRequestMethod().equals("POST")) {
            refuseMethod(exchange, "GET, HEAD, POST");
            return;
        }
        byte[] body = exchange.getRequestBody().readNBytes(BODY_BYTES + 1);
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        if (body.length > BODY_BYTES) {
            answer(exchange, CONTENT_TOO_LARGE, Pages.TROUBLE);
        } else if (type == null || !OneClick.isAsked(type, body)) {
            answer(exchange, BAD_REQUEST, Pages.TROUBLE);
        } else {
            unsubscription.unsubscribe(claim.mailing(), claim.no(), clock.instant());
            answer(exchange, OK, Pages.DONE);
        }
    }

    private static boolean isRead(HttpExchange exchange) {
        return exchange.getRequestMethod().equals("GET") || isHead(exchange);
    }

    private static boolean isHead(HttpExchange exchange) {
        return exchange.getRequestMethod().equals("HEAD");
    }

    private static void refuseMethod(HttpExchange exchange, String allowed) throws IOException {
        exchange.getResponseHeaders().set("Allow", allowed);
        answer(exchange, METHOD_NOT_ALLOWED, Pages.TROUBLE);
    }

    private static void answer(HttpExchange exchange, int status, String page) throws IOException {
        guard(exchange).set("Content-Type", "text/html; charset=utf-8");
        send(exchange, status, page.getBytes(UTF_8));
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        if (isHead(exchange)) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    /// On every answer: nothing runs, nothing is kept, and the token is told to nobody.
    private static Headers guard(HttpExchange exchange) {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Cache-Control", "no-store");
        headers.set("Content-Security-Policy", Pages.POLICY);
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("X-Frame-Options", "DENY");
        headers.set("X-Robots-Tag", "noindex, nofollow");
        return headers;
    }

    /// Answers what is under way, then listens no more. Close before the [Responses] it tells.
    @Override
    public void close() {
        server.stop(CLOSE_SECONDS);
        threads.close();
    }
}
