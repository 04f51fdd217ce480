package todoku.customer.source;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Debian's MariaDB, unpacked but not installed, with a folder and a port of its own.
final class MariaServer implements AutoCloseable {
    /// Where `./todoku check --install` unpacks it.
    private static final Path ROOT = Path.of("target", "receivers", "root").toAbsolutePath();
    private static final Path PROGRAM = ROOT.resolve("usr/sbin/mariadbd");
    private static final Path SCRIPTS = ROOT.resolve("usr/share/mysql");
    private static final long LONGEST_START_SECONDS = 60;

    static final String OWNER = "owner";

    private final Process process;
    final int port;

    private MariaServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /// Null when it can run here, else why not.
    static @Nullable String whyNot() throws IOException, InterruptedException {
        if (!Files.isExecutable(PROGRAM)) return "mariadbd is not unpacked in target/receivers (./todoku check --install)";
        Process ask = builder(List.of(PROGRAM.toString(), "--no-defaults", "--version")).redirectErrorStream(true).start();
        String said = new String(ask.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        return ask.waitFor() == 0 ? null : said.strip();
    }

    /// With an empty database `shop`, and its owner.
    static MariaServer start(Path folder) throws IOException, InterruptedException {
        Path data = Files.createDirectory(folder.resolve("data"));
        Path birth = Files.writeString(folder.resolve("birth.sql"), "CREATE DATABASE mysql;\nUSE mysql;\n"
                + Files.readString(SCRIPTS.resolve("mysql_system_tables.sql")) + Files.readString(SCRIPTS.resolve("mysql_system_tables_data.sql")));
        Path said = folder.resolve("said");
        Process bootstrap = builder(command(data, List.of("--bootstrap"))).redirectInput(birth.toFile())
                .redirectErrorStream(true).redirectOutput(said.toFile()).start();
        if (bootstrap.waitFor() != 0) throw new IOException(Files.readString(said));
        Path init = Files.writeString(folder.resolve("init.sql"), """
                CREATE DATABASE shop CHARACTER SET utf8mb4;
                CREATE USER 'owner'@'127.0.0.1' IDENTIFIED BY 'owner';
                GRANT ALL ON *.* TO 'owner'@'127.0.0.1' WITH GRANT OPTION;
                """);
        int port = freePort();
        Process process = builder(command(data, List.of("--bind-address=127.0.0.1", "--port=" + port, "--socket=" + folder.resolve("s"),
                "--pid-file=" + folder.resolve("pid"), "--init-file=" + init, "--skip-name-resolve")))
                .redirectErrorStream(true).redirectOutput(said.toFile()).start();
        long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_START_SECONDS);
        while (!Files.readString(said).contains("ready for connections")) {
            if (!process.isAlive() || System.nanoTime() > giveUp) throw new IOException(Files.readString(said));
            Thread.onSpinWait();
        }
        return new MariaServer(process, port);
    }

    private static List<String> command(Path data, List<String> more) {
        List<String> command = new ArrayList<>(List.of("setpriv", "--pdeathsig", "TERM", PROGRAM.toString(), "--no-defaults", "--basedir=" + ROOT.resolve("usr"),
                "--lc-messages-dir=" + SCRIPTS, "--plugin-dir=" + ROOT.resolve("usr/lib/mysql/plugin"), "--datadir=" + data,
                "--innodb-log-file-size=8M", "--innodb-buffer-pool-size=16M"));
        if (System.getProperty("user.name", "").equals("root")) command.add("--user=root");
        command.addAll(more);
        return command;
    }

    private static ProcessBuilder builder(List<String> command) throws IOException {
        var builder = new ProcessBuilder(command);
        try (var folders = Files.walk(ROOT.resolve("usr/lib"), 1)) {
            builder.environment().put("LD_LIBRARY_PATH", String.join(":", folders.map(Path::toString).toList()));
        }
        return builder;
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) process.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
