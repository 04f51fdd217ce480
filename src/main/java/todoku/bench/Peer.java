package todoku.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Postfix as a relay, with OpenDKIM or without: from the first mail given to it to the last one at the sink. It keeps
/// every mail on disk before it takes it, which a campaign need not.
final class Peer implements Contender, AutoCloseable {
    private static final int WARM_UP = 200;
    private static final long PATIENCE_MILLIS = 600_000;

    private final String name;
    private final int mails;
    private final Sinks sinks;
    private final Sinks probe;
    private final Path probed;
    private final @Nullable OpenDkim signer;
    private final Postfix postfix;

    private Peer(String name, int mails, Sinks sinks, Sinks probe, Path probed, @Nullable OpenDkim signer, Postfix postfix) {
        this.name = name;
        this.mails = mails;
        this.sinks = sinks;
        this.probe = probe;
        this.probed = probed;
        this.signer = signer;
        this.postfix = postfix;
    }

    /// @param folder that everybody may enter
    static Peer start(Path folder, boolean signing, int mails, Sinks sinks) throws IOException {
        Path probed = Programs.handedToNobody(folder.resolve("probe"));
        Sinks probe = Sinks.start(folder, 1, "-d", probed.resolve("mail.").toString());
        OpenDkim signer = null;
        try {
            if (signing) signer = OpenDkim.start(folder.resolve("opendkim"));
            Postfix postfix = Postfix.start(folder, sinks.port(), probe.port(), signer == null ? null : signer.milter());
            return new Peer(signing ? "postfix+opendkim" : "postfix", mails, sinks, probe, probed, signer, postfix);
        } catch (IOException | RuntimeException e) {
            if (signer != null) signer.close();
            probe.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return name;
    }

    /// One mail is looked at: a peer that does not sign would be no peer.
    @Override
    public void warmUp() throws IOException {
        postfix.feed(1, Postfix.PROBE);
        await(probe, 1);
        try (Stream<Path> mail = Files.list(probed)) {
            boolean signed = Files.readString(mail.findFirst().orElseThrow()).contains("DKIM-Signature: v=1; a=rsa-sha256");
            if (signed != (signer != null)) throw new IOException(name + (signed ? " signs" : " does not sign"));
        }
        send(WARM_UP);
    }

    @Override
    public Run run() throws IOException {
        double load = Programs.load();
        long own = cpu();
        long sink = sinks.cpu();
        double seconds = send(mails);
        Map<String, Double> micros = new LinkedHashMap<>();
        micros.put(name, (cpu() - own) / (double) mails);
        micros.put("sink", (sinks.cpu() - sink) / (double) mails);
        return new Run(mails / seconds, micros, load);
    }

    private double send(int count) throws IOException {
        long before = sinks.received();
        long began = System.nanoTime();
        postfix.feed(count, "d01.example");
        await(sinks, before + count);
        return (System.nanoTime() - began) / 1e9;
    }

    private void await(Sinks at, long mailsThere) throws IOException {
        long patience = System.currentTimeMillis() + PATIENCE_MILLIS;
        while (at.received() < mailsThere) {
            if (System.currentTimeMillis() > patience) throw new IOException(name + " does not deliver: " + at.received() + " of " + mailsThere);
            Programs.rest(5);
        }
    }

    private long cpu() {
        return postfix.cpu() + (signer == null ? 0 : signer.cpu());
    }

    @Override
    public void close() {
        postfix.close();
        if (signer != null) signer.close();
        probe.close();
    }
}
