package todoku;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.xbill.DNS.ExtendedResolver;
import todoku.campaign.Audience;
import todoku.campaign.CampaignClock;
import todoku.campaign.Campaigns;
import todoku.campaign.GoLive;
import todoku.campaign.Launch;
import todoku.campaign.Speeds;
import todoku.campaign.TestMail;
import todoku.content.MailSource;
import todoku.content.Mails;
import todoku.customer.CustomerImport;
import todoku.customer.Customers;
import todoku.customer.DeviceFollower;
import todoku.customer.FieldIndexes;
import todoku.customer.Groups;
import todoku.customer.Memberships;
import todoku.customer.MergeValues;
import todoku.customer.consent.ConsentRetention;
import todoku.customer.consent.Consents;
import todoku.customer.growth.GrowthFollower;
import todoku.customer.record.RecordImport;
import todoku.customer.record.RecordKinds;
import todoku.customer.source.OutsideHosts;
import todoku.customer.source.Synchronisation;
import todoku.database.Database;
import todoku.database.DatabaseClock;
import todoku.database.Secrets;
import todoku.delivery.AddressNames;
import todoku.delivery.Batches;
import todoku.delivery.Engine;
import todoku.delivery.EngineSettings;
import todoku.delivery.MxCarrier;
import todoku.delivery.PoolAddresses;
import todoku.delivery.Providers;
import todoku.delivery.Restored;
import todoku.delivery.Safety;
import todoku.delivery.Shaping;
import todoku.delivery.StsTable;
import todoku.delivery.StsWeb;
import todoku.delivery.TranscriptTable;
import todoku.delivery.Unknowns;
import todoku.delivery.standing.Standings;
import todoku.event.Event.Environment;
import todoku.event.Followers;
import todoku.guard.GuardTable;
import todoku.guard.Guards;
import todoku.guard.Notices;
import todoku.guard.Outages;
import todoku.guard.SystemEvent.Severity;
import todoku.guard.SystemLog;
import todoku.job.Jobs;
import todoku.mail.dkim.DkimResult;
import todoku.mail.dkim.DkimVerifier;
import todoku.mail.dns.DnsMailHosts;
import todoku.mail.dns.MailHosts;
import todoku.mail.dns.ResolverDns;
import todoku.mail.dns.SmartHost;
import todoku.mail.mime.MailBytes;
import todoku.mail.policy.MailRecords;
import todoku.mail.smtp.Pause;
import todoku.mail.smtp.Timeouts;
import todoku.mail.tls.MtaSts;
import todoku.mail.tls.TlsPolicies;
import todoku.mail.tls.TrustedIssuers;
import todoku.mailing.Addresses;
import todoku.mailing.Mailings;
import todoku.report.DetailRetention;
import todoku.report.Reports;
import todoku.report.Retention;
import todoku.segment.Rules;
import todoku.segment.SegmentSizes;
import todoku.segment.Segments;
import todoku.segment.Tally;
import todoku.sender.DomainReports;
import todoku.sender.Installation;
import todoku.sender.Installations;
import todoku.sender.LiveReadiness;
import todoku.sender.PublishedKeys;
import todoku.sender.Senders;
import todoku.sender.doctor.SocketTlsProbe;
import todoku.simulation.SimulatedInternet;
import todoku.suppression.SuppressionFollower;
import todoku.suppression.Suppressions;
import todoku.tracking.LinkTokens;
import todoku.tracking.Responses;
import todoku.tracking.TrackingServer;
import todoku.web.OutboundHttp;

/// All parts of one installation, put together over one database: what the demo, the server and the benchmarks share.
final class House implements AutoCloseable {
    /// The clock on the wall of a Japanese office decides days and months.
    static final ZoneId ZONE = ZoneId.of("Asia/Tokyo");

    /// A campaign of 10:00 starts at 10:00, and nobody sees followers lag; an idle round is a few indexed questions.
    private static final Duration PROMPT = Duration.ofMillis(500);

    /// A mailing over its limits goes on for no longer; the rest waits for no longer once its first percent has arrived.
    private static final Duration WATCHING = Duration.ofMillis(250);

    /// The dialogue of a recipient that was refused is on its page a moment later.
    private static final Duration WRITING = Duration.ofSeconds(1);

    /// A synchronisation that is due, or was asked for on another node, begins no later.
    private static final Duration READING = Duration.ofSeconds(15);

    /// Clocks drift apart by less than a millisecond meanwhile.
    private static final Duration LOOKING_AT_THE_CLOCK = Duration.ofSeconds(10);

    /// What is kept for days or months is gone within the hour.
    static final Duration TIDYING = Duration.ofHours(1);

    /// Details of mailings leave a few mailings at a time.
    private static final Duration SWEEPING = Duration.ofMinutes(1);

    /// Batches per follower and round, so that none of them waits long for the others.
    private static final int FOLLOWING_ROUNDS = 20;

    /// A host that takes everything further is one destination, whatever the domains; providers are its business.
    private static final Shaping SMART_HOST = new Shaping(20, 100, 0, Duration.ofMinutes(1));

    final DatabaseClock clock;
    final Jobs jobs = new Jobs(this::jobFailed);
    final Customers customers;
    final Groups groups;
    final Memberships memberships;
    private final Consents consents;
    private final ConsentRetention consentRetention;
    final CustomerImport imports;
    final RecordKinds recordKinds;
    final RecordImport recordImports;
    private final Synchronisation outsideDatabases;
    final MergeValues values;
    private final FieldIndexes fieldIndexes;
    final Senders senders;
    final PublishedKeys publishedKeys;
    final Mails mails;
    final Mailings mailings;
    final Installations installations;
    final DomainReports domains;
    final LiveReadiness readiness;
    final GoLive goLive;
    final Rules rules;
    final Segments segments;
    final Tally tally;
    final SegmentSizes segmentSizes;
    final Audience audience;
    final Launch launch;
    final Campaigns campaigns;
    final TestMail testMail;
    final Engine engine;
    final SimulatedInternet internet;
    final Suppressions suppressions;
    final SystemLog systemLog;
    final GuardTable guardTable;
    private final Standings standings;
    private final OutboundHttp http = new OutboundHttp(Set.of());
    private final ResolverDns dns = new ResolverDns(new ExtendedResolver());
    private final StsTable stsTable;
    private final TranscriptTable transcripts;
    private final Guards guards;
    private final Outages outages;
    private final Followers followers;
    private final Restored restored;
    private final Unknowns unknowns;
    private final Retention retention;
    private final DetailRetention detailRetention;
    private final Speeds speeds;
    private final CampaignClock campaignClock;
    private final Responses responses;
    private final TrackingServer tracking;

    int trackingPort() {
        return tracking.port();
    }

    /// How the engine presses and waits: what differs between a demonstration and an installation.
    /// @param faster so many times the rates of the providers' rules, and as many times shorter rests
    record Pace(int faster, List<Duration> retryPauses) {
        static final Pace STANDARD = new Pace(1, EngineSettings.RETRY_PAUSES);
        /// A demonstration does not wait for days: its minutes are seconds.
        static final Pace DEMO =
                new Pace(60, List.of(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4)));
    }

    /// Puts the parts together. Mail goes into the simulated internet, or to `elsewhere` when it is named.
    ///
    /// @param home the data directory: the key file and the engine's journal live here
    /// @param trackingPort of the link server; 0 takes a free one
    static House over(Database database, Path home, Pace pace, Optional<MailHosts> elsewhere, int trackingPort)
            throws IOException {
        Environment environment = elsewhere.isPresent() ? Environment.LIVE : Environment.SANDBOX;
        return new House(database, home, pace, elsewhere, trackingPort, environment);
    }

    /// As the installation has decided: into the simulated internet, or to the real one. What is left of the other
    /// environment is stopped before anything begins.
    static House asDecided(Database database, Path home, int trackingPort) throws IOException {
        Installation installation = new Installations(database.client()).get();
        Optional<MailHosts> elsewhere = installation.live() ? Optional.of(outside(installation)) : Optional.empty();
        return new House(
                database,
                home,
                installation.live() ? Pace.STANDARD : Pace.DEMO,
                elsewhere,
                trackingPort,
                installation.environment());
    }

    private static MailHosts outside(Installation installation) throws IOException {
        String smart = installation.smartHost();
        if (smart.isEmpty())
            return new DnsMailHosts(new ExtendedResolver(), InstantSource.system(), Outside.of(System.getenv()).ipv6());
        int colon = smart.lastIndexOf(':');
        String host = smart.substring(0, colon);
        return new SmartHost(host, InetAddress.getByName(host), Integer.parseInt(smart.substring(colon + 1)));
    }

    private House(
            Database database,
            Path home,
            Pace pace,
            Optional<MailHosts> elsewhere,
            int trackingPort,
            Environment environment)
            throws IOException {
        clock = new DatabaseClock(database);
        Secrets secrets = Secrets.at(home.resolve("key"));
        var db = database.client();
        customers = new Customers(database);
        groups = new Groups(db);
        memberships = new Memberships(database);
        consents = new Consents(database, secrets.derive("consent"), ZONE);
        consentRetention = new ConsentRetention(database, clock);
        imports = new CustomerImport(database, new Addresses(db), clock, consents);
        recordKinds = new RecordKinds(database);
        recordImports = new RecordImport(database, recordKinds, clock, ZONE);
        values = new MergeValues(db);
        fieldIndexes = new FieldIndexes(database);
        senders = new Senders(db, secrets, clock);
        mails = new Mails(database, clock);
        mailings = new Mailings(db, clock);
        mailings.stopAllBut(environment);
        installations = new Installations(db);
        Installation installation = installations.get();
        rules = new Rules(db, clock, ZONE);
        segments = new Segments(database, clock);
        tally = new Tally(database, rules);
        segmentSizes = new SegmentSizes(database, segments, rules, tally, clock, ZONE);
        audience = new Audience(database, rules);
        launch = new Launch(database, mailings, new Batches(db), audience);
        campaigns = new Campaigns(database, audience, rules, mails, values, mailings, installations, clock);
        suppressions = new Suppressions(database, clock);
        followers = new Followers(database, clock, List.of(new SuppressionFollower(db, suppressions), new GrowthFollower(db), new DeviceFollower(db)));
        responses = new Responses(database);
        byte[] linkKey = secrets.derive("links");
        tracking = new TrackingServer(
                trackingPort, new LinkTokens("http://127.0.0.1", linkKey), database, responses, memberships::leave, clock);
        String links = installation.live() && !installation.linkBaseUrl().isEmpty()
                ? installation.linkBaseUrl()
                : "http://127.0.0.1:" + tracking.port();
        LinkTokens tokens = new LinkTokens(links, linkKey);
        MailSource source = new MailSource(
                db, mails, values, memberships, suppressions, senders, tokens, ZONE);
        internet = SimulatedInternet.start(clock, Pause.REAL, signed(senders), pace.faster());
        EngineSettings standard = EngineSettings.standard(home, ourName(installation), secrets.derive("message-id"));
        stsTable = new StsTable(db, clock);
        Outside outside = Outside.of(System.getenv());
        outsideDatabases = new Synchronisation(database, imports, secrets, new OutsideHosts(outside.hosts()), home, clock, ZONE);
        TlsPolicies policies = elsewhere.filter(DnsMailHosts.class::isInstance).isPresent()
                ? outside.with(policies(), clock)
                : TlsPolicies.NONE;
        Safety safety = new Safety(policies, TrustedIssuers.OF_JAVA, System::nanoTime);
        engine = new Engine(
                database,
                source,
                elsewhere.isPresent()
                        ? new MxCarrier(elsewhere.get(), ourName(installation), Timeouts.STANDARD, safety)
                        : new MxCarrier(internet, ourName(installation), Timeouts.STANDARD),
                new EngineSettings(
                        standard.dataDirectory(),
                        standard.messageIdDomain(),
                        standard.secret(),
                        elsewhere.filter(SmartHost.class::isInstance).isPresent()
                                ? Providers.allAlike(SMART_HOST.with(outside.relay()))
                                : Providers.shipped().faster(pace.faster()),
                        pace.retryPauses(),
                        standard.journalSlots(),
                        ZONE),
                clock);
        transcripts = new TranscriptTable(db, clock);
        standings = new Standings(db, engine::standstill, clock);
        publishedKeys = new PublishedKeys(name -> dns.texts(name).records());
        domains = new DomainReports(
                database, senders, installations, dns, new SocketTlsProbe(), new StsWeb(http), new PoolAddresses(db, outside.ipv6()),
                task -> Thread.ofVirtual().name("diagnosis").start(task), clock);
        readiness = new LiveReadiness(db, installations, senders.domains(), publishedKeys, domains);
        goLive = new GoLive(database, installations, readiness, clock);
        restored = new Restored(database, clock);
        unknowns = new Unknowns(database, clock);
        retention = new Retention(db);
        detailRetention = new DetailRetention(database, new Reports(database, mailings), retention, clock);
        speeds = new Speeds(db, clock);
        campaignClock = new CampaignClock(database, launch, environment, engine::wake, clock);
        systemLog = new SystemLog(db, clock);
        guardTable = new GuardTable(db);
        outages = new Outages(systemLog, db, engine::standstill, clock);
        guards = new Guards(database, mailings, systemLog, Guards.Refused.by(engine), engine::wake, clock);
        engine.onRefusedAddress((destination, reply) -> outages.tell(Severity.WARNING, "ADDRESS_REFUSED", destination, reply));
        engine.onAlarm((destination, reply) -> outages.tell(Severity.ERROR, "LANE_ALARM", destination, reply));
        safety.onDowngrade(host -> outages.tell(Severity.WARNING, "TLS_GONE", host, ""));
        engine.onTakenOut((ip, out) -> outages.tell(Severity.ERROR, "ADDRESS_OUT", ip.text(), out.said() == null ? "" : out.said()));
        engine.onLost(ip -> outages.tell(Severity.ERROR, "ADDRESS_MISSING", ip.text(), ""));
        testMail = new TestMail(database, mails, values, mailings, environment, engine::wake, clock);
    }

    /// What the domains of recipients say themselves.
    private TlsPolicies policies() {
        return new MtaSts(
                new MailRecords(dns),
                new StsWeb(http),
                stsTable,
                TrustedIssuers.OF_JAVA,
                clock,
                task -> Thread.ofVirtual().name("mta-sts").start(task),
                (domain, trouble) -> outages.tell(Severity.INFO, "TLS_TESTING", domain, trouble.toString()));
    }

    /// What we call ourselves, also on the right side of every Message-ID.
    private static String ourName(Installation installation) {
        return installation.heloName().isEmpty() ? "todoku.example" : installation.heloName();
    }

    /// The simulated receivers look our keys up as they would in DNS, and remember them.
    private static Function<byte[], Boolean> signed(Senders senders) {
        Map<String, Optional<PublicKey>> zone = new ConcurrentHashMap<>();
        DkimVerifier verifier = new DkimVerifier((selector, domain) -> zone.computeIfAbsent(
                        selector + "._domainkey." + domain, name -> senders.publicKey(selector, domain))
                .orElse(null));
        return mail -> {
            for (int i = 0; i + 3 < mail.length; i++) {
                if (mail[i] == '\r' && mail[i + 1] == '\n' && mail[i + 2] == '\r' && mail[i + 3] == '\n') {
                    MailBytes split = new MailBytes(Arrays.copyOf(mail, i + 2), Arrays.copyOfRange(mail, i + 4, mail.length));
                    return verifier.verify(split) instanceof DkimResult.Pass;
                }
            }
            return false;
        };
    }

    /// Mail goes out from here on: first the engine, which settles what an earlier process left behind.
    void start() {
        engine.start();
        jobs.every("clock", LOOKING_AT_THE_CLOCK, clock::look);
        jobs.every("campaigns", PROMPT, campaignClock::runDue);
        jobs.every("guards", WATCHING, guards::look);
        jobs.every("speeds", PROMPT, speeds::look);
        jobs.every("followers", PROMPT, () -> followers.run(FOLLOWING_ROUNDS));
        jobs.every("signing keys", TIDYING, senders.domains()::retire);
        if (installations.get().live()) jobs.every("diagnosis of domains", TIDYING, domains::refresh);
        jobs.every("results of imports", TIDYING, imports::forgetOld);
        jobs.every("results of imports of records", TIDYING, recordImports::forgetOld);
        jobs.every("counts of groups", TIDYING, groups::foldCounts);
        jobs.every("sizes of segments", TIDYING, segmentSizes::look);
        jobs.every("indexes of fields", WRITING, fieldIndexes::look);
        jobs.every("outside databases", READING, outsideDatabases::runDue);
        jobs.every("outages", WATCHING, outages::look);
        jobs.every("safety policies of domains", TIDYING, stsTable::forgetOld);
        jobs.every("transcripts", WRITING, engine::writeTranscripts);
        jobs.every("old transcripts", TIDYING, transcripts::forgetOld);
        jobs.every("old consents", TIDYING, consentRetention::look);
        jobs.every("old details", SWEEPING, detailRetention::look);
        jobs.every("system log", TIDYING, systemLog::forgetOld);
    }

    private void jobFailed(String job, Throwable trouble) {
        outages.tell(Severity.WARNING, "JOB_FAILED", job, trouble.toString());
    }

    /// What pages and their helpers may be given: each part once, found by its type.
    List<Object> parts() {
        return List.of(
                customers, groups, memberships, suppressions, consents, consentRetention, imports, outsideDatabases, recordKinds, recordImports, values, senders, senders.domains(), senders.certificates(), publishedKeys, mails, mailings, rules, segments, tally, segmentSizes,
                audience, launch, campaigns, testMail, speeds, restored, unknowns, engine, standings, transcripts, followers, internet, responses, installations, domains, goLive,
                systemLog, guardTable, retention, detailRetention, new Notices(systemLog),
                new AddressNames(dns));
    }

    /// Nothing new is begun by itself; then the engine, which lets open dialogues finish.
    @Override
    public void close() {
        outsideDatabases.close();
        jobs.close();
        engine.close();
        http.close();
        internet.close();
        tracking.close();
        responses.close();
    }
}
