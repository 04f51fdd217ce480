package todoku.mail.crypto;

import java.lang.System.Logger.Level;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Brings those together who want to sign at the same time: who completes a group signs for all of it; who came first
/// waits for [#PATIENCE] at most and signs for those who are there then. Nobody waits where the last signature was
/// wanted longer ago than that.
///
/// Signing together is slower than the provider on some processors, and everywhere until the JVM has compiled it: it is
/// tried on the side when it is first wanted ([Trial]) and used from then on where it is faster.
final class SigningQueue {

    /// Whether this JVM was started with `--add-modules jdk.incubator.vector`, on a processor with lanes for several.
    static final boolean IS_POSSIBLE =
            ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent() && MultiBufferRsa.TOGETHER > 1;

    /// Longer than the pauses between signatures where many are made, shorter than anybody notices in a mail.
    static final Duration PATIENCE = Duration.ofMillis(2);

    private static final Duration LONGEST_TRIAL = Duration.ofSeconds(10);
    private static final int FASTER_IN_A_ROW = 20;

    private static final System.Logger LOG = System.getLogger(SigningQueue.class.getName());

    static final SigningQueue SHARED = new SigningQueue(Trial.NEVER_MADE);

    enum Trial {
        NEVER_MADE,
        UNDER_WAY,
        SLOWER,
        FASTER
    }

    private static final class Request {
        final RsaSigner by;
        final byte[] octets;
        final Thread owner = Thread.currentThread();
        boolean first;
        boolean taken;
        volatile byte @Nullable [] signature;
        volatile @Nullable Throwable failure;

        Request(RsaSigner by, byte[] octets) {
            this.by = by;
            this.octets = octets;
        }

        boolean isDone() {
            return signature != null || failure != null;
        }
    }

    private final AtomicReference<Trial> trial;
    private final ArrayDeque<Request> waiting = new ArrayDeque<>();
    private long latest;

    SigningQueue(Trial trial) {
        this.trial = new AtomicReference<>(trial);
        this.latest = System.nanoTime() - PATIENCE.toNanos();
    }

    byte[] sign(RsaSigner by, byte[] octets) throws GeneralSecurityException {
        if (trial.get() == Trial.SLOWER) return by.alone(octets);
        var mine = new Request(by, octets);
        sign(joined(mine));
        boolean interrupted = false;
        while (!mine.isDone()) {
            if (mine.first) LockSupport.parkNanos(this, PATIENCE.toNanos());
            else LockSupport.park(this);
            interrupted |= Thread.interrupted();
            if (mine.first) sign(takenWith(mine));
        }
        if (interrupted) Thread.currentThread().interrupt();
        byte[] signature = mine.signature;
        if (signature == null) throw new GeneralSecurityException("cannot sign", mine.failure);
        return signature;
    }

    /// The group that is complete with this one; nobody while more are expected.
    private List<Request> joined(Request request) {
        synchronized (waiting) {
            long now = System.nanoTime();
            boolean inCompany = now - latest < PATIENCE.toNanos();
            latest = now;
            if (inCompany) tryOut(request.by);
            request.first = waiting.isEmpty();
            waiting.add(request);
            return inCompany && trial.get() == Trial.FASTER && waiting.size() < MultiBufferRsa.TOGETHER
                    ? List.of()
                    : taken();
        }
    }

    /// Those who are there after the pause of the first; nobody when somebody signs for it already.
    private List<Request> takenWith(Request request) {
        synchronized (waiting) {
            return request.taken ? List.of() : taken();
        }
    }

    /// All: they never are more than fit.
    private List<Request> taken() {
        var taken = new ArrayList<Request>(MultiBufferRsa.TOGETHER);
        for (Request next = waiting.poll(); next != null; next = waiting.poll()) {
            next.taken = true;
            taken.add(next);
        }
        return taken;
    }

    private static void sign(List<Request> requests) {
        byte[] @Nullable [] together = together(requests);
        for (int i = 0; i < together.length; i++) {
            Request request = requests.get(i);
            try {
                byte[] signature = together[i];
                request.signature = signature == null ? request.by.alone(request.octets) : signature;
            } catch (Throwable e) {
                // It is somebody else's: whatever it is, nobody may wait for it for ever.
                request.failure = e;
            }
            if (request.owner != Thread.currentThread()) LockSupport.unpark(request.owner);
        }
    }

    /// Nothing for each that has to be signed alone.
    private static byte[] @Nullable [] together(List<Request> requests) {
        byte[] @Nullable [] none = new byte[requests.size()][];
        if (requests.size() * 4 < MultiBufferRsa.TOGETHER * 3) return none;
        try {
            var works = new ArrayList<MultiBufferRsa.Work>(requests.size());
            for (Request request : requests)
                works.add(new MultiBufferRsa.Work(
                        Objects.requireNonNull(request.by.lanes()), Crypto.sha256(request.octets)));
            return MultiBufferRsa.sign(works);
        } catch (RuntimeException | Error e) {
            return none;
        }
    }

    private void tryOut(RsaSigner by) {
        if (trial.compareAndSet(Trial.NEVER_MADE, Trial.UNDER_WAY))
            Thread.ofPlatform().daemon().name("signing trial").start(() -> trial.set(tried(by)));
    }

    /// Faster as soon as it was so several times in a row: the JVM compiles while it is tried.
    private static Trial tried(RsaSigner by) {
        byte[] octets = new byte[64];
        var work = new MultiBufferRsa.Work(Objects.requireNonNull(by.lanes()), Crypto.sha256(octets));
        List<MultiBufferRsa.Work> works = Collections.nCopies(MultiBufferRsa.TOGETHER, work);
        try {
            long begin = System.nanoTime();
            int inARow = 0;
            while (inARow < FASTER_IN_A_ROW) {
                long start = System.nanoTime();
                if (start - begin > LONGEST_TRIAL.toNanos()) return Trial.SLOWER;
                for (byte[] signature : MultiBufferRsa.sign(works)) if (signature == null) return Trial.SLOWER;
                long middle = System.nanoTime();
                for (int i = 0; i < MultiBufferRsa.TOGETHER; i++) by.alone(octets);
                inARow = middle - start < System.nanoTime() - middle ? inARow + 1 : 0;
            }
            LOG.log(Level.INFO, "RSA signatures are made " + MultiBufferRsa.TOGETHER + " at a time");
            return Trial.FASTER;
        } catch (GeneralSecurityException e) {
            return Trial.SLOWER;
        }
    }
}
