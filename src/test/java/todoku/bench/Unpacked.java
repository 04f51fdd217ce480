package todoku.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A mail server of Debian that is unpacked but not installed, on a port of its own: it sees users, a spool and a folder of
/// run files that only exist for it. Only root may start it.
final class Unpacked implements AutoCloseable {
    /// Where `./todoku check --install` unpacks them.
    private static final Path ROOT = Path.of("target", "receivers", "root").toAbsolutePath();
    private static final Path SBIN = ROOT.resolve("usr/sbin");
    /// Free on Debian.
    private static final int UID = 64_001;

    private final Process process;
    private final Path spool;
    final int port;

    private Unpacked(Process process, Path spool, int port) {
        this.process = process;
        this.spool = spool;
        this.port = port;
    }

    /// Null when it can run here, else why not.
    static String whyNot(String program) throws IOException {
        Path file = SBIN.resolve(program);
        if (!Files.isExecutable(file)) return program + " is not unpacked in target/receivers (./todoku check --install)";
        if (!Programs.weAreRoot()) return "only root may start " + program;
        try {
            Programs.run(10, "unshare", "-m", "true");
        } catch (IOException e) {
            return "no mount namespaces here: " + e.getMessage();
        }
        String libraries = Programs.run(10, "sh", "-c", environment() + "ldd " + file);
        return libraries.lines().filter(line -> line.contains("not found")).findFirst().orElse(null);
    }

    private static String environment() throws IOException {
        try (Stream<Path> folders = Files.walk(ROOT.resolve("usr/lib"), 1)) {
            return "export LD_LIBRARY_PATH=" + String.join(":", folders.map(Path::toString).toList()) + "\n";
        }
    }

    static Unpacked exim(Path folder, String settings) throws IOException {
        int port = Sinks.freePort();
        Path spool = Files.createDirectories(folder.resolve("spool"));
        Path config = folder.resolve("exim.conf");
        Files.writeString(config, """
                primary_hostname = mx.example.jp
                spool_directory = %1$s
                log_file_path = %1$s/%%slog
                daemon_smtp_ports = %2$d
                local_interfaces = 127.0.0.1
                queue_only = true
                host_lookup =
                rfc1413_query_timeout = 0s
                smtputf8_advertise_hosts = *
                acl_smtp_rcpt = rcpt
                %3$s
                begin acl
                rcpt:
                  deny condition = ${if eq{$local_part}{nobody}}
                       message = 5.1.1 no such user
                  accept
                """.formatted(spool, port, settings));
        Programs.run(10, "chown", "-R", UID + ":" + UID, spool.toString());
        String script = users(folder, List.of("Debian-exim")) + environment()
                + "exec " + SBIN.resolve("exim4") + " -C " + config + " -bdf\n";
        return start(folder, script, spool, port);
    }

    static Unpacked openSmtpd(Path folder, String listening, String settings) throws IOException {
        int port = Sinks.freePort();
        Path spool = Files.createDirectories(folder.resolve("spool"));
        Path config = folder.resolve("smtpd.conf");
        Files.writeString(config, """
                %s
                table refused { "nobody@shop.jp" }
                listen on 127.0.0.1 port %d %s hostname mx.example.jp
                action "keep" relay host smtp://127.0.0.1:1
                match from any for rcpt-to <refused> reject
                match from any for any action "keep"
                """.formatted(settings, port, listening));
        Programs.run(10, "chmod", "600", config.toString());
        String script = users(folder, List.of("opensmtpd", "opensmtpq")) + environment() + """
                mount --bind %s /var/spool
                mount -t tmpfs tmpfs /var/lib
                mount -t tmpfs tmpfs /run
                mkdir -p /usr/libexec
                mount -t tmpfs -o mode=755 tmpfs /usr/libexec
                mkdir -p /var/spool/smtpd /var/lib/opensmtpd/empty /usr/libexec/opensmtpd
                chmod 711 /var/spool/smtpd /var/lib/opensmtpd/empty
                exec %s -d -f %s
                """.formatted(spool, SBIN.resolve("smtpd"), config);
        return start(folder, script, spool, port);
    }

    /// Users who exist for this process only.
    private static String users(Path folder, List<String> names) throws IOException {
        StringBuilder users = new StringBuilder(Files.readString(Path.of("/etc/passwd")));
        StringBuilder groups = new StringBuilder(Files.readString(Path.of("/etc/group")));
        int id = UID;
        for (String name : names) {
            users.append(name).append(":x:" + id + ":" + id + "::/nonexistent:/usr/sbin/nologin\n");
            groups.append(name).append(":x:" + id++ + ":\n");
        }
        Path passwd = Files.writeString(folder.resolve("passwd"), users);
        Path group = Files.writeString(folder.resolve("group"), groups);
        return "set -e\nmount --bind " + passwd + " /etc/passwd\nmount --bind " + group + " /etc/group\n";
    }

    private static Unpacked start(Path folder, String script, Path spool, int port) throws IOException {
        Path said = folder.resolve("said");
        Path file = Files.writeString(folder.resolve("start.sh"), script);
        Process process = new ProcessBuilder("unshare", "-m", "setpriv", "--pdeathsig", "TERM", "sh", file.toString())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        Sinks.await(process, port, said, "it");
        return new Unpacked(process, spool, port);
    }

    /// Whether a mail it keeps has these lines.
    boolean keeps(String lines) throws IOException {
        try (Stream<Path> files = Files.walk(spool)) {
            for (Path file : files.filter(Files::isRegularFile).toList())
                if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(new String(lines.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1))) return true;
        }
        return false;
    }

    @Override
    public void close() {
        List<ProcessHandle> parts = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) process.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        parts.forEach(ProcessHandle::destroy);
    }
}
