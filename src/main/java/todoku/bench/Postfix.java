package todoku.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A Postfix of our own beside whatever the machine has: private configuration, queue and port, Debian's defaults
/// otherwise, everything relayed to one sink. Only root may start it.
final class Postfix implements AutoCloseable {
    /// Mail to this domain goes to the probe's port instead, to be looked at.
    static final String PROBE = "probe.example";

    private static final int SESSIONS = 20;
    private static final List<String> PROGRAMS = List.of("postfix", "smtp-source", "smtp-sink");
    private static final List<String> DAEMONS = List.of("/usr/lib/postfix/sbin", "/usr/libexec/postfix");

    private final Process process;
    private final int port;
    private final Path folder;

    private Postfix(Process process, int port, Path folder) {
        this.process = process;
        this.port = port;
        this.folder = folder;
    }

    /// Null when it can run here, else why not.
    static @Nullable String whyNot() throws IOException {
        for (String program : PROGRAMS) if (Programs.find(program).isEmpty()) return program + " is not installed (Debian: postfix)";
        return Programs.weAreRoot() ? null : "only root may start Postfix";
    }

    /// @param folder that everybody may enter
    /// @param milter where every mail is shown before it is queued, or null
    static Postfix start(Path folder, int sinkPort, int probePort, @Nullable String milter) throws IOException {
        return start(folder, """
                maillog_file = /dev/null
                relayhost = [127.0.0.1]:%d
                transport_maps = inline:{%s=smtp:[127.0.0.1]:%d}
                """.formatted(sinkPort, PROBE, probePort)
                + (milter == null ? "" : "smtpd_milters = " + milter + "\nmilter_default_action = tempfail\n"));
    }

    /// @param settings besides what it needs to stand by itself
    static Postfix start(Path folder, String settings) throws IOException {
        int port = Sinks.freePort();
        Path config = Programs.open(folder.resolve("config"));
        Path queue = Programs.open(folder.resolve("queue"));
        Path data = Programs.open(folder.resolve("data"));
        Programs.run(10, "chown", "postfix", data.toString());
        Files.writeString(config.resolve("main.cf"), """
                compatibility_level = 3.6
                queue_directory = %s
                data_directory = %s
                daemon_directory = %s
                maillog_file_prefixes = /dev
                myhostname = relay.bench.example
                mydestination =
                alias_maps =
                mynetworks = 127.0.0.0/8
                inet_interfaces = 127.0.0.1
                inet_protocols = ipv4
                smtpd_relay_restrictions = permit_mynetworks, reject
                """.formatted(queue, data, daemons()) + settings);
        Files.writeString(config.resolve("master.cf"), """
                127.0.0.1:%d inet n - n - - smtpd
                pickup    unix  n - n 60    1 pickup
                cleanup   unix  n - n -     0 cleanup
                qmgr      unix  n - n 300   1 qmgr
                tlsmgr    unix  - - n 1000? 1 tlsmgr
                rewrite   unix  - - n -     - trivial-rewrite
                bounce    unix  - - n -     0 bounce
                defer     unix  - - n -     0 bounce
                trace     unix  - - n -     0 bounce
                verify    unix  - - n -     1 verify
                flush     unix  n - n 1000? 0 flush
                proxymap  unix  - - n -     - proxymap
                proxywrite unix - - n -     1 proxymap
                smtp      unix  - - n -     - smtp
                relay     unix  - - n -     - smtp
                showq     unix  n - n -     - showq
                error     unix  - - n -     - error
                retry     unix  - - n -     - error
                discard   unix  - - n -     - discard
                local     unix  - n n -     - local
                anvil     unix  - - n -     1 anvil
                scache    unix  - - n -     1 scache
                postlog   unix-dgram n - n - 1 postlogd
                """.formatted(port));
        Path said = said(folder);
        Process process = new ProcessBuilder(
                        "setpriv", "--pdeathsig", "TERM", program("postfix"), "-c", config.toString(), "start-fg")
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        Sinks.await(process, port, said, "Postfix");
        return new Postfix(process, port, folder);
    }

    /// What a Postfix in this folder says, its log too when that is `/dev/stdout`.
    static Path said(Path folder) {
        return folder.resolve("said");
    }

    int port() {
        return port;
    }

    private static String program(String name) throws IOException {
        return Programs.find(name).orElseThrow(() -> new IOException(name + " is not installed"));
    }

    private static String daemons() {
        return DAEMONS.stream().filter(folder -> Files.exists(Path.of(folder, "smtpd"))).findFirst().orElse(DAEMONS.getFirst());
    }

    /// Somebody else's source gives it so many mails of 10 KB, over connections that stay open. Returns when all are taken,
    /// which is before all are relayed.
    void feed(int mails, String recipientDomain) throws IOException {
        List<String> command = new ArrayList<>(List.of(program("smtp-source"), "-4", "-d"));
        command.addAll(List.of("-s", "" + Math.min(SESSIONS, mails), "-l", "10240", "-m", "" + mails));
        command.addAll(List.of("-f", "news@" + OpenDkim.DOMAIN, "-t", "user@" + recipientDomain, "127.0.0.1:" + port));
        Programs.run(600, command.toArray(String[]::new));
    }

    /// Processor time of all its parts, in microseconds.
    long cpu() {
        return Cpu.ofFamily(process.toHandle());
    }

    @Override
    public void close() {
        List<ProcessHandle> parts = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) process.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        parts.forEach(ProcessHandle::destroy);
    }

    @Override
    public String toString() {
        return "Postfix[" + folder + "]";
    }
}
