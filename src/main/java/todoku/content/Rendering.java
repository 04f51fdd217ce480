package todoku.content;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One rendering under way. It belongs to one thread and one recipient; everything it reads is immutable.
final class Rendering {
    private static final String HEX = "0123456789ABCDEF";

    private final Map<String, ?> values;
    private final Links links;
    private final Escaping escaping;
    private @Nullable Map<String, @Nullable Object> locals;
    private StringBuilder out;
    private boolean insideAddress;
    private int iterations;
    private long filtered;

    Rendering(Map<String, ?> values, Escaping escaping, Links links, int expectedChars) {
        this.values = values;
        this.escaping = escaping;
        this.links = links;
        this.out = new StringBuilder(expectedChars);
    }

    @Nullable Object field(String name) {
        if (locals != null && locals.containsKey(name)) return locals.get(name);
        if (name.equals(Links.UNSUBSCRIBE_FIELD) && links.unsubscribeUrl() != null) return links.unsubscribeUrl();
        return values.get(name);
    }

    void assign(String name, @Nullable Object value) {
        if (locals == null) locals = new HashMap<>();
        locals.put(name, value);
    }

    void forget(String name) {
        if (locals != null) locals.remove(name);
    }

    boolean isLocal(String name) {
        return locals != null && locals.containsKey(name);
    }

    void turn() {
        if (++iterations > Limits.LOOP_ITERATIONS) throw new RenderLimitExceeded("more than " + Limits.LOOP_ITERATIONS + " loop iterations");
    }

    void filterProduces(long chars) {
        filtered += chars;
        if (filtered > Limits.FILTER_CHARS) throw new RenderLimitExceeded("filters produced more than " + Limits.FILTER_CHARS + " characters");
    }

    /// Text of the author: written as it stands.
    void text(String text) {
        fits(text.length());
        out.append(text);
    }

    /// Text of a value: made harmless for its place.
    void value(String text) {
        fits(text.length());
        if (insideAddress) address(text);
        else if (escaping == Escaping.HTML) html(text);
        else out.append(text);
    }

    boolean escapesHtml() {
        return escaping == Escaping.HTML;
    }

    private void fits(int more) {
        if (out.length() + more > Limits.OUTPUT_CHARS) throw new RenderLimitExceeded("more than " + Limits.OUTPUT_CHARS + " characters of output");
    }

    private void html(String text) {
        Html.escape(text, out);
    }

    /// A value that begins an address may be an address; inside one it is a piece of text and can add neither parameters nor paths.
    private void address(String text) {
        String kept = out.isEmpty() ? "-._~:/?#@!$&*+,;=%()" : "-._~";
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || kept.indexOf(c) >= 0) out.append(c);
            else out.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
        }
    }

    /// The address as it goes to the rewriter, and what came back for this place.
    void link(int no, Node target) {
        StringBuilder outer = out;
        String address;
        if (target instanceof Node.Text(String fixed)) {
            address = fixed;
        } else {
            out = new StringBuilder(128);
            insideAddress = true;
            target.render(this);
            address = out.toString();
            out = outer;
            insideAddress = false;
            if (!Links.isWeb(address)) {
                value(Links.isHarmless(address) ? address : "#");
                return;
            }
        }
        value(links.rewriter().rewrite(no, address));
    }

    void pixel() {
        String pixel = links.pixel();
        if (pixel == null) return;
        out.append("<img src=\"");
        html(pixel);
        out.append("\" width=\"1\" height=\"1\" alt=\"\" style=\"border:0\">");
    }

    String finished() {
        return escaping == Escaping.HEADER ? oneLine(out) : out.toString();
    }

    /// Control characters and line breaks of every kind are taken out; a tab becomes a space.
    private static String oneLine(StringBuilder text) {
        int kept = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\t') c = ' ';
            if (c < ' ' || c >= 0x7f && c < 0xa0 || c == '\u2028' || c == '\u2029') continue;
            text.setCharAt(kept++, c);
        }
        text.setLength(kept);
        return text.toString();
    }
}
