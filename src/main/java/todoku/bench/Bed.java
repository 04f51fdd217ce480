package todoku.bench;

import java.io.IOException;
import java.nio.file.Path;
import todoku.customer.MergeValues;
import todoku.delivery.Engine;
import todoku.delivery.EngineSettings;
import todoku.delivery.MxCarrier;
import todoku.mail.dns.MailHosts;
import todoku.mail.smtp.Timeouts;

/// What a benchmark of the engine stands on: an installation and somebody else's receivers, gone afterwards.
final class Bed implements AutoCloseable {
    final Path home;
    final Installation shop;
    final Sinks sinks;

    private Bed(Path home, Installation shop, Sinks sinks) {
        this.home = home;
        this.shop = shop;
        this.sinks = sinks;
    }

    static Bed open(int sinks) throws IOException {
        Path home = Installation.freshHome();
        try {
            Installation shop = Installation.in(home);
            try {
                return new Bed(home, shop, Sinks.start(home, sinks));
            } catch (IOException | RuntimeException e) {
                shop.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            Installation.remove(home);
            throw e;
        }
    }

    /// The version of the shop's mail, to be sent.
    long mail() {
        return shop.mails.freeze(shop.mails.save(1, "春の新作", Shop.mail()), new MergeValues(shop.database.client()).names());
    }

    /// A running engine that finds the receivers so.
    Engine engine(MailHosts hosts) {
        return engine(hosts, shop.settings());
    }

    Engine engine(MailHosts hosts, EngineSettings settings) {
        var engine = new Engine(
                shop.database, shop.source, new MxCarrier(hosts, "todoku.example", Timeouts.STANDARD), settings, shop.clock);
        engine.start();
        return engine;
    }

    @Override
    public void close() throws IOException {
        try {
            sinks.close();
            shop.close();
        } finally {
            Installation.remove(home);
        }
    }
}
