package todoku.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import todoku.event.MailingId;
import todoku.event.Reason;
import todoku.mailing.Result;

/// What only this process knows: which mails were about to become theirs, and how they answered.
///
/// A ring of fixed records in a memory-mapped file: what is written survives this process, though not the machine.
/// *dot* is written before the final dot, *outcome* after the reply (and for every other verdict). Each record has a
/// position that only grows, and a checksum over it; a record torn by a kill counts as not written. A record may be
/// overwritten only when nobody needs it: committed, and no dot before it is still open. A full ring stops sending.
final class Journal implements AutoCloseable {
    private static final int SLOT_BYTES = 512;
    private static final int CHECKSUM_AT = SLOT_BYTES - Integer.BYTES;
    private static final int HEAD_SLOTS = 2;
    private static final byte DOT = 1;
    private static final byte OUTCOME = 2;
    private static final byte HEAD = 3;
    private static final byte WAITS = -1;
    private static final byte WAITS_DOUBTFUL = -2;

    private final Arena arena = Arena.ofShared();
    private final ByteBuffer ring;
    private final int slots;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final Map<Key, Long> openDots = new HashMap<>();
    private final List<Entry> found = new ArrayList<>();
    private long next;
    private long committed;
    private long forgotten;
    private long bornIn;
    private long lastBoot;
    private int heads;
    private boolean closed;

    /// An outcome and where it stands.
    record Entry(long position, Outcome outcome) {}

    /// No room for a dot and its answer: nothing may be sent.
    static final class Full extends Exception {
        Full() {
            super("the journal is full");
        }
    }

    private Journal(Path file, int wantedSlots) {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            // A file that was larger stays so: what lies at its end is still needed.
            slots = Math.max(wantedSlots, (int) (channel.size() / SLOT_BYTES) - HEAD_SLOTS);
            long bytes = (long) (HEAD_SLOTS + slots) * SLOT_BYTES;
            // Preallocated for real: a full disk must show now, not as a fault in the middle of a dialogue.
            ByteBuffer zeros = ByteBuffer.allocate(64 * 1024);
            for (long at = channel.size(); at < bytes; at += zeros.limit()) {
                zeros.clear().limit((int) Math.min(zeros.capacity(), bytes - at));
                channel.write(zeros, at);
            }
            ring = channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, arena).asByteBuffer();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the journal needs " + ((long) (HEAD_SLOTS + wantedSlots) * SLOT_BYTES >> 20) + " MB in " + file + ": " + e.getMessage(), e);
        }
        read();
    }

    static Journal open(Path file, int slots) {
        return new Journal(file, slots);
    }

    private record Read(long position, byte kind, ByteBuffer body) {}

    private void read() {
        for (int i = 0; i < HEAD_SLOTS; i++) {
            Read head = slot(i);
            if (head != null && head.kind() == HEAD && head.position() >= heads) {
                heads = (int) head.position() + 1;
                committed = head.body().getLong();
                forgotten = head.body().getLong();
                bornIn = head.body().getLong();
                lastBoot = head.body().getLong();
            }
        }
        next = Math.max(committed, forgotten);
        List<Read> records = new ArrayList<>();
        for (int i = 0; i < slots; i++) {
            Read read = slot(HEAD_SLOTS + i);
            if (read != null && read.position() >= forgotten) records.add(read);
        }
        records.sort(Comparator.comparingLong(Read::position));
        for (Read read : records) {
            next = Math.max(next, read.position() + 1);
            if (read.kind() == DOT) {
                openDots.put(new Key(read.body().getLong(), read.body().getInt()), read.position());
            } else if (read.kind() == OUTCOME) {
                Outcome outcome = outcome(read.body());
                openDots.remove(outcome.key());
                found.add(new Entry(read.position(), outcome));
            }
        }
    }

    private @Nullable Read slot(int index) {
        byte[] bytes = new byte[SLOT_BYTES];
        ring.get(index * SLOT_BYTES, bytes);
        ByteBuffer slot = ByteBuffer.wrap(bytes);
        if (slot.getInt(CHECKSUM_AT) != checksum(bytes)) return null;
        return new Read(slot.getLong(), slot.get(), slot);
    }

    private static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(1); // all zeros are not a record
        crc.update(bytes, 0, CHECKSUM_AT);
        return (int) crc.getValue();
    }

    /// What the file knew as committed when it was opened, or since.
    long committed() {
        return guarded(() -> committed);
    }

    /// Notes which start of its node uses the file now; a new file remembers its first one.
    void used(long boot) {
        lock.lock();
        try {
            if (heads == 0) bornIn = boot;
            lastBoot = boot;
            writeHead();
        } finally {
            lock.unlock();
        }
    }

    /// The start of its node that used the file last, before [#used] names the present one; 0 for a new file.
    long lastBoot() {
        return guarded(() -> lastBoot);
    }

    /// Whether the file was there in that start of its node: what it does not say about it did not happen.
    boolean knows(long boot) {
        return guarded(() -> boot >= bornIn);
    }

    /// The outcomes the file held when it was opened, from this position on, in order.
    List<Entry> foundFrom(long position) {
        return found.stream().filter(e -> e.position() >= position).toList();
    }

    /// Whether a dot stands without its answer.
    boolean isDotOpen(Key key) {
        return guarded(() -> openDots.containsKey(key));
    }

    /// Notes that a mail is about to become theirs. After this returns, only an outcome closes it.
    void dot(Key key) throws Full {
        lock.lock();
        try {
            // Room is kept for this dot, its answer, and the answers of all others.
            if (closed) throw new IllegalStateException("the journal is closed");
            if (next + 2 + openDots.size() > oldestNeeded() + slots) throw new Full();
            ByteBuffer slot = slot(next, DOT);
            slot.putLong(key.mailing()).putInt(key.no());
            write(HEAD_SLOTS + (int) (next % slots), slot);
            openDots.put(key, next++);
        } finally {
            lock.unlock();
        }
    }

    /// Notes an outcome, waiting for room if it must; tells the follower under the lock, so that it hears them in order.
    void outcome(Outcome outcome, Consumer<Entry> follower) {
        lock.lock();
        try {
            boolean reserved = openDots.containsKey(outcome.key());
            while (!closed && next + 1 + (reserved ? 0 : openDots.size()) > oldestNeeded() + slots)
                room.awaitUninterruptibly();
            if (closed) return;
            ByteBuffer slot = slot(next, OUTCOME);
            put(slot, outcome);
            write(HEAD_SLOTS + (int) (next % slots), slot);
            openDots.remove(outcome.key());
            follower.accept(new Entry(next++, outcome));
        } finally {
            lock.unlock();
        }
    }

    /// Whether another dot would find room.
    boolean hasRoom() {
        return guarded(() -> !closed && next + 2 + openDots.size() <= oldestNeeded() + slots);
    }

    /// Slots that are still needed.
    long used() {
        return guarded(() -> next - oldestNeeded());
    }

    int slots() {
        return slots;
    }

    private long oldestNeeded() {
        long oldest = committed;
        for (long dot : openDots.values()) oldest = Math.min(oldest, dot);
        return oldest;
    }

    /// Everything before this position is in the database.
    void committed(long position) {
        lock.lock();
        try {
            if (closed) return;
            committed = Math.max(committed, position);
            writeHead();
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// After recovery: nothing of the past is needed any more, and positions go on from here or later.
    void forgetUntil(long position) {
        lock.lock();
        try {
            next = Math.max(next, position);
            committed = next;
            forgotten = next;
            openDots.clear();
            found.clear();
            writeHead();
        } finally {
            lock.unlock();
        }
    }

    long next() {
        return guarded(() -> next);
    }

    private void writeHead() {
        ByteBuffer head = slot(heads, HEAD);
        head.putLong(committed).putLong(forgotten).putLong(bornIn).putLong(lastBoot);
        write(heads++ % HEAD_SLOTS, head);
    }

    private static ByteBuffer slot(long position, byte kind) {
        return ByteBuffer.allocate(SLOT_BYTES).putLong(position).put(kind);
    }

    private void write(int index, ByteBuffer slot) {
        slot.putInt(CHECKSUM_AT, checksum(slot.array()));
        ring.put(index * SLOT_BYTES, slot.array());
    }

    private static void put(ByteBuffer slot, Outcome outcome) {
        slot.putLong(outcome.mailing().value())
                .putInt(outcome.no())
                .putLong(outcome.batch())
                .putLong(outcome.fence())
                .putInt(outcome.attempts())
                .put(outcome.end() != null ? (byte) outcome.end().ordinal() : outcome.doubtful() ? WAITS_DOUBTFUL : WAITS)
                .put((byte) (outcome.reason() == null ? -1 : outcome.reason().ordinal()))
                .putLong(outcome.at().toEpochMilli())
                .putLong(outcome.due().toEpochMilli());
        String text = outcome.reply();
        if (text == null) {
            slot.putShort((short) -1);
            return;
        }
        byte[] bytes = text.getBytes(UTF_8);
        int length = Math.min(bytes.length, CHECKSUM_AT - slot.position() - Short.BYTES);
        slot.putShort((short) length).put(bytes, 0, length);
    }

    private static Outcome outcome(ByteBuffer slot) {
        var mailing = new MailingId(slot.getLong());
        int no = slot.getInt();
        long batch = slot.getLong();
        long fence = slot.getLong();
        int attempts = slot.getInt();
        byte end = slot.get();
        byte reason = slot.get();
        Instant at = Instant.ofEpochMilli(slot.getLong());
        Instant due = Instant.ofEpochMilli(slot.getLong());
        short length = slot.getShort();
        String reply = length < 0 ? null : new String(slot.array(), slot.position(), length, UTF_8);
        return new Outcome(
                mailing,
                no,
                batch,
                fence,
                attempts,
                end < 0 ? null : Result.State.values()[end],
                reason < 0 ? null : Reason.values()[reason],
                reply,
                at,
                due,
                end == WAITS_DOUBTFUL);
    }

    private <T> T guarded(java.util.function.Supplier<T> question) {
        lock.lock();
        try {
            return question.get();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) return;
            closed = true;
            room.signalAll();
            arena.close();
        } finally {
            lock.unlock();
        }
    }
}
