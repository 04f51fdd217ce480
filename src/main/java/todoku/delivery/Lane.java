package todoku.delivery;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import todoku.delivery.ReplyRule.Where;
import todoku.event.MailingId;
import todoku.event.Reason;
import todoku.mail.smtp.Dialogue;
import todoku.mail.smtp.Envelope;
import todoku.mail.smtp.Reply;
import todoku.mail.smtp.Sent;
import todoku.mail.smtp.SmtpConnection;
import todoku.mail.smtp.Stage;
import todoku.mail.smtp.TlsTrouble;
import todoku.mailing.Mailings;

/// One of our addresses towards one destination: a feeder that claims, prepares and marks, and as many connections as its
/// shaping allows, each one virtual thread. The feeder keeps at most two recipients per connection open; rates and rests
/// bind the feeder, never a dialogue.
final class Lane {
    private static final System.Logger LOG = System.getLogger(Lane.class.getName());
    /// Prepared contents are asked for again when they are older: somebody may have unsubscribed.
    private static final long FRESH_MILLIS = Duration.ofSeconds(3).toMillis();
    private static final long IDLE_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long IDLE_AMONG_MANY_NANOS = Duration.ofMillis(100).toNanos();
    /// How long a destination keeps a connection that others of its provider wait for.
    private static final long TURN_NANOS = Duration.ofSeconds(5).toNanos();
    private static final int MAILS_WORTH_ONE = 5;
    private static final long LOOK_NANOS = Duration.ofMillis(50).toNanos();
    /// However long it lasts, it is looked again whether it still does.
    private static final long PATIENCE_NANOS = Duration.ofSeconds(1).toNanos();
    /// Long enough for the other to be woken and to claim.
    private static final long YIELD_NANOS = Duration.ofMillis(400).toNanos();
    private static final long TROUBLE_NANOS = Duration.ofSeconds(1).toNanos();
    private static final byte[] CRLF = "\r\n".getBytes(US_ASCII);

    private final SendingIp ip;
    private final long destination;
    private final String name;
    private final Pace pace;
    private final boolean firstOnly;
    /// Up to which priority the batch was claimed that is gone on with; only the feeder looks.
    private int claimedUpTo;
    private final Engine engine;

    private final ReentrantLock lock = new ReentrantLock();
    /// For the feeder: room, work, or an end.
    private final Condition changed = lock.newCondition();
    /// For the connections: somebody is ready, or an end.
    private final Condition handed = lock.newCondition();
    private final LookAhead lookAhead;
    private final ArrayDeque<Opened> ready = new ArrayDeque<>();
    private final Set<Talk> talks = new HashSet<>();
    private final Held.Window window = new Held.Window() {
        @Override
        public void settled(int recipients) {
            Lane.this.settled(recipients);
        }

        @Override
        public @Nullable Tally counted() {
            return pace.countsHours() ? pace.tally() : null;
        }
    };
    /// From the mark to the commit of the verdict: what another node would have to call unknown if we vanished now.
    private int open;
    private int inDialogue;
    /// Of the batch, behind those who were handed over last.
    private int ahead;
    private int connections;
    /// Of the pace, not open yet.
    private int promised;
    /// Taken from the pace, not handed over yet.
    private int taken;
    /// What is gone on with, also after trouble; only the feeder knows it.
    private Held.@Nullable Batch batch;
    /// When it had its first connection.
    private long connectedAt;
    private boolean woken = true;
    private boolean waitingDue = true;
    private boolean closing;
    private boolean yields;

    private Lane(
            SendingIp ip,
            long destination,
            String name,
            Pace pace,
            boolean firstOnly,
            Engine engine) {
        this.ip = ip;
        this.destination = destination;
        this.name = ip.isAny() ? name : name + " from " + ip.text();
        this.pace = pace;
        this.firstOnly = firstOnly;
        this.engine = engine;
        this.lookAhead = new LookAhead(engine.source(), engine.bootClock());
    }

    /// Takes all there is, and leaves one connection to the first priority.
    static Lane forAll(SendingIp ip, long destination, String name, Pace pace, Engine engine) {
        return new Lane(ip, destination, name, pace, false, engine);
    }

    /// The connection that is kept for the first priority: whatever else is sent there, it goes at once.
    static Lane forFirst(SendingIp ip, long destination, String name, Pace pace, Engine engine) {
        return new Lane(ip, destination, name, pace, true, engine);
    }

    String name() {
        return name;
    }

    SendingIp ip() {
        return ip;
    }

    long destination() {
        return destination;
    }

    /// There may be work.
    void wake() {
        locked(() -> {
            woken = true;
            waitingDue = true;
            changed.signalAll();
        });
    }

    void close() {
        locked(() -> {
            closing = true;
            changed.signalAll();
            handed.signalAll();
        });
    }

    /// Ends every dialogue of a halted mailing that has not come to its dot; the others finish.
    void withdraw() {
        List<Talk> halted = new ArrayList<>();
        List<Opened> inLine = new ArrayList<>();
        locked(() -> {
            talks.stream().filter(talk -> isHalted(talk.opened)).forEach(halted::add);
            ready.stream().filter(this::isHalted).forEach(inLine::add);
            ready.removeAll(inLine);
        });
        halted.forEach(Talk::withdraw);
        for (Opened opened : inLine) settle(opened, new Verdict.HandedBack("before the dialogue"), false);
    }

    private boolean isHalted(Opened opened) {
        return engine.isHalted(opened.held().mailing());
    }

    // ── the feeder ──

    void feed() {
        while (engine.isAlive()) {
            try {
                Held.Batch held = batch;
                if (held != null && mustGiveBack(held)) {
                    if (!held.isQuiet()) {
                        pause(LOOK_NANOS / 5);
                        continue;
                    }
                    if (!held.lease().isLost() && !held.isExhausted()) engine.queue().release(held);
                    else engine.registry().remove(held);
                    batch = null;
                    letOthersGoFirst();
                    continue;
                }
                if (isClosing()) return;
                int room = room();
                if (room == 0) continue;
                boolean more;
                try {
                    more = firstOnly || isAtWork(held)
                            ? engine.turns().goOn(() -> feed(room))
                            : engine.turns().begin(engine::isLooking, () -> feed(room));
                } finally {
                    giveBack();
                }
                if (!more) awaitWork();
            } catch (RuntimeException e) {
                if (!engine.isAlive()) return;
                engine.watch().databaseRefused(e);
                if (engine.watch().allowsSending())
                    LOG.log(Level.WARNING, "lane " + name + " is in trouble and tries again", e);
                pause(TROUBLE_NANOS);
            }
        }
    }

    /// @return whether there may be more to do at once
    private boolean feed(int room) {
        if (feedWaiting(room)) return true;
        Held.Batch held = batch;
        if (held == null) batch = held = claimBatch();
        if (held == null) {
            if (!firstOnly) engine.hasNothing(this);
            return false;
        }
        if (!held.isExhausted() && !feedBatch(held, room)) return true;
        if (held.isExhausted()) batch = null; // the committer ends it with its last verdict
        return true;
    }

    private Held.@Nullable Batch claimBatch() {
        claimedUpTo = lastPriority();
        return engine.queue().claimBatch(destination, ip.pool(), claimedUpTo, engine.now(), window);
    }

    private boolean isAtWork(Held.@Nullable Batch batch) {
        lock.lock();
        try {
            return batch != null || open > 0;
        } finally {
            lock.unlock();
        }
    }

    private int lastPriority() {
        if (firstOnly) return Mailings.FIRST_PRIORITY;
        return pace.isQuiet() ? Mailings.LAST_URGENT_PRIORITY : Integer.MAX_VALUE;
    }

    private boolean mustGiveBack(Held.Batch batch) {
        return isClosing()
                || claimedUpTo > Mailings.LAST_URGENT_PRIORITY && pace.isQuiet()
                || isResting()
                || pace.isSpent()
                || batch.lease().isLost()
                || engine.isHalted(batch.mailing())
                || batch.isExpired(engine.now())
                || mustYield();
    }

    // ── several addresses towards one destination ──

    /// A faster address has nothing to do: what is left here goes out sooner from there.
    void yieldTo(Lane faster) {
        locked(() -> {
            if (ahead > window() && pace.connectionsFor(firstOnly) < faster.pace.connectionsFor(firstOnly)) yields = true;
        });
    }

    private boolean mustYield() {
        lock.lock();
        try {
            return yields;
        } finally {
            lock.unlock();
        }
    }

    private void letOthersGoFirst() {
        if (!mustYield()) return;
        locked(() -> yields = false);
        engine.wake();
        pause(YIELD_NANOS);
    }

    /// False when nothing was opened.
    private boolean feedBatch(Held.Batch batch, int room) {
        List<Recipient> next = List.copyOf(batch.ahead.subList(0, Math.min(room, batch.ahead.size())));
        if (next.isEmpty()) { // numbers behind the mark without a recipient
            engine.queue().mark(batch, batch.lastNo);
            batch.opened(batch.lastNo, 0);
            if (batch.isQuiet()) {
                engine.queue().end(batch.id, batch.fence());
                engine.registry().remove(batch);
            }
            return true;
        }
        Prepared prepared = lookAhead.of(batch, next.size());
        boolean last = next.size() == batch.ahead.size();
        int upto = last ? batch.lastNo : next.getLast().no();
        if (!answered(() -> engine.queue().mark(batch, upto))) {
            batch.lease().lost();
            return false;
        }
        batch.opened(upto, next.size());
        batch.ahead.subList(0, next.size()).clear();
        lookAhead.used(next.size());
        engine.at(Moment.AFTER_MARK);
        locked(() -> ahead = batch.ahead.size());
        hand(next.stream().map(r -> new Opened(batch, r, prepared, lookAhead.askedAt())).toList());
        return true;
    }

    private boolean feedWaiting(int room) {
        if (!takeWaitingDue()) return false;
        List<Held.Waiting> claimed = engine.queue().claimWaiting(
                destination, ip.pool(), lastPriority(), engine.now(), room, window);
        if (claimed.isEmpty()) return false;
        locked(() -> waitingDue = true);
        Map<MailingId, List<Held.Waiting>> byMailing = new LinkedHashMap<>();
        claimed.forEach(w -> byMailing.computeIfAbsent(w.mailing(), _ -> new ArrayList<>()).add(w));
        Set<Held.Waiting> left = new HashSet<>(claimed);
        try {
            byMailing.forEach((mailing, messages) -> {
                feedWaiting(mailing, messages);
                messages.forEach(left::remove);
            });
        } finally {
            left.forEach(engine.registry()::remove); // their claim runs out, and they are claimed again
        }
        return true;
    }

    private void feedWaiting(MailingId mailing, List<Held.Waiting> messages) {
        long askedAt = engine.bootClock().millis();
        Prepared prepared;
        try {
            prepared = engine.source()
                    .prepare(mailing, messages.stream().map(Held.Waiting::recipient).toList());
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "mailing " + mailing.value() + " cannot be prepared now", e);
            engine.queue().release(messages, engine.now().plus(Duration.ofMinutes(1)));
            return;
        }
        List<Held.Waiting> marked = answered(() -> engine.queue().mark(messages));
        messages.stream().filter(m -> !marked.contains(m)).forEach(engine.registry()::remove);
        engine.at(Moment.AFTER_MARK);
        hand(marked.stream()
                .map(m -> new Opened(m, m.recipient(), prepared, askedAt))
                .toList());
    }

    /// Asks until the database answers: a mark that may have been stored must not be left behind. Twice is like once.
    private <T> T answered(Supplier<T> question) {
        while (true) {
            try {
                return question.get();
            } catch (RuntimeException e) {
                if (!engine.isAlive()) throw e;
                engine.watch().databaseRefused(e);
                if (engine.watch().allowsSending())
                    LOG.log(Level.WARNING, "lane " + name + " could not mark and asks again", e);
                pause(TROUBLE_NANOS);
            }
        }
    }

    private void hand(List<Opened> opened) {
        locked(() -> {
            ready.addAll(opened);
            open += opened.size();
            taken -= opened.size();
            pace.begun(opened.size());
            if (connections == 0) connectedAt = System.nanoTime();
            while (promised > 0 && connections < ready.size() + inDialogue) {
                promised--;
                connections++;
                engine.turns().opened(1);
                Thread.ofVirtual().name("lane " + name).start(() -> Dialogue.listen(this::converse));
            }
            for (int i = 0; i < opened.size(); i++) handed.signal();
        });
    }

    /// As many connections as the pace allows; where many destinations are served at once, one is opened for some mails,
    /// not for one or two.
    private int worthwhile() {
        int allowed = pace.connectionsFor(firstOnly);
        if (!engine.turns().areMany()) return allowed;
        int mails = ready.size() + inDialogue + ahead;
        return Math.min(allowed, Math.max(1, (mails + MAILS_WORTH_ONE - 1) / MAILS_WORTH_ONE));
    }

    private void settled(int recipients) {
        locked(() -> {
            open -= recipients;
            if (free() >= enough()) changed.signalAll();
        });
    }

    int dialogues() {
        lock.lock();
        try {
            return inDialogue;
        } finally {
            lock.unlock();
        }
    }

    /// How many may be opened now; waits a little when none.
    private int room() {
        lock.lock();
        try {
            taken = 0;
            long rest = pace.restNanos();
            if (rest == 0) promise();
            int free = connections > 0 && isTurnOver() ? 0 : free();
            if (rest > 0 || free < enough() || !engine.watch().allowsSending()) {
                await(rest > 0 ? Math.min(PATIENCE_NANOS, rest) : LOOK_NANOS);
                return 0;
            }
            taken = pace.take(free);
            if (taken == 0) await(changed, Math.min(PATIENCE_NANOS, pace.waitNanos()));
            return taken;
        } finally {
            if (taken == 0) breakPromises();
            lock.unlock();
        }
    }

    /// As many connections as are worthwhile are promised before anybody is marked: who is marked has one.
    private void promise() {
        if (connections > 0 && isTurnOver()) return;
        int worthwhile = Math.max(1, worthwhile());
        while (connections + promised < worthwhile && pace.open(firstOnly)) promised++;
    }

    /// Another destination of the provider waits for a connection, and this one has had its time.
    private boolean isTurnOver() {
        return pace.isWanted() && System.nanoTime() - connectedAt > TURN_NANOS;
    }

    private void breakPromises() {
        for (; promised > 0; promised--) pace.closed(firstOnly);
    }

    /// What was not needed.
    private void giveBack() {
        locked(() -> {
            if (taken > 0) pace.giveBack(taken);
            taken = 0;
            breakPromises();
        });
    }

    private int free() {
        return window() - open;
    }

    /// Each time costs a commit; half of the window is still in dialogue meanwhile.
    private int enough() {
        return Math.max(1, window() / 2);
    }

    /// Two recipients per connection: one in dialogue, one ready.
    private int window() {
        return 2 * Math.min(connections + promised, Math.max(1, worthwhile()));
    }

    private Shaping shaping() {
        return pace.shaping();
    }

    private void awaitWork() {
        lock.lock();
        try {
            while (!woken && !closing) await(changed, Duration.ofMinutes(1).toNanos());
            woken = false;
        } finally {
            lock.unlock();
        }
    }

    private boolean takeWaitingDue() {
        lock.lock();
        try {
            boolean due = waitingDue;
            waitingDue = false;
            return due;
        } finally {
            lock.unlock();
        }
    }

    // ── the connections ──

    private void converse() {
        @Nullable SmtpConnection connection = null;
        String connected = "";
        String demanded = "";
        try {
            for (Opened next = take(); next != null; next = take()) {
                var talk = new Talk(next, connection, connected, demanded);
                locked(() -> talks.add(talk));
                try {
                    Verdict verdict = talk.verdict();
                    connection = talk.connection;
                    connected = talk.connected;
                    demanded = talk.demanded;
                    engine.transcripts().ended(next, destination, verdict);
                    settle(next, verdict, talk.named);
                } finally {
                    locked(() -> {
                        talks.remove(talk);
                        inDialogue--;
                    });
                }
            }
        } finally {
            if (connection != null) connection.quit();
        }
    }

    /// The next recipient; null when this connection is no longer needed.
    private @Nullable Opened take() {
        lock.lock();
        try {
            if (ready.isEmpty() && inDialogue == 0 && open > 0) engine.hurry();
            long patience = engine.turns().areMany() || pace.isWanted() ? IDLE_AMONG_MANY_NANOS : IDLE_NANOS;
            while (ready.isEmpty()) {
                if (isCountedOn()) await(handed, LOOK_NANOS);
                else if (closing || isResting() || patience <= 0) break;
                else patience = await(handed, patience);
            }
            Opened next = isOneTooMany() ? null : ready.poll();
            if (next != null) {
                inDialogue++;
            } else {
                connections--;
                engine.turns().opened(-1);
                pace.closed(firstOnly);
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    /// The only connection, and somebody is about to be handed over.
    private boolean isCountedOn() {
        return connections == 1 && taken > 0;
    }

    /// Connections have been given up since; the last one works off who is ready.
    private boolean isOneTooMany() {
        return connections > 1 && (connections > pace.connectionsFor(firstOnly) || pace.isWanted()) && !pace.isResting();
    }

    /// Tells the pace how it went, and what became of the recipient.
    /// @param named whether they have heard of the sender or the recipient
    private void settle(Opened opened, Verdict verdict, boolean named) {
        Duration wait = Duration.ZERO;
        engine.counts().ended(pace.provider().key(), verdict);
        engine.refusals().ended(opened.held().mailing(), destination, verdict, engine.now());
        switch (verdict) {
            case Verdict.Delivered _ -> pace.answered();
            case Verdict.Refused _ -> pace.finallyRefused();
            case Verdict.Deferred(_, Reply reply) when reply != null -> pace.answered();
            case Verdict.LaneBlocked refusal -> wait = refused(refusal, named ? engine.pauseAfter(opened.attemptsBefore() + 1) : Duration.ZERO);
            case Verdict.Unknown(_, boolean reset) when reset -> reset();
            case Verdict.Unknown _ -> pace.silent();
            case Verdict.HandedBack _, Verdict.Skipped _, Verdict.Unroutable _, Verdict.Deferred _, Verdict.NotSafe _ ->
                pace.handedBack();
        }
        engine.settle(opened, verdict, shaping(), wait);
    }

    /// One recipient's turn on one connection.
    private final class Talk {
        private final Opened opened;
        private volatile @Nullable SmtpConnection connection;
        /// The domain for which the connection was opened.
        private String connected;
        /// Of the connection, when it was opened.
        private String demanded;
        private volatile boolean withdrawn;
        private volatile boolean dotted;
        /// When it was asked last whether this recipient may be mailed, by the boot clock.
        private long askedAt;
        /// They may have heard of the sender and the recipient.
        private boolean named;

        Talk(Opened opened, @Nullable SmtpConnection connection, String connected, String demanded) {
            this.opened = opened;
            this.connection = connection;
            this.connected = connected;
            this.demanded = demanded;
        }

        Verdict verdict() {
            try {
                if (mustNotBegin()) return new Verdict.HandedBack("before the dialogue");
                return switch (compose()) {
                    case Composition.Skip(Reason reason) -> new Verdict.Skipped(reason);
                    case Composition.Mail mail -> send(mail);
                };
            } catch (RuntimeException e) {
                LOG.log(Level.WARNING, "an attempt ended in trouble of our own", e);
                return dotted
                        ? new Verdict.Unknown(Reason.CUT_AFTER_DOT, false)
                        : new Verdict.Deferred("trouble of our own", null);
            }
        }

        private boolean mustNotBegin() {
            return withdrawn
                    || isClosing()
                    || isResting()
                    || isHalted(opened)
                    || opened.held().lease().isLost()
                    || !engine.watch().allowsSending();
        }

        /// Ends this dialogue, unless its dot is on its way.
        synchronized void withdraw() {
            if (dotted) return;
            withdrawn = true;
            SmtpConnection line = connection;
            if (line != null) line.cut();
        }

        private Composition compose() {
            askedAt = opened.askedAt();
            return isFresh() ? compose(opened.prepared()) : composeAnew();
        }

        private boolean isFresh() {
            return engine.bootClock().millis() - askedAt < FRESH_MILLIS;
        }

        private Composition composeAnew() {
            askedAt = engine.bootClock().millis();
            return compose(engine.turns().goOn(() -> engine.source().prepare(opened.held().mailing(), List.of(opened.recipient()))));
        }

        private Composition compose(Prepared prepared) {
            int no = opened.recipient().no();
            return prepared.compose(no, engine.messageIds().of(opened.held().mailing(), no), opened.held().datedAt());
        }

        private Verdict send(Composition.Mail mail) {
            Envelope envelope;
            try {
                envelope = new Envelope(mail.envelopeFrom(), mail.envelopeTo());
            } catch (IllegalArgumentException e) {
                return new Verdict.Skipped(Reason.NOT_COMPOSABLE);
            }
            SmtpConnection line = connection;
            String domain = envelope.to().substring(envelope.to().lastIndexOf('@') + 1);
            if (line != null && (!line.isUsable() || !serves(domain) || line.mails() >= shaping().mailsPerConnection())) {
                line.quit();
                connection = null;
                line = null;
            }
            if (line == null) {
                if (!awaitTurn()) return new Verdict.HandedBack("before the dialogue");
                switch (engine.carrier().connect(domain, shaping().tls(), ip.from())) {
                    case Carrier.Connecting.Ready(SmtpConnection opening, String words) -> {
                        line = opening;
                        connected = domain;
                        demanded = words;
                        connection = opening;
                        engine.reached(domain);
                    }
                    case Carrier.Connecting.Refused(Reply reply) -> {
                        engine.reached(domain);
                        return engine.classifier().of(Stage.GREETING, reply, where(domain));
                    }
                    case Carrier.Connecting.Nowhere(String why) -> {
                        return new Verdict.Unroutable(why);
                    }
                    case Carrier.Connecting.NoAddress(String why) -> {
                        noAddress(why);
                        return new Verdict.HandedBack(why);
                    }
                    case Carrier.Connecting.Failed(String why) -> {
                        return unreached(domain, why);
                    }
                    case Carrier.Connecting.NotSafe(TlsTrouble trouble, boolean forAll) -> {
                        engine.reached(domain);
                        if (forAll) notSafe(trouble);
                        return new Verdict.NotSafe(trouble);
                    }
                }
            }
            if (mustNotBegin()) return new Verdict.HandedBack("before the dialogue");
            return send(envelope, mail, line, domain);
        }

        /// New connections have a rate of their own.
        private boolean awaitTurn() {
            long turn = System.nanoTime() + pace.connectNanos();
            for (long left = turn - System.nanoTime(); left > 0; left = turn - System.nanoTime()) {
                if (mustNotBegin()) return false;
                pause(Math.min(left, PATIENCE_NANOS));
            }
            return true;
        }

        /// What is our own network's fault is nobody's attempt.
        private Verdict unreached(String domain, String why) {
            return switch (engine.unreached(destination, domain)) {
                case THEIRS -> {
                    cut(why);
                    yield new Verdict.Deferred(why, null);
                }
                case DOUBTFUL -> {
                    cut(why);
                    yield new Verdict.HandedBack(why);
                }
                case OURS -> new Verdict.HandedBack(why);
            };
        }

        /// A domain may have moved since its destination was found, or more may be demanded than when this connection was
        /// opened: then it is not for it.
        private boolean serves(String domain) {
            return demanded.equals(engine.carrier().demanded(domain, shaping().tls()))
                    && (connected.equalsIgnoreCase(domain) || engine.carrier().mayShare(connected, domain));
        }

        private Where where(String domain) {
            List<String> names = new ArrayList<>(List.of(domain.toLowerCase(Locale.ROOT)));
            if (engine.carrier().served(domain) instanceof Carrier.Served.By(String hosts))
                names.addAll(List.of(hosts.split(" ")));
            return new Where(names);
        }

        private Verdict send(Envelope envelope, Composition.Mail mail, SmtpConnection line, String domain) {
            byte[] header = engine.signed(mail, opened.held().datedAt());
            named = true;
            Sent sent = line.send(envelope, withEmptyLine(header), mail.body(), this::beforeDot);
            if (sent instanceof Sent.Accepted || sent instanceof Sent.RefusedAt) engine.spoke();
            return switch (sent) {
                case Sent.Accepted(Reply reply) -> new Verdict.Delivered(reply);
                case Sent.RefusedAt(Stage stage, Reply reply) when isEnoughForThisConnection(stage, reply, line, domain) ->
                    new Verdict.HandedBack("they take no more mails on this connection");
                case Sent.RefusedAt(Stage stage, Reply reply) -> engine.classifier().of(stage, reply, where(domain));
                case Sent.NeedsUtf8 _ -> new Verdict.Skipped(Reason.NO_SMTPUTF8);
                case Sent.CutAfterDot cut -> new Verdict.Unknown(Reason.CUT_AFTER_DOT, cut.reset());
                case Sent.CutBeforeDot(String why, _) when withdrawn -> new Verdict.HandedBack(why);
                case Sent.CutBeforeDot(String why, boolean reset) when line.mails() > 1 -> {
                    if (reset) cut(why); // an orderly end closes a connection; a reset says "enough"
                    yield new Verdict.HandedBack(why);
                }
                case Sent.CutBeforeDot(String why, _) -> {
                    cut(why);
                    yield new Verdict.Deferred(why, null);
                }
            };
        }

        /// A 421 after earlier mails that says no more than that closes this connection (RFC 5321 §3.8), and says nothing
        /// about the next one: only when a fresh connection is refused too does the lane rest.
        private boolean isEnoughForThisConnection(Stage stage, Reply reply, SmtpConnection line, String domain) {
            return reply.code() == 421
                    && stage != Stage.DOT
                    && line.mails() > 1
                    && engine.classifier().isAboutTheConnection(stage, reply, where(domain));
        }

        /// The point of no return: only with time left on the lease, and only when the journal knows.
        private void beforeDot() throws Journal.Full {
            passDot(isStillWanted());
            engine.at(Moment.AFTER_DOT);
        }

        /// They may have let us wait until somebody has unsubscribed. Whoever is not wanted any more is handed back, and skipped
        /// in their next turn.
        private boolean isStillWanted() {
            if (isFresh()) return true;
            try {
                return composeAnew() instanceof Composition.Mail;
            } catch (RuntimeException e) {
                LOG.log(Level.WARNING, "nobody says whether a recipient may still be mailed", e);
                return false;
            }
        }

        private synchronized void passDot(boolean wanted) throws Journal.Full {
            boolean allowed = wanted
                    && !withdrawn
                    && !engine.isHalted(opened.held().mailing())
                    && opened.held().lease().allowsDot()
                    && engine.watch().allowsDot();
            withdrawn = true; // unless all goes well
            if (!allowed) throw new IllegalStateException("not any more");
            try {
                engine.journal().dot(opened.key());
            } catch (Journal.Full e) {
                engine.watch().journalFull();
                throw e;
            }
            withdrawn = false;
            dotted = true;
        }
    }

    private static byte[] withEmptyLine(byte[] header) {
        byte[] whole = new byte[header.length + CRLF.length];
        System.arraycopy(header, 0, whole, 0, header.length);
        System.arraycopy(CRLF, 0, whole, header.length, CRLF.length);
        return whole;
    }

    // ── below ──

    /// @param later whoever may be why the lane rests waits so much longer than it: somebody else tries first, and one
    ///     recipient, or one sender, does not hold up all others each time
    private Duration refused(Verdict.LaneBlocked refusal, Duration later) {
        Why before = pace.why();
        boolean another = engine.goesOnElsewhere(ip, destination);
        Duration wait = pace.refused(refusal.action(), refusal.reply(), refusal.rule(), another);
        changedPace(before, refusal.action() == Action.ALARM ? Level.ERROR : Level.INFO);
        Why why = pace.why();
        if (refusal.action() == Action.ALARM && why != null) engine.alarm(pace, why, name);
        if (refusal.action() == Action.SWITCH_ADDRESS) engine.blocked(ip, pace, refusal.reply(), before == null || !before.what().isAboutAddress() ? name : null);
        // 送信IP切替: another address takes whom this one was refused for. Whatever else they refuse, such as our domain or a
        // link in the mail, another address brings to them as well.
        if (another && refusal.action() == Action.SWITCH_ADDRESS) return Duration.ZERO;
        return pace.isResting() ? wait.plus(later) : wait;
    }

    /// Nobody's attempt: another address takes it, or this one later.
    private void noAddress(String why) {
        Why before = pace.why();
        pace.unusable(why);
        changedPace(before, Level.WARNING);
        engine.doubt();
    }

    private void cut(String how) {
        Why before = pace.why();
        pace.cut(how);
        changedPace(before, Level.INFO);
    }

    private void notSafe(TlsTrouble trouble) {
        Why before = pace.why();
        pace.notSafe(trouble.toString());
        changedPace(before, Level.WARNING);
    }

    private void reset() {
        Why before = pace.why();
        pace.reset();
        changedPace(before, Level.INFO);
    }

    private void changedPace(@Nullable Why before, Level level) {
        Why why = pace.why();
        if (why == null || before != null && before.what() == why.what() && before.to() == why.to()) return;
        LOG.log(level, "lane " + name + ": " + why.what() + ", connections " + why.from() + " to " + why.to() + " until "
                + why.until() + (why.reply() == null ? "" : ": " + why.reply()));
        locked(handed::signalAll); // idle connections are closed
    }

    private boolean isResting() {
        return pace.isResting();
    }

    boolean isClosing() {
        lock.lock();
        try {
            return closing;
        } finally {
            lock.unlock();
        }
    }

    /// Whether nobody is open here any more.
    boolean isQuiet() {
        lock.lock();
        try {
            return ready.isEmpty() && inDialogue == 0 && connections == 0;
        } finally {
            lock.unlock();
        }
    }

    private void pause(long nanos) {
        lock.lock();
        try {
            await(changed, nanos);
        } finally {
            lock.unlock();
        }
    }

    private void await(long nanos) {
        await(changed, nanos);
    }

    private long await(Condition condition, long nanos) {
        try {
            return condition.awaitNanos(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closing = true;
            return 0;
        }
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
        } finally {
            lock.unlock();
        }
    }

}
