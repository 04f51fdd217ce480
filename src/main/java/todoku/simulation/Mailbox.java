package todoku.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/// The newest mails, in a ring.
final class Mailbox {
    /// What a person may page through.
    static final int MAX_MAILS = 10_000;
    /// Large mails push out more of the older ones.
    static final long MAX_BYTES = 128L * 1024 * 1024;

    private final @Nullable SimulatedMail[] ring = new SimulatedMail[MAX_MAILS];
    private long newest;
    private long oldest = 1;
    private long bytes;

    synchronized void add(LongFunction<SimulatedMail> arriving) {
        SimulatedMail mail = arriving.apply(newest + 1);
        newest++;
        bytes += mail.content().length;
        while (oldest < newest && (newest - oldest >= MAX_MAILS || bytes > MAX_BYTES)) dropOldest();
        ring[slot(newest)] = mail;
    }

    private void dropOldest() {
        SimulatedMail mail = ring[slot(oldest)];
        if (mail != null) bytes -= mail.content().length;
        ring[slot(oldest)] = null;
        oldest++;
    }

    synchronized List<SimulatedMail> newest(int limit) {
        var mails = new ArrayList<SimulatedMail>();
        for (long id = newest; id >= oldest && mails.size() < limit; id--) {
            SimulatedMail mail = ring[slot(id)];
            if (mail != null) mails.add(mail);
        }
        return mails;
    }

    synchronized Optional<SimulatedMail> find(long id) {
        return id < oldest || id > newest ? Optional.empty() : Optional.ofNullable(ring[slot(id)]);
    }

    private static int slot(long id) {
        return (int) (id % MAX_MAILS);
    }
}
