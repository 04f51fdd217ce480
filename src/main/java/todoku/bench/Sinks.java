package todoku.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import todoku.mail.dns.Route;

/// Somebody else's receivers: Postfix's `smtp-sink`, one or more, on ports nobody else has. Domains are spread over them.
final class Sinks implements Receiver {
    private static final Pattern MESSAGES = Pattern.compile("mesg=(\\d+)");
    private static final int BACKLOG = 1_000;
    private static final int SESSIONS = 4_000;
    private static final long START_MILLIS = 20_000;
    private static final int TAIL_BYTES = 400;

    private record Sink(Process process, int port, Path counters) {}

    private final List<Sink> sinks = new ArrayList<>();

    static boolean installed() {
        return Programs.find("smtp-sink").isPresent();
    }

    /// @param folder for their counters
    /// @param options of each `smtp-sink` besides
    static Sinks start(Path folder, int count, String... options) throws IOException {
        Sinks started = new Sinks();
        try {
            for (int i = 0; i < count; i++) started.sinks.add(one(folder.resolve("smtp-sink-" + i), options));
            return started;
        } catch (IOException | RuntimeException e) {
            started.close();
            throw e;
        }
    }

    private static Sink one(Path counters, String... options) throws IOException {
        String program = Programs.find("smtp-sink").orElseThrow(() -> new IOException("smtp-sink is not installed (Debian: postfix)"));
        int port = freePort();
        // It dies with us, whatever happens to us.
        List<String> command = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL"));
        if (Programs.weAreRoot()) command.addAll(List.of("--reuid", "" + Programs.NOBODY, "--regid", "" + Programs.NOBODY, "--clear-groups"));
        command.addAll(List.of(program, "-c", "-m", "" + SESSIONS));
        command.addAll(List.of(options));
        command.addAll(List.of("127.0.0.1:" + port, "" + BACKLOG));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(counters.toFile())
                .start();
        await(process, port, counters, "smtp-sink");
        if (listeners(port) != 1) {
            process.destroyForcibly();
            throw new IOException("somebody else listens on port " + port + " too");
        }
        return new Sink(process, port, counters);
    }

    /// Waits until a server that was just started greets.
    ///
    /// @param said where what it says goes
    /// @throws IOException with that, when it does not
    static void await(Process server, int port, Path said, String name) throws IOException {
        long patience = System.currentTimeMillis() + START_MILLIS;
        while (!answers(port)) {
            if (server.isAlive() && System.currentTimeMillis() <= patience) continue;
            server.destroy();
            throw new IOException(name + " does not start: " + Files.readString(said).strip());
        }
    }

    /// Whether somebody greets there.
    static boolean answers(int port) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return socket.getInputStream().read() == '2';
        } catch (java.net.ConnectException e) {
            Programs.rest(20);
            return false;
        }
    }

    /// Two processes can share a port by SO_REUSEPORT and spoil a run.
    private static long listeners(int port) throws IOException {
        String local = String.format(":%04X", port);
        try (var lines = Files.lines(Path.of("/proc/net/tcp"))) {
            return lines.map(line -> line.strip().split(" +"))
                    .filter(words -> words.length > 3 && words[1].endsWith(local) && words[3].equals("0A"))
                    .count();
        }
    }

    static int freePort() throws IOException {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            return socket.getLocalPort();
        }
    }

    int port() {
        return sinks.getFirst().port();
    }

    @Override
    public Route resolve(String domain) {
        Sink sink = sinks.get(Math.floorMod(domain.hashCode(), sinks.size()));
        return new Route.Hosts(List.of(new Route.Host("mx." + domain, InetAddress.getLoopbackAddress(), sink.port())));
    }

    @Override
    public long received() {
        return sinks.stream().mapToLong(Sinks::received).sum();
    }

    private static long received(Sink sink) {
        try (var file = Files.newByteChannel(sink.counters())) {
            file.position(Math.max(0, file.size() - TAIL_BYTES));
            var tail = java.nio.ByteBuffer.allocate(TAIL_BYTES);
            while (tail.hasRemaining() && file.read(tail) >= 0) {}
            Matcher found = MESSAGES.matcher(new String(tail.array(), 0, tail.position(), java.nio.charset.StandardCharsets.US_ASCII));
            long last = 0;
            while (found.find()) last = Long.parseLong(found.group(1));
            return last;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public long cpu() {
        return sinks.stream().mapToLong(s -> Cpu.ofFamily(s.process().toHandle())).sum();
    }

    @Override
    public void close() {
        for (Sink sink : sinks) {
            sink.process().destroyForcibly();
            try {
                sink.process().waitFor(5, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
