package todoku.mail.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteOrder;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import todoku.mail.smtp.Transcript.Part;

/// One connection to one receiving server (RFC 5321), for one thread, best a virtual one.
///
/// [#connect] opens it, [#send] sends one mail and may be called again as long as the connection [#isUsable],
/// [#quit] says goodbye. With PIPELINING (RFC 2920) a mail costs two round trips: MAIL, RCPT and DATA together,
/// then the mail with its end in one write. After a refusal the transaction is reset together with the next mail.
///
/// What must stay true: [BeforeDot] has returned before the end of a mail is written; and a mail whose end was not
/// written is never reported as possibly theirs.
public final class SmtpConnection implements AutoCloseable {
    /// RFC 5321 §4.5.3.1.5 allows 512; servers exceed it with links and ticket numbers.
    static final int MAX_REPLY_LINE_BYTES = 2048;
    /// The longest EHLO answers have some thirty lines.
    static final int MAX_REPLY_LINES = 100;

    private static final int FIRST_OUT_BYTES = 4 * 1024;
    /// The JDK passes at most this much to the kernel at once.
    private static final int MAX_OUT_BYTES = 128 * 1024;
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final Reply OK = new Reply(250, "");
    private static final Reply GO_ON = new Reply(354, "");

    private final Timeouts timeouts;
    private final long commandNanos;
    private final long messageNanos;
    private final Socket plain;
    private final Deadline deadline;
    private final @Nullable Dialogue dialogue;
    private InputStream in;
    private OutputStream out;

    private byte[] outgoing = new byte[FIRST_OUT_BYTES];
    private int outgoingBytes;
    private final byte[] incoming = new byte[MAX_REPLY_LINE_BYTES + 2];
    private int incomingAt;
    private int incomingEnd;

    private boolean pipelining;
    private boolean sizes;
    private boolean eightBit;
    private boolean startTls;
    private boolean utf8;
    private @Nullable TlsClient encryption;
    private long sizeLimit;
    private boolean usable;
    private boolean resetFirst;
    private boolean atLineStart;
    private int mails;
    private String abortedBecause = "";

    /// Opens a connection and greets the server. Blocks until done or until the timeouts.
    public static Opening connect(InetSocketAddress address, String heloName, Timeouts timeouts, Tls tls) {
        return connect(null, address, heloName, timeouts, tls);
    }

    /// @param from an address of this machine; null = whichever it takes
    public static Opening connect(
            @Nullable InetAddress from, InetSocketAddress address, String heloName, Timeouts timeouts, Tls tls) {
        Dialogue dialogue = Dialogue.current();
        if (dialogue != null) dialogue.connecting(address, tls.host());
        Socket socket = new Socket();
        try {
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            if (from != null) socket.bind(new InetSocketAddress(from, 0));
            socket.connect(address, Math.clamp(timeouts.connect().toMillis(), 1, Integer.MAX_VALUE));
            if (dialogue != null) dialogue.step(Part.CONNECT);
            return new SmtpConnection(socket, timeouts, dialogue).open(address, heloName, tls);
        } catch (IOException e) {
            closeQuietly(socket);
            if (dialogue != null) dialogue.cut(why(e));
            return new Opening.FailedAt(Stage.CONNECT, why(e));
        }
    }

    private SmtpConnection(Socket socket, Timeouts timeouts, @Nullable Dialogue dialogue) throws IOException {
        this.dialogue = dialogue;
        this.timeouts = timeouts;
        this.commandNanos = Deadline.nanos(timeouts.command());
        this.messageNanos = Deadline.nanos(timeouts.message());
        this.plain = socket;
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
        this.deadline = new Deadline(socket);
    }

    private Opening open(InetSocketAddress address, String heloName, Tls tls) {
        Stage stage = Stage.GREETING;
        try {
            Reply greeting = readReply(Part.GREETING, true);
            if (greeting.code() != 220) return refused(stage, greeting);
            stage = Stage.EHLO;
            Reply hello = hello(heloName);
            if (hello.code() != 250) return refused(stage, hello);
            if (startTls && tls.level() != Tls.Level.NEVER) {
                stage = Stage.STARTTLS;
                Reply start = encrypt(address, tls);
                TlsClient secured = encryption;
                if (secured != null) {
                    TlsTrouble trouble = tls.check().troubleWith(secured.certificates(), name(address, tls));
                    if (trouble != null) {
                        secured.forget();
                        return notSafe(trouble);
                    }
                    hello = hello(heloName);
                    if (hello.code() != 250) return refused(Stage.EHLO, hello);
                } else if (tls.isAlways()) {
                    return notSafe(new TlsTrouble(TlsTrouble.Kind.REFUSED, name(address, tls), start.toString()));
                }
            } else if (tls.isAlways()) {
                return notSafe(new TlsTrouble(TlsTrouble.Kind.NOT_OFFERED, name(address, tls), hello.text()));
            }
            deadline.none();
            usable = true;
            if (dialogue != null) dialogue.opened();
            return new Opening.Opened(this);
        } catch (IOException e) {
            close();
            if (dialogue != null) dialogue.cut(whyCut(e));
            return stage == Stage.STARTTLS && tls.isAlways()
                    ? new Opening.NotSafe(new TlsTrouble(TlsTrouble.Kind.HANDSHAKE, name(address, tls), whyCut(e)))
                    : new Opening.FailedAt(stage, whyCut(e));
        }
    }

    private static String name(InetSocketAddress address, Tls tls) {
        return tls.host().isEmpty() ? address.getHostString() : tls.host();
    }

    private Opening notSafe(TlsTrouble trouble) {
        if (dialogue != null) dialogue.cut(trouble.toString());
        quit();
        return new Opening.NotSafe(trouble);
    }

    private Opening refused(Stage stage, Reply reply) {
        if (!reply.isPositive()) {
            quit();
            return new Opening.RefusedAt(stage, reply);
        }
        close();
        return new Opening.FailedAt(stage, "unexpected reply: " + reply);
    }

    private Reply hello(String heloName) throws IOException {
        pipelining = false;
        sizes = false;
        eightBit = false;
        startTls = false;
        utf8 = false;
        Reply reply = command(Part.EHLO, "EHLO " + heloName);
        if (reply.code() == 250) {
            reply.text().lines().skip(1).forEach(this::capability);
            return reply;
        }
        return reply.isPermanent() ? command(Part.EHLO, "HELO " + heloName) : reply;
    }

    private void capability(String line) {
        String[] words = line.trim().toUpperCase(Locale.ROOT).split(" +", 3);
        switch (words[0]) {
            case "PIPELINING" -> pipelining = true;
            case "8BITMIME" -> eightBit = true;
            case "STARTTLS" -> startTls = true;
            case "SMTPUTF8" -> utf8 = true;
            case "SIZE" -> {
                sizes = true;
                sizeLimit = words.length > 1 && words[1].matches("\\d{1,15}") ? Long.parseLong(words[1]) : 0;
            }
            default -> {}
        }
    }

    /// Unless they do not want to after all.
    private Reply encrypt(InetSocketAddress address, Tls tls) throws IOException {
        Reply reply = command(Part.STARTTLS, "STARTTLS");
        if (reply.code() != 220) return reply;
        // What came before the handshake was not protected by it (RFC 3207 §4.2, CVE-2011-0411).
        if (incomingAt < incomingEnd) throw new IOException("plain text after the reply to STARTTLS");
        deadline.in(commandNanos);
        TlsClient secured = TlsClient.over(plain, address, tls.host());
        encryption = secured;
        if (dialogue != null) dialogue.secured(secured.socket().getSession());
        in = secured.socket().getInputStream();
        out = secured.socket().getOutputStream();
        return reply;
    }

    private Reply command(Part part, String line) throws IOException {
        put(line);
        end();
        flushCommands();
        return readReply(part, true);
    }

    /// Sends one mail. Header and body together are the mail, with CRLF line ends and without dot-stuffing, and the
    /// header ends with its empty line. Never throws for what the other side does.
    public Sent send(Envelope envelope, byte[] header, byte[] body, BeforeDot beforeDot) {
        if (!usable) return new Sent.CutBeforeDot("connection is closed", false);
        if (!utf8 && envelope.needsUtf8()) return new Sent.NeedsUtf8();
        boolean finished = false;
        try {
            mails++;
            if (dialogue != null) dialogue.mail();
            Sent refused = envelope(envelope, (long) header.length + body.length);
            Sent sent = refused != null ? refused : message(header, body, beforeDot);
            finished = usable;
            return sent;
        } catch (IOException e) {
            if (dialogue != null) dialogue.cut(whyCut(e));
            return new Sent.CutBeforeDot(whyCut(e), !deadline.passed() && isReset(e));
        } finally {
            if (finished) deadline.none();
            else close();
        }
    }

    /// Null when they want the mail.
    private @Nullable Sent envelope(Envelope envelope, long size) throws IOException {
        boolean reset = resetFirst;
        resetFirst = false;
        if (reset) {
            put("RSET");
            end();
            if (!pipelining) {
                flushCommands();
                readReply(Part.RSET, false);
                reset = false;
            }
        }
        put("MAIL FROM:<");
        putPath(envelope.from());
        put(">");
        if (sizes) {
            put(" SIZE=");
            put(Long.toString(size));
        }
        if (eightBit) put(" BODY=8BITMIME");
        if (utf8 && envelope.needsUtf8()) put(" SMTPUTF8");
        end();
        if (!pipelining) {
            flushCommands();
            Reply mail = readReply(Part.MAIL, false);
            if (!accepted(mail)) return refusedAt(Stage.MAIL, mail);
        }
        put("RCPT TO:<");
        putPath(envelope.to());
        put(">");
        end();
        if (!pipelining) {
            flushCommands();
            Reply recipient = readReply(Part.RCPT, false);
            if (!accepted(recipient)) return refusedAt(Stage.RCPT, recipient);
        }
        put("DATA");
        end();
        flushCommands();
        if (pipelining) return groupReplies(reset);
        Reply data = readReply(Part.DATA, false);
        return data.code() == 354 ? null : refusedAt(Stage.DATA, data);
    }

    private @Nullable Sent groupReplies(boolean reset) throws IOException {
        if (reset) {
            Reply cleared = readReply(Part.RSET, false);
            if (cleared.code() == 421) return refusedAt(Stage.MAIL, cleared);
        }
        Reply mail = readReply(Part.MAIL, false);
        if (mail.code() == 421) return refusedAt(Stage.MAIL, mail);
        Reply recipient = null;
        try {
            recipient = readReply(Part.RCPT, false);
            if (recipient.code() == 421) {
                return accepted(mail) ? refusedAt(Stage.RCPT, recipient) : refusedAndClosing(Stage.MAIL, mail);
            }
            Reply data = readReply(Part.DATA, false);
            if (!accepted(mail)) return refusedInGroup(Stage.MAIL, mail, data);
            if (!accepted(recipient)) return refusedInGroup(Stage.RCPT, recipient, data);
            return data.code() == 354 ? null : refusedAt(Stage.DATA, data);
        } catch (IOException e) { // what they refused before the cut stays refused
            if (!mail.isPositive()) return refusedAndClosing(Stage.MAIL, mail);
            if (recipient != null && !recipient.isPositive()) return refusedAndClosing(Stage.RCPT, recipient);
            throw e;
        }
    }

    private static boolean accepted(Reply reply) {
        return reply.code() < 300;
    }

    private Sent refusedAt(Stage stage, Reply reply) throws IOException {
        if (reply.isPositive()) throw new IOException("unexpected reply to " + stage + ": " + reply);
        resetFirst = true;
        if (reply.code() == 421) usable = false; // they are closing (RFC 5321 §3.8)
        return new Sent.RefusedAt(stage, reply);
    }

    private Sent refusedAndClosing(Stage stage, Reply reply) {
        usable = false;
        return new Sent.RefusedAt(stage, reply);
    }

    /// A server may want data although it took no recipient; then it gets an empty mail to nobody (RFC 2920 §3.1).
    private Sent refusedInGroup(Stage stage, Reply reply, Reply data) throws IOException {
        Sent sent = refusedAt(stage, reply);
        if (data.code() == 421) usable = false;
        if (data.code() == 354) {
            try {
                put(".");
                end();
                flushCommands();
                if (readReply(Part.DOT, false).code() == 421) usable = false;
            } catch (IOException e) {
                usable = false; // the refusal stands
            }
        }
        return sent;
    }

    private Sent message(byte[] header, byte[] body, BeforeDot beforeDot) throws IOException {
        deadline.in(messageNanos);
        reserve(header.length + (long) body.length);
        atLineStart = true;
        stuff(header);
        stuff(body);
        if (outgoing.length - outgoingBytes < 5) flush();
        deadline.none(); // our own journal may be slow; that must not look like a cut after the dot
        if (!goAhead(beforeDot)) return new Sent.CutBeforeDot(abortedBecause, false);
        deadline.in(messageNanos);
        try {
            if (!atLineStart) end();
            put(".");
            end();
            flush();
            if (dialogue != null) dialogue.step(Part.BODY);
            Reply reply = readReply(Part.DOT, true);
            if (accepted(reply)) return new Sent.Accepted(reply);
            if (reply.isPositive()) throw new IOException("unexpected reply to DOT: " + reply);
            if (reply.code() == 421) usable = false;
            return new Sent.RefusedAt(Stage.DOT, reply);
        } catch (IOException e) {
            usable = false;
            if (dialogue != null) dialogue.cut(whyCut(e));
            return new Sent.CutAfterDot(whyCut(e), !deadline.passed() && isReset(e));
        }
    }

    /// The JDK tells a reset from an orderly end only in words.
    private static boolean isReset(IOException e) {
        return e instanceof SocketException && why(e).toLowerCase(Locale.ROOT).contains("reset");
    }

    private boolean goAhead(BeforeDot beforeDot) {
        try {
            beforeDot.run();
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            abortedBecause = "aborted: interrupted";
        } catch (Exception e) {
            abortedBecause = "aborted: " + e;
        }
        usable = false;
        return false;
    }

    /// Whether another mail can be sent over this connection, as far as we know without asking.
    public boolean isUsable() {
        return usable;
    }

    /// Whether the connection is encrypted.
    public boolean isEncrypted() {
        return encryption != null;
    }

    /// The largest mail they say they take, in bytes; 0 when they do not say (RFC 1870).
    public long sizeLimit() {
        return sizeLimit;
    }

    /// How many mails were tried over this connection.
    public int mails() {
        return mails;
    }

    /// Says goodbye and closes. Does not wait for the answer: nothing depends on it.
    public void quit() {
        try {
            deadline.in(commandNanos);
            put("QUIT");
            end();
            flush();
        } catch (IOException e) {
            // Gone already.
        } finally {
            close();
        }
    }

    /// Closes without a word.
    @Override
    public void close() {
        usable = false;
        deadline.close();
        closeQuietly(plain);
        if (encryption != null) encryption.close();
    }

    /// Cuts the connection, from any thread: whoever is sending finds it broken.
    public void cut() {
        closeQuietly(plain);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed as far as we are concerned.
        }
    }

    private String whyCut(IOException e) {
        return deadline.passed() ? "no answer in time" : why(e);
    }

    private static String why(IOException e) {
        String message = e.getMessage();
        return message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
    }

    // Writing.

    /// Makes room for a whole mail, so that it leaves in one write.
    private void reserve(long bytes) {
        long wanted = Math.min(bytes + (bytes >> 6) + 64, MAX_OUT_BYTES);
        if (outgoing.length < wanted) outgoing = new byte[(int) Math.min(Long.highestOneBit(wanted - 1) << 1, MAX_OUT_BYTES)];
    }

    private void put(String ascii) throws IOException {
        int length = ascii.length();
        if (outgoing.length - outgoingBytes < length) flush();
        if (length > outgoing.length) {
            out.write(ascii.getBytes(ISO_8859_1));
            return;
        }
        for (int i = 0; i < length; i++) outgoing[outgoingBytes + i] = (byte) ascii.charAt(i);
        outgoingBytes += length;
    }

    private void putPath(String path) throws IOException {
        byte[] bytes = path.getBytes(UTF_8);
        put(bytes, 0, bytes.length);
    }

    private void end() throws IOException {
        put("\r\n");
    }

    private void put(byte[] source, int from, int to) throws IOException {
        int at = from;
        while (at < to) {
            if (outgoingBytes == outgoing.length) flush();
            int length = Math.min(to - at, outgoing.length - outgoingBytes);
            System.arraycopy(source, at, outgoing, outgoingBytes, length);
            outgoingBytes += length;
            at += length;
        }
    }

    private void flush() throws IOException {
        int length = outgoingBytes;
        outgoingBytes = 0;
        if (length > 0) out.write(outgoing, 0, length);
    }

    private void flushCommands() throws IOException {
        deadline.in(commandNanos);
        flush();
    }

    /// Doubles the dot at the start of a line (RFC 5321 §4.5.2).
    private void stuff(byte[] source) throws IOException {
        if (source.length == 0) return;
        int copied = 0;
        if (atLineStart && source[0] == '.') put(".");
        for (int dot = nextDot(source, 1); dot >= 0; dot = nextDot(source, dot + 1)) {
            if (source[dot - 1] != '\n') continue;
            put(source, copied, dot);
            put(".");
            copied = dot;
        }
        put(source, copied, source.length);
        atLineStart = source[source.length - 1] == '\n';
    }

    /// Eight bytes at a time: most mails are Base64 and have no dots at all.
    private static int nextDot(byte[] source, int from) {
        int at = from;
        for (int last = source.length - 8; at <= last; at += 8) {
            long dots = (long) LONGS.get(source, at) ^ 0x2e2e2e2e2e2e2e2eL;
            long found = (dots - 0x0101010101010101L) & ~dots & 0x8080808080808080L;
            if (found != 0) return at + (Long.numberOfTrailingZeros(found) >> 3);
        }
        for (; at < source.length; at++) if (source[at] == '.') return at;
        return -1;
    }

    // Reading.

    /// Each has a time of its own (RFC 5321 §4.5.3.2); the one to the dot shares that of the mail. The texts of positive
    /// replies are rarely read; without them a mail costs fewer strings.
    private Reply readReply(Part part, boolean withText) throws IOException {
        if (part != Part.DOT) deadline.in(commandNanos);
        StringBuilder earlier = null;
        int firstCode = 0;
        for (int line = 0; line < MAX_REPLY_LINES; line++) {
            int end = lineEnd();
            int start = incomingAt;
            incomingAt = end + 1;
            int stop = end > start && incoming[end - 1] == '\r' ? end - 1 : end;
            int code = code(start, stop);
            if (line > 0 && code != firstCode) throw new IOException("reply changed its code from " + firstCode + " to " + code);
            firstCode = code;
            boolean last = stop - start == 3 || incoming[start + 3] != '-';
            if (last && earlier == null && !withText && (code == OK.code() || code == GO_ON.code())) {
                if (dialogue != null) dialogue.reply(part, code, incoming, Math.min(start + 4, stop), stop);
                return code == OK.code() ? OK : GO_ON;
            }
            String text = text(Math.min(start + 4, stop), stop);
            if (last) {
                Reply reply = new Reply(code, earlier == null ? text : earlier.append(text).toString());
                if (dialogue != null) dialogue.reply(part, reply);
                return reply;
            }
            if (earlier == null) earlier = new StringBuilder();
            earlier.append(text).append('\n');
        }
        throw new IOException("reply has more than " + MAX_REPLY_LINES + " lines");
    }

    private int code(int start, int stop) throws IOException {
        if (stop - start >= 3) {
            int code = (incoming[start] - '0') * 100 + (incoming[start + 1] - '0') * 10 + incoming[start + 2] - '0';
            boolean digits = true;
            for (int i = start; i < start + 3; i++) digits &= incoming[i] >= '0' && incoming[i] <= '9';
            boolean separated = stop - start == 3 || incoming[start + 3] == ' ' || incoming[start + 3] == '-';
            if (digits && separated && code >= 200 && code <= 599) return code;
        }
        throw new IOException("not an SMTP reply: " + text(start, Math.min(stop, start + 80)));
    }

    /// Control characters would hurt in logs and cannot be stored.
    private String text(int start, int stop) {
        for (int i = start; i < stop; i++) if (incoming[i] >= 0 && incoming[i] < ' ' || incoming[i] == 0x7f) incoming[i] = ' ';
        return new String(incoming, start, stop - start, UTF_8);
    }

    private int lineEnd() throws IOException {
        int look = incomingAt;
        while (true) {
            for (; look < incomingEnd; look++) if (incoming[look] == '\n') return look;
            if (incomingAt > 0) {
                System.arraycopy(incoming, incomingAt, incoming, 0, incomingEnd - incomingAt);
                look -= incomingAt;
                incomingEnd -= incomingAt;
                incomingAt = 0;
            }
            if (incomingEnd == incoming.length) throw new IOException("reply line longer than " + MAX_REPLY_LINE_BYTES + " bytes");
            int read = in.read(incoming, incomingEnd, incoming.length - incomingEnd);
            if (read < 0) throw new EOFException("connection closed by the other side");
            incomingEnd += read;
        }
    }

    @Override
    public String toString() {
        return "SmtpConnection[" + plain.getRemoteSocketAddress() + ", " + timeouts + "]";
    }
}
