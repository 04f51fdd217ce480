package todoku.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import todoku.customer.MergeValues;
import todoku.database.Database;
import todoku.delivery.Engine;
import todoku.delivery.MxCarrier;
import todoku.mail.smtp.Timeouts;

/// P1 and P2: from "send" to the last committed verdict, into somebody else's receiver, in turn with what others do.
final class CampaignBench {
    private static final int SIZE = 100_000;
    private static final int RUNS = 3;
    /// Numbers of mailings that nothing else uses.
    private static final long PAST = 2_000_000_000L;
    /// A peer is slower: with so many fewer mails its run lasts about as long.
    private static final int PEER_SHARE = 10;
    private static final int FEWEST_PEER_MAILS = 100;

    private CampaignBench() {}

    static int run(String[] args) throws Exception {
        Options options = Options.of(Set.of("tls"), args, "size", "runs", "sinks", "peers", "past", "json");
        int size = options.number("size", SIZE);
        if (!Sinks.installed()) {
            System.err.println("smtp-sink is not installed (Debian: postfix)");
            return 3;
        }
        Path home = Installation.freshHome();
        Path peersHome = Programs.open(home.resolveSibling(home.getFileName() + "-peers"));
        List<Peer> peers = new ArrayList<>();
        TlsReceiver tls = null;
        Table table = new Table();
        boolean adds;
        try (Installation shop = Installation.in(home);
                Sinks sinks = Sinks.start(home, options.number("sinks", 1))) {
            if (options.word("peers", "all").equals("all")) start(peers, peersHome, size, sinks);
            if (options.has("tls")) tls = startTls(peersHome);
            var way = new Switch(sinks);
            long all = Shop.fill(shop.database, size, "全会員");
            past(shop.database, options.number("past", 0));
            Shop.settle(shop.database);
            try (Engine engine = new Engine(
                    shop.database,
                    shop.source,
                    new MxCarrier(way, "todoku.example", Timeouts.STANDARD),
                    shop.settings(),
                    shop.clock)) {
                engine.start();
                long version = shop.mails.freeze(
                        shop.mails.save(1, "春の新作", Shop.mail()), new MergeValues(shop.database.client()).names());
                Ours signed = new Ours("P1", shop, engine, way, sinks, version, shop.sender(true), all);
                Ours plain = new Ours("P2", shop, engine, way, sinks, version, shop.sender(false), all);
                List<Contender> contenders = new ArrayList<>(List.of(signed, plain));
                Ours secured = tls == null
                        ? null
                        : new Ours("P1_starttls", shop, engine, way, tls, version, shop.sender(true), all);
                if (secured != null) contenders.add(secured);
                contenders.addAll(peers);
                Map<String, List<Run>> runs = inTurn(contenders, options.number("runs", RUNS));
                fill(table, runs, tls);
                adds = signed.adds() && plain.adds() && (secured == null || secured.adds());
            }
        } finally {
            peers.forEach(Peer::close);
            if (tls != null) tls.close();
            Installation.remove(home);
            Installation.remove(peersHome);
        }
        table.print();
        Path json = options.file("json");
        if (json != null) Files.writeString(json, table.json());
        return adds ? 0 : 1;
    }

    /// As many large mailings as were sent before: each has left partitions of its own.
    private static void past(Database database, int mailings) {
        if (mailings == 0) return;
        database.client()
                .sql("SELECT count(make_mailing_partition(:first + n, :first + n + 1)) FROM generate_series(1, :mailings) n")
                .param("first", PAST)
                .param("mailings", mailings)
                .query(Integer.class)
                .single();
    }

    private static void start(List<Peer> peers, Path folder, int size, Sinks sinks) throws IOException {
        int mails = Math.max(FEWEST_PEER_MAILS, size / PEER_SHARE);
        String whyNot = Postfix.whyNot();
        if (whyNot == null) peers.add(Peer.start(Programs.open(folder.resolve("plain")), false, mails, sinks));
        else System.err.println("without Postfix: " + whyNot);
        String whyNotSigning = whyNot == null ? OpenDkim.whyNot() : whyNot;
        if (whyNotSigning == null) peers.add(Peer.start(Programs.open(folder.resolve("signing")), true, mails, sinks));
        else System.err.println("without Postfix and OpenDKIM: " + whyNotSigning);
    }

    private static @Nullable TlsReceiver startTls(Path folder) throws IOException {
        String whyNot = TlsReceiver.whyNot();
        if (whyNot == null) return TlsReceiver.start(Programs.open(folder.resolve("tls")));
        System.err.println("without STARTTLS: " + whyNot);
        return null;
    }

    /// One run of each, then the next: whatever else the machine does meets all of them. Another one before is not counted:
    /// the compiler of the JVM works until it has seen some 100,000 mails.
    private static Map<String, List<Run>> inTurn(List<Contender> contenders, int times) throws IOException, InterruptedException {
        for (Contender contender : contenders) contender.warmUp();
        Heap.reset();
        Map<String, List<Run>> runs = new LinkedHashMap<>();
        for (int i = 0; i < times; i++) {
            for (Contender contender : contenders) {
                Run run = contender.run();
                runs.computeIfAbsent(contender.name(), _ -> new ArrayList<>()).add(run);
                System.err.printf(
                        Locale.ROOT, "%-18s %6.0f mails/s, load %.1f, CPU µs a mail: %s%n",
                        contender.name(), run.mailsPerSecond(), run.load(), micros(run));
            }
        }
        return runs;
    }

    private static String micros(Run run) {
        StringBuilder text = new StringBuilder();
        run.microsPerMail().forEach((who, micros) -> text.append(String.format(Locale.ROOT, "%s %.0f  ", who, micros)));
        return text.toString().strip();
    }

    private static void fill(Table table, Map<String, List<Run>> runs, @Nullable TlsReceiver tls) throws IOException {
        Double sign = signMicros();
        runs.forEach((name, measured) -> {
            Table.Row row = new Table.Row(
                    name, title(name), "mails/s", measured.stream().map(Run::mailsPerSecond).toList());
            for (String who : measured.getFirst().microsPerMail().keySet()) {
                row.with("cpu_us_" + who, Table.median(measured.stream().map(r -> r.microsPerMail().getOrDefault(who, 0.0)).toList()));
            }
            row.with("load", Table.median(measured.stream().map(Run::load).toList()));
            if (name.equals("P1")) row.goal(3_500).cpu("jvm", "postgresql").with("peak_heap_mb", Heap.peakMegabytes());
            if (name.equals("P1") && sign != null) row.with("openssl_rsa2048_us", sign);
            if (name.equals("P1_starttls") && tls != null) {
                row.cpu("jvm", "postgresql").with("tls_handshakes", tls.handshakes()).with("tls_resumed", tls.resumed());
            }
            if (name.equals("P2")) row.goal(9_000).cpu("jvm", "postgresql");
            table.add(row);
        });
        table.compare("P1", "postfix+opendkim");
        table.compare("P2", "postfix");
    }

    private static String title(String name) {
        return switch (name) {
            case "P1" -> "campaign, signed RSA-2048";
            case "P2" -> "campaign, not signed";
            case "P1_starttls" -> "campaign, signed, STARTTLS";
            default -> "relay, 10 KB";
        };
    }

    /// What one RSA-2048 signature costs here by somebody else's program; null where there is none.
    private static @Nullable Double signMicros() throws IOException {
        if (Programs.find("openssl").isEmpty()) return null;
        for (String line : Programs.run(30, "openssl", "speed", "-seconds", "1", "rsa2048").split("\n")) {
            if (!line.startsWith("rsa 2048 bits")) continue;
            return Double.parseDouble(line.substring(13).strip().split("s? ")[0]) * 1e6;
        }
        return null;
    }
}
