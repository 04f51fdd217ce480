package todoku.mail.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import todoku.mail.smtp.Transcript.Part;
import todoku.mail.smtp.Transcript.Step;

/// Listens to one thread's connections and remembers the last mail's way: a few numbers and bytes in room that is used
/// again and again, so that listening to all costs next to nothing. Only [#transcript] makes words of them.
public final class Dialogue {
    private static final ScopedValue<Dialogue> HEARD = ScopedValue.newInstance();
    private static final int STEPS = 32;
    private static final int TEXT_BYTES = 1024;
    private static final int LINE_BYTES = 200;
    private static final int SAID_CHARS = 1000;

    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    private final Part[] parts = new Part[STEPS];
    private final long[] nanos = new long[STEPS];
    /// A reply or a reason that is there as an object anyway; null when its bytes were copied.
    private final @Nullable Object[] said = new Object[STEPS];
    private final int[] codes = new int[STEPS];
    private final int[] from = new int[STEPS];
    private final byte[] text = new byte[TEXT_BYTES];
    private int steps;
    private int textEnd;
    /// Of these, the ones that opened the connection: they stay for its later mails.
    private int openingSteps;
    private int openingText;
    private boolean told = true;
    private boolean connected;
    private long last;
    private int mails;
    private @Nullable InetSocketAddress address;
    private String host = "";
    private @Nullable SSLSession session;

    private Dialogue() {}

    /// Listens to all connections that this work opens in its own thread.
    public static void listen(Runnable work) {
        ScopedValue.where(HEARD, new Dialogue()).run(work);
    }

    /// Who listens to this thread; null when nobody does.
    public static @Nullable Dialogue current() {
        return HEARD.isBound() ? HEARD.get() : null;
    }

    /// Whether anything was heard since [#told].
    public boolean isHeard() {
        return !told && steps > 0;
    }

    /// What is heard from now on is about another mail.
    public void told() {
        told = true;
    }

    public Transcript transcript() {
        List<Step> all = new ArrayList<>(steps);
        for (int i = 0; i < steps; i++) all.add(new Step(parts[i], nanos[i] / 1_000, said(i)));
        InetSocketAddress where = address;
        String ip = where == null || where.getAddress() == null ? "" : where.getAddress().getHostAddress();
        SSLSession secured = session;
        return new Transcript(host, ip, secured == null ? "" : secured.getProtocol() + " " + secured.getCipherSuite(), mails, all);
    }

    private String said(int i) {
        Object heard = said[i];
        String words;
        if (heard instanceof Reply reply) words = (reply.code() + " " + reply.text()).strip();
        else if (heard != null) words = heard.toString();
        else if (codes[i] == 0) words = "";
        else {
            int end = i + 1 < steps ? from[i + 1] : textEnd;
            words = (codes[i] + " " + CONTROL.matcher(new String(text, from[i], end - from[i], UTF_8)).replaceAll(" ")).strip();
        }
        return words.length() > SAID_CHARS ? words.substring(0, SAID_CHARS) : words;
    }

    /// Whether the line was cut at last.
    public boolean isCut() {
        return steps > 0 && parts[steps - 1] == Part.CUT;
    }

    // ── what a connection tells ──

    void connecting(InetSocketAddress to, String name) {
        if (told) {
            steps = 0;
            textEnd = 0;
        }
        told = false;
        connected = false;
        openingSteps = 0;
        openingText = 0;
        mails = 0;
        session = null;
        address = to;
        host = name.isEmpty() && to.getHostString() != null ? to.getHostString() : name;
        last = System.nanoTime();
    }

    void secured(SSLSession with) {
        session = with;
        step(Part.TLS);
    }

    /// The connection stands: its later mails begin here.
    void opened() {
        openingSteps = steps;
        openingText = textEnd;
        connected = true;
    }

    void mail() {
        if (told && connected) {
            steps = openingSteps;
            textEnd = openingText;
        }
        told = false;
        mails++;
        last = System.nanoTime();
    }

    void step(Part part) {
        add(part, null, 0);
    }

    void cut(String why) {
        add(Part.CUT, why, 0);
    }

    void reply(Part part, Reply reply) {
        add(part, reply, reply.code());
    }

    /// A reply whose text nobody else wants: its bytes are copied.
    void reply(Part part, int code, byte[] line, int start, int stop) {
        int at = steps;
        add(part, null, code);
        if (steps == at) return;
        int length = Math.min(Math.min(stop - start, LINE_BYTES), TEXT_BYTES - textEnd);
        if (length <= 0) return;
        System.arraycopy(line, start, text, textEnd, length);
        textEnd += length;
    }

    private void add(Part part, @Nullable Object what, int code) {
        long now = System.nanoTime();
        long took = now - last;
        last = now;
        if (steps == STEPS) return;
        parts[steps] = part;
        nanos[steps] = took;
        said[steps] = what;
        codes[steps] = code;
        from[steps] = textEnd;
        steps++;
    }
}
