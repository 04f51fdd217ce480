package todoku.database;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/// A PostgreSQL server of our own, unpacked from the jar, that never outlives this process.
///
/// Everything lies under one home folder: `data` (the cluster), `password`, `lock`, `server.log`. fsync and checksums
/// are on, the server listens on the loopback address only and asks for a password. When this process dies in any way,
/// the kernel stops the server (`setpriv --pdeathsig`); should one be left all the same, the next start stops it.
/// PostgreSQL refuses to run as root, so root starts it as the owner of the data folder, who is an ordinary user; or, where
/// such a user could not enter (a folder below `/root`), in a user namespace in which root is nobody.
public final class EmbeddedPostgres implements AutoCloseable {
    /// Of the binaries in the class path; the unpacked folder is named after it.
    static final String VERSION = "18.6.0";

    private static final String USER = "todoku";

    /// A first start takes 3 s; recovery after a crash may replay `max_wal_size`, on a slow disk.
    private static final Duration START_LIMIT = Duration.ofMinutes(3);

    /// A fast stop writes one checkpoint.
    private static final Duration STOP_LIMIT = Duration.ofMinutes(1);

    /// Who a server started by root runs as, when the data folder has no other owner: `nobody`.
    private static final int ORDINARY_ID = 65534;

    /// Between two attempts to bring back a server that has ended; a full disk may need somebody.
    private static final Duration REVIVAL_REST = Duration.ofSeconds(2);

    private static final System.Logger LOG = System.getLogger(EmbeddedPostgres.class.getName());

    /// An eighth of the machine's memory, within these; the rest is for the engine and the system's own cache. With 2 GB an
    /// import of a million customers costs PostgreSQL a quarter less than with 256 MB.
    private static final long LEAST_BUFFER_MEGABYTES = 64;
    private static final long MOST_BUFFER_MEGABYTES = 2_048;

    private static final List<String> SETTINGS = List.of(
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "max_connections=60",
            "shared_buffers=" + bufferMegabytes() + "MB",
            "fsync=on",
            "synchronous_commit=on",
            "full_page_writes=on",
            "idle_in_transaction_session_timeout=30s",
            "timezone=UTC",
            "log_timezone=UTC",
            "max_wal_size=2GB",
            "wal_compression=on");

    /// The homes this process serves. The file lock is between processes; closing the file for a second try in the same
    /// process would give up the first one's lock. Being here also keeps a server that nobody refers to from collection.
    private static final Map<Path, Optional<EmbeddedPostgres>> HERE = new ConcurrentHashMap<>();

    private final Path home;
    private final Path data;
    private final FileLock lock;
    private final ExecutorService forker;
    private final Starter starter;
    private final int port;
    private final String password;
    private volatile Process server;
    private volatile boolean closing;

    private EmbeddedPostgres(
            Path home, FileLock lock, ExecutorService forker, Starter starter, Process server, int port, String password) {
        this.home = home;
        this.starter = starter;
        this.data = home.resolve("data");
        this.lock = lock;
        this.forker = forker;
        this.server = server;
        this.port = port;
        this.password = password;
    }

    private static long bufferMegabytes() {
        var machine = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return Math.clamp(machine.getTotalMemorySize() / 8 >> 20, LEAST_BUFFER_MEGABYTES, MOST_BUFFER_MEGABYTES);
    }

    /// Starts the server whose home is this folder; makes folder and cluster when there are none.
    /// The binaries are unpacked beside the folder, once for each version.
    public static EmbeddedPostgres start(Path home) {
        Path beside = home.toAbsolutePath().normalize().getParent();
        if (beside == null) throw new IllegalArgumentException("a database cannot live in " + home);
        return start(home, beside.resolve("postgresql-" + VERSION));
    }

    /// As above, on the port an earlier server of this folder had: programs that lost it find it again.
    public static EmbeddedPostgres startAgain(Path home, int port) {
        Path beside = home.toAbsolutePath().normalize().getParent();
        if (beside == null) throw new IllegalArgumentException("a database cannot live in " + home);
        return start(home, beside.resolve("postgresql-" + VERSION), port);
    }

    /// How another program reaches a running server.
    public record Reach(String jdbcUrl, String user, String password) {}

    /// The server that somebody, perhaps another process, runs in this folder; empty when nobody does.
    public static Optional<Reach> running(Path home) {
        try {
            if (!isMade(home)) return Optional.empty();
            Path real = home.toRealPath();
            Optional<Integer> port = Postmaster.port(real.resolve("data"));
            if (port.isEmpty()) return Optional.empty();
            String password = Files.readString(real.resolve("password")).strip();
            return Optional.of(new Reach("jdbc:postgresql://127.0.0.1:" + port.get() + "/todoku", USER, password));
        } catch (IOException e) {
            throw new UncheckedIOException("the database in " + home + " cannot be found: " + e.getMessage(), e);
        }
    }

    /// Whether a database was ever made in this folder.
    public static boolean isMade(Path home) {
        return Files.exists(home.resolve("data").resolve("PG_VERSION"));
    }

    /// As [#start(Path)], with the folder for the unpacked binaries named.
    static EmbeddedPostgres start(Path home, Path binaries) {
        return start(home, binaries, 0);
    }

    private static EmbeddedPostgres start(Path home, Path binaries, int port) {
        try {
            Path real = Files.createDirectories(home).toRealPath();
            if (HERE.putIfAbsent(real, Optional.empty()) != null) throw inUse(home);
            try {
                var running = new Starter(real, binaries.toAbsolutePath().normalize(), port).start();
                HERE.put(real, Optional.of(running));
                return running;
            } catch (IOException | RuntimeException e) {
                HERE.remove(real);
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the database in " + home + " does not start: " + e.getMessage(), e);
        }
    }

    private static IllegalStateException inUse(Path home) {
        return new IllegalStateException("the database in " + home + " is already in use by a running Todoku");
    }

    public String jdbcUrl() {
        return jdbcUrl("todoku");
    }

    String jdbcUrl(String databaseName) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + databaseName;
    }

    public int port() {
        return port;
    }

    public String user() {
        return USER;
    }

    public String password() {
        return password;
    }

    /// The process id of the server.
    public long pid() {
        return server.pid();
    }

    /// From now on the server is started again, where everybody looks for it, whenever it ends without having been asked to:
    /// killed, or because its disk was full. One that was stopped in good order stays down.
    public void keepRunning() {
        Thread.ofPlatform().daemon().name("postgres-keeper").start(() -> {
            try {
                while (server.waitFor() != 0 && !closing) revive(server.exitValue());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void revive(int exitValue) throws InterruptedException {
        LOG.log(Level.ERROR, "the database has ended by itself (" + exitValue + ") and is started again: " + lastWords());
        while (!closing) {
            try {
                startOver();
                LOG.log(Level.INFO, "the database is back");
                return;
            } catch (IOException | RuntimeException e) {
                if (closing) return;
                LOG.log(Level.WARNING, "the database does not start yet: " + e.getMessage());
                TimeUnit.MILLISECONDS.sleep(REVIVAL_REST.toMillis());
            }
        }
    }

    private String lastWords() {
        try {
            return starter.lastWords();
        } catch (IOException e) {
            return "it has left no words";
        }
    }

    private void startOver() throws IOException {
        Process fresh;
        synchronized (this) {
            if (closing) return;
            fresh = starter.serve(forker, starter.identity(), port);
            server = fresh;
        }
        try {
            starter.awaitReady(this);
        } catch (IOException | RuntimeException e) {
            fresh.destroyForcibly();
            throw e;
        }
    }

    /// Stops the server: open transactions are rolled back, everything committed is on disk.
    @Override
    public void close() {
        synchronized (this) {
            closing = true;
        }
        try {
            Postmaster.stop(server.pid(), data);
        } finally {
            forker.shutdown();
            release(lock);
            HERE.remove(home);
        }
    }

    private static void release(FileLock lock) {
        try {
            lock.acquiredBy().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The way from a folder to a running server, step by step.
    private static final class Starter {
        private final Path home;
        private final Path data;
        private final Path binaries;
        private final int wantedPort;
        private final boolean root = isRoot();

        /// @param port 0 for any free one
        Starter(Path home, Path binaries, int port) {
            this.wantedPort = port;
            this.home = home;
            this.data = home.resolve("data");
            this.binaries = binaries;
        }

        EmbeddedPostgres start() throws IOException {
            FileLock lock = lock();
            ExecutorService forker = Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("postgres-parent").factory());
            try {
                unpack();
                Postmaster.stopOrphan(data);
                List<String> identity = identity();
                String password = password();
                if (!Files.exists(data.resolve("PG_VERSION"))) initialise(identity, password);
                int port = wantedPort == 0 ? freePort() : wantedPort;
                Process server = serve(forker, identity, port);
                var running = new EmbeddedPostgres(home, lock, forker, this, server, port, password);
                try {
                    awaitReady(running);
                } catch (IOException | RuntimeException e) {
                    server.destroyForcibly();
                    throw e;
                }
                return running;
            } catch (IOException | RuntimeException e) {
                forker.shutdown();
                release(lock);
                throw e;
            }
        }

        private FileLock lock() throws IOException {
            FileChannel channel = FileChannel.open(
                    home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock != null) return lock;
            channel.close();
            throw inUse(home);
        }

        /// Unpacks into a folder of its own and renames it: another process sees all of it or nothing.
        private void unpack() throws IOException {
            if (Files.exists(binaries.resolve("bin/postgres"))) return;
            Path parent = Files.createDirectories(parentOf(binaries));
            Path fresh = Files.createTempDirectory(parent, "unpacking-");
            String architecture = System.getProperty("os.arch").equals("aarch64") ? "arm_64" : "x86_64";
            String archive = "/postgres-linux-" + architecture + ".txz";
            try (InputStream packed = EmbeddedPostgres.class.getResourceAsStream(archive)) {
                if (packed == null) throw new IOException("no PostgreSQL for this machine in the jar: " + archive);
                unpack(new TarArchiveInputStream(new XZCompressorInputStream(packed)), fresh);
            }
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
            try {
                Files.move(fresh, binaries, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                delete(fresh);
                if (!Files.exists(binaries.resolve("bin/postgres"))) throw e;
            }
        }

        private static void unpack(TarArchiveInputStream tar, Path into) throws IOException {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path target = into.resolve(entry.getName()).normalize();
                if (!target.startsWith(into)) throw new IOException("an entry outside its archive: " + entry.getName());
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                } else if (entry.isSymbolicLink()) {
                    Files.createDirectories(parentOf(target));
                    Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
                } else {
                    Files.createDirectories(parentOf(target));
                    Files.copy(tar, target);
                    boolean runs = (entry.getMode() & 0100) != 0;
                    Files.setPosixFilePermissions(
                            target, PosixFilePermissions.fromString(runs ? "rwxr-xr-x" : "rw-r--r--"));
                }
            }
        }

        /// What stands before a command so that it runs as the owner of the data folder, and dies with us.
        private List<String> identity() throws IOException {
            Files.createDirectories(data);
            Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
            List<String> dying = List.of("setpriv", "--pdeathsig", "INT");
            if (!root) return dying;
            int owner = (Integer) Files.getAttribute(data, "unix:uid");
            int id = owner == 0 ? ORDINARY_ID : owner;
            List<String> other = concat(dying, List.of("--reuid", "" + id, "--regid", "" + id, "--clear-groups"));
            List<String> nobody = concat(List.of("unshare", "--user"), dying);
            if (succeeds(concat(other, reaching()))) {
                if (owner == 0) Files.walkFileTree(data, new Handing(id));
                return other;
            }
            if (owner == 0 && succeeds(concat(nobody, reaching()))) return nobody;
            throw new IOException("PostgreSQL does not run as root, and user " + id + " cannot enter " + home
                    + ": choose another folder, or let others pass (chmod o+x) through those above it");
        }

        private List<String> reaching() {
            return List.of("/bin/sh", "-c", "test -x \"$0\" && test -x \"$1\"", home.toString(), program("postgres"));
        }

        private String program(String name) {
            return binaries.resolve("bin").resolve(name).toString();
        }

        private boolean succeeds(List<String> command) throws IOException {
            Process process = builder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return ends(process, Duration.ofSeconds(10)) && process.exitValue() == 0;
        }

        private String password() throws IOException {
            Path file = home.resolve("password");
            if (Files.exists(file)) return Files.readString(file).strip();
            byte[] secret = new byte[24];
            new SecureRandom().nextBytes(secret);
            String password = HexFormat.of().formatHex(secret);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, password + "\n");
            return password;
        }

        /// The password reaches `initdb` by standard input: a command line can be read by everybody. `cat` makes the
        /// pipe anew, because our own belongs to root and the server's user may not open it.
        /// `initdb` asks for its user's name; who has none (a container started with any number) gets the name of nobody.
        private void initialise(List<String> identity, String password) throws IOException {
            clear(data);
            boolean named = succeeds(concat(identity, List.of("/bin/sh", "-c", "id -un")));
            List<String> initdb = concat(identity, named ? List.of() : List.of("unshare", "--user"));
            Process process = builder(concat(
                            initdb,
                            List.of(
                                    "/bin/sh",
                                    "-c",
                                    "cat | \"$0\" \"$@\"",
                                    program("initdb"),
                                    "--pgdata=" + data,
                                    "--username=" + USER,
                                    "--pwfile=/dev/stdin",
                                    "--auth=scram-sha-256",
                                    "--encoding=UTF8",
                                    "--locale-provider=icu",
                                    "--icu-locale=und",
                                    "--locale=C",
                                    "--data-checksums")))
                    .redirectErrorStream(true)
                    .start();
            try (var in = process.outputWriter(UTF_8)) {
                in.write(password + "\n");
            }
            String said = new String(process.getInputStream().readAllBytes(), UTF_8);
            if (!ends(process, START_LIMIT) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException("initdb: " + said.strip());
            }
        }

        /// Forked by a thread that lives as long as this server: the kernel ties the death signal to the thread.
        private Process serve(ExecutorService forker, List<String> identity, int port) throws IOException {
            List<String> command = new ArrayList<>(identity);
            command.addAll(List.of(program("postgres"), "-D", data.toString(), "-p", "" + port));
            SETTINGS.forEach(setting -> command.addAll(List.of("-c", setting)));
            ProcessBuilder builder = builder(command)
                    .redirectErrorStream(true)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(log().toFile());
            Callable<Process> fork = builder::start;
            try {
                return forker.submit(fork).get();
            } catch (ExecutionException e) {
                throw new IOException(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }

        private Path log() {
            return home.resolve("server.log");
        }

        private static ProcessBuilder builder(List<String> command) {
            var builder = new ProcessBuilder(command).directory(Path.of("/").toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
            builder.environment().put("LC_ALL", "C");
            builder.environment().put("TZ", "UTC");
            return builder;
        }

        private void awaitReady(EmbeddedPostgres running) throws IOException {
            long limit = System.nanoTime() + START_LIMIT.toNanos();
            while (true) {
                try (var connection = DriverManager.getConnection(running.jdbcUrl("postgres"), USER, running.password);
                        var statement = connection.createStatement()) {
                    var rows = statement.executeQuery("SELECT 1 FROM pg_database WHERE datname = 'todoku'");
                    if (!rows.next()) statement.execute("CREATE DATABASE todoku");
                    return;
                } catch (SQLException e) {
                    if (ends(running.server, Duration.ofMillis(50)))
                        throw new IOException("the server stopped at once: " + lastWords(), e);
                    if (System.nanoTime() > limit) throw new IOException("not ready after " + START_LIMIT, e);
                }
            }
        }

        private String lastWords() throws IOException {
            List<String> lines = Files.readAllLines(log());
            return String.join(" / ", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
        }

        private static int freePort() throws IOException {
            try (var socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
                return socket.getLocalPort();
            }
        }

        private static boolean isRoot() {
            try {
                return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
            } catch (IOException e) {
                return false;
            }
        }
    }

    /// What `postmaster.pid` says of a server that may still live in a data folder.
    private static final class Postmaster {
        /// Our lock says that no living Todoku owns this server: it is an orphan.
        static void stopOrphan(Path data) throws IOException {
            Path file = data.resolve("postmaster.pid");
            if (!Files.exists(file)) return;
            List<String> lines = Files.readAllLines(file);
            if (lines.isEmpty()) return;
            long pid = Long.parseLong(lines.getFirst().strip());
            if (serves(pid, data)) stop(pid, data);
        }

        /// Line 4 is the port (`miscadmin.h` of PostgreSQL: LOCK_FILE_LINE_PORT).
        static Optional<Integer> port(Path data) throws IOException {
            Path file = data.resolve("postmaster.pid");
            if (!Files.exists(file)) return Optional.empty();
            List<String> lines = Files.readAllLines(file);
            if (lines.size() < 4 || !serves(Long.parseLong(lines.getFirst().strip()), data)) return Optional.empty();
            return Optional.of(Integer.parseInt(lines.get(3).strip()));
        }

        /// A process id may have been given to somebody else since: only a server of this folder is ours to stop.
        private static boolean serves(long pid, Path data) {
            try {
                return Files.readString(Path.of("/proc/" + pid + "/cmdline")).contains("\0" + data + "\0");
            } catch (IOException e) {
                return false;
            }
        }

        /// First `SIGINT`, the fast stop; then `SIGQUIT`, after which the next start recovers from the log.
        static void stop(long pid, Path data) {
            for (String signal : List.of("INT", "QUIT")) {
                if (!serves(pid, data)) return;
                send(signal, pid);
                if (ends(pid, data)) return;
            }
            throw new IllegalStateException("the server of " + data + " does not stop (process " + pid + ")");
        }

        private static void send(String signal, long pid) {
            try {
                Process kill = new ProcessBuilder("/bin/sh", "-c", "kill -" + signal + " " + pid).start();
                EmbeddedPostgres.ends(kill, Duration.ofSeconds(10));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /// Asks `/proc` again and again: an orphan is not our child, and one that no parent collects stays a zombie.
        private static boolean ends(long pid, Path data) {
            long limit = System.nanoTime() + STOP_LIMIT.toNanos();
            while (serves(pid, data)) {
                if (System.nanoTime() > limit) return false;
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            }
            return true;
        }
    }

    private static boolean ends(Process process, Duration limit) {
        try {
            return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static List<String> concat(List<String> first, List<String> second) {
        List<String> both = new ArrayList<>(first);
        both.addAll(second);
        return both;
    }

    private static Path parentOf(Path path) {
        Path parent = path.getParent();
        if (parent == null) throw new IllegalArgumentException("no folder above " + path);
        return parent;
    }

    /// Takes away what an `initdb` cut short has left.
    private static void clear(Path folder) throws IOException {
        try (var children = Files.list(folder)) {
            for (Path child : children.toList()) delete(child);
        }
    }

    private static void delete(Path tree) throws IOException {
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @org.jspecify.annotations.Nullable IOException e)
                    throws IOException {
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /// Gives every file of a tree to one user.
    private static final class Handing extends SimpleFileVisitor<Path> {
        private final int id;

        Handing(int id) {
            this.id = id;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
            give(folder);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            give(file);
            return FileVisitResult.CONTINUE;
        }

        private void give(Path path) throws IOException {
            Files.setAttribute(path, "unix:uid", id, LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(path, "unix:gid", id, LinkOption.NOFOLLOW_LINKS);
        }
    }
}
