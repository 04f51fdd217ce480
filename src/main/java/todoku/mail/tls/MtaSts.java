package todoku.mail.tls;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import todoku.mail.dns.Route;
import todoku.mail.policy.MailRecords;
import todoku.mail.smtp.CertificateCheck;
import todoku.mail.smtp.Tls;
import todoku.mail.smtp.TlsTrouble;
import todoku.mail.smtp.TlsTrouble.Kind;

/// Policies of domains about mail to them (MTA-STS, RFC 8461).
///
/// A domain is asked in the background; whoever needs the answer the first time waits for a few seconds at most. A policy
/// that was had once counts for as long as it says, whatever DNS or the web server say in between, and beyond a restart.
public final class MtaSts implements TlsPolicies {
    /// What the first mail to a domain waits.
    static final Duration PATIENCE = Duration.ofSeconds(5);
    /// How often DNS is asked whether there is another policy.
    static final Duration LOOK = Duration.ofHours(1);
    /// After a failure (RFC 8461 §3.3 asks for five minutes).
    static final Duration AGAIN = Duration.ofMinutes(5);
    /// A policy is fetched anew so often, or after half of its time, so that it does not run out while it counts
    /// (RFC 8461 §3.3).
    static final Duration FRESH = Duration.ofDays(1);
    /// A policy of seconds is not fetched for every mail.
    static final Duration SOONEST = Duration.ofMinutes(1);
    /// How often a policy under test is spoken of.
    static final Duration TOLD = Duration.ofDays(1);
    private static final int MAX_REMEMBERED = 100_000;
    private static final int FETCHES_AT_ONCE = 20;

    private static final System.Logger LOG = System.getLogger(MtaSts.class.getName());

    private final MailRecords records;
    private final StsSource source;
    private final StsMemory memory;
    private final CertificateCheck knownIssuers;
    private final InstantSource clock;
    private final Executor background;
    private final BiConsumer<String, TlsTrouble> untested;
    private final Semaphore fetches = new Semaphore(FETCHES_AT_ONCE);
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final Map<String, Instant> told = new ConcurrentHashMap<>();
    private final Map<String, CompletableFuture<Known>> asking = new ConcurrentHashMap<>();

    /// @param policy null for none
    /// @param until when the policy ends
    /// @param lookAt when to ask DNS again
    private record Known(@Nullable StsPolicy policy, String id, Instant fetchedAt, Instant until, Instant lookAt) {
        static Known nothing(Instant lookAt) {
            return new Known(null, "", Instant.MIN, Instant.MIN, lookAt);
        }

        Known lookingAt(Instant at) {
            return new Known(policy, id, fetchedAt, until, at);
        }

        boolean counts(Instant now) {
            return policy != null && now.isBefore(until);
        }

        boolean hasRunOut(Instant now) {
            return policy != null && !counts(now);
        }

        Instant freshUntil() {
            Duration half = Duration.between(fetchedAt, until).dividedBy(2);
            return fetchedAt.plus(half.compareTo(FRESH) < 0 ? half : FRESH);
        }

        /// At the next look, or when it is no longer fresh.
        Known lookingAgain(Instant now) {
            Instant look = now.plus(LOOK);
            Instant soonest = now.plus(SOONEST);
            Instant due = freshUntil().isBefore(look) ? freshUntil() : look;
            return lookingAt(due.isBefore(soonest) ? soonest : due);
        }
    }

    /// @param background runs what nobody waits for long
    /// @param untested is told, with the domain, what would keep mail from being sent if a policy under test counted
    public MtaSts(
            MailRecords records,
            StsSource source,
            StsMemory memory,
            CertificateCheck knownIssuers,
            InstantSource clock,
            Executor background,
            BiConsumer<String, TlsTrouble> untested) {
        this.records = records;
        this.source = source;
        this.memory = memory;
        this.knownIssuers = knownIssuers;
        this.clock = clock;
        this.background = background;
        this.untested = untested;
    }

    @Override
    public Policy of(String domain) {
        Instant now = clock.instant();
        Known found = known(domain, now);
        StsPolicy policy = found.policy();
        if (policy == null || !found.counts(now)) return Policy.FREE;
        return switch (policy.mode()) {
            case NONE -> Policy.FREE;
            case TESTING -> new Testing(policy, domain);
            case ENFORCE -> new Enforced(policy);
        };
    }

    private Known known(String domain, Instant now) {
        Known before = known.get(domain);
        if (before != null && now.isBefore(before.lookAt())) return before;
        CompletableFuture<Known> asked = asking.computeIfAbsent(domain, _ -> begin(domain, before, now));
        if (before != null && !before.hasRunOut(now)) return before;
        try {
            return asked.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return Known.nothing(now);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Known.nothing(now);
        }
    }

    private CompletableFuture<Known> begin(String domain, @Nullable Known before, Instant now) {
        var asked = new CompletableFuture<Known>();
        background.execute(() -> {
            Known found = Known.nothing(now);
            try {
                Known kept = before == null ? kept(domain, now) : before;
                if (before == null && kept.counts(now)) asked.complete(kept); // nobody waits for what is only perhaps newer
                found = look(domain, kept, now);
                if (known.size() >= MAX_REMEMBERED) forget(now);
                known.put(domain, found);
            } catch (RuntimeException e) {
                LOG.log(Level.WARNING, "MTA-STS of " + domain, e);
            } finally {
                asking.remove(domain); // first: who has the answer may ask for the next one
                asked.complete(found);
            }
        });
        return asked;
    }

    private Known kept(String domain, Instant now) {
        return memory.find(domain).flatMap(kept -> known(kept, now)).orElse(Known.nothing(now));
    }

    private static Optional<Known> known(StsMemory.Kept kept, Instant lookAt) {
        return StsPolicy.read(kept.text())
                .map(policy -> new Known(
                        policy, kept.id(), kept.fetchedAt(), kept.fetchedAt().plus(policy.longest()), lookAt));
    }

    /// Only a policy ends a policy.
    private Known look(String domain, Known before, Instant now) {
        MailRecords.Found record = records.mtaSts(domain);
        return switch (record.state()) {
            case UNKNOWN -> before.lookingAt(now.plus(AGAIN));
            case MISSING, BROKEN -> before.lookingAt(now.plus(LOOK));
            case GOOD -> {
                boolean same = before.counts(now) && before.id().equals(record.detail());
                yield same && now.isBefore(before.freshUntil())
                        ? before.lookingAgain(now)
                        : fetch(domain, record.detail(), before, now);
            }
        };
    }

    private Known fetch(String domain, String id, Known before, Instant now) {
        fetches.acquireUninterruptibly();
        try {
            String text = source.fetch(domain);
            Optional<StsPolicy> policy = StsPolicy.read(text);
            if (policy.isEmpty()) throw new IOException("not a policy");
            Instant until = now.plus(policy.get().longest());
            memory.keep(domain, new StsMemory.Kept(id, text, now), until);
            return new Known(policy.get(), id, now, until, now).lookingAgain(now);
        } catch (IOException e) {
            LOG.log(Level.INFO, "MTA-STS of " + domain + ": " + e.getMessage());
            return before.lookingAt(now.plus(AGAIN));
        } finally {
            fetches.release();
        }
    }

    private void forget(Instant now) {
        known.values().removeIf(each -> !each.counts(now));
        if (known.size() >= MAX_REMEMBERED) known.clear();
    }

    /// A host that is named, with a certificate for its name: otherwise nothing.
    private final class Enforced implements Policy {
        private final StsPolicy policy;

        Enforced(StsPolicy policy) {
            this.policy = policy;
        }

        @Override
        public Demand of(Route.Host host) {
            if (!policy.names(host.name())) return new Demand.Nothing(notNamed(policy, host.name()));
            return new Demand.Encryption(Tls.checked(knownIssuers));
        }

        @Override
        public String words() {
            return "MTA-STS " + String.join(" ", policy.hosts());
        }
    }

    /// Mail goes in any case; what would have been wrong is told.
    private final class Testing implements Policy {
        private final StsPolicy policy;
        private final String domain;

        Testing(StsPolicy policy, String domain) {
            this.policy = policy;
            this.domain = domain;
        }

        @Override
        public Demand of(Route.Host host) {
            if (!policy.names(host.name())) tell(domain, notNamed(policy, host.name()));
            return new Demand.Encryption(new Tls(Tls.Level.WHEN_OFFERED, "", this::look));
        }

        private @Nullable TlsTrouble look(List<X509Certificate> chain, String host) {
            TlsTrouble trouble = knownIssuers.troubleWith(chain, host);
            if (trouble != null) tell(domain, trouble);
            return null;
        }

        @Override
        public void opened(Route.Host host, boolean encrypted) {
            if (!encrypted) tell(domain, new TlsTrouble(Kind.NOT_OFFERED, host.name(), "MTA-STS testing"));
        }
    }

    private void tell(String domain, TlsTrouble trouble) {
        Instant now = clock.instant();
        if (told.size() >= MAX_REMEMBERED) told.clear();
        Instant before = told.put(domain, now);
        if (before == null || now.isAfter(before.plus(TOLD))) untested.accept(domain, trouble);
        else told.put(domain, before);
    }

    private static TlsTrouble notNamed(StsPolicy policy, String host) {
        return new TlsTrouble(Kind.NOT_IN_POLICY, host, String.join(" ", policy.hosts()));
    }
}
