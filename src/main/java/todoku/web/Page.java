package todoku.web;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import todoku.access.Function;
import todoku.access.Masking;
import todoku.access.Operator;

/// What a template asks about the request it answers: words, numbers, dates, masking, menu, form token.
public final class Page {
    private static final Pattern MERGED = Pattern.compile("\\{\\{-?\\s*([^|}\\s]+)[^}]*}}");
    private static final Pattern TAG = Pattern.compile("\\{%.*?%}");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu/MM/dd HH:mm");
    private static final DateTimeFormatter SECOND = DateTimeFormatter.ofPattern("uuuu/MM/dd HH:mm:ss");
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm");
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("uuuu/MM/dd");
    private static final DateTimeFormatter FIELD = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm");

    private final Texts texts;
    private final Locale locale;
    private final @Nullable Operator operator;
    private final ZoneId zone;
    private final Instant now;
    private final String csrf;
    private final String path;
    private final @Nullable String toast;
    private final String assetVersion;
    private final boolean live;

    Page(
            Texts texts,
            Locale locale,
            @Nullable Operator operator,
            ZoneId zone,
            Instant now,
            String csrf,
            String path,
            @Nullable String toast,
            String assetVersion,
            boolean live) {
        this.texts = texts;
        this.locale = locale;
        this.operator = operator;
        this.zone = zone;
        this.now = now;
        this.csrf = csrf;
        this.path = path;
        this.toast = toast;
        this.assetVersion = assetVersion;
        this.live = live;
    }

    /// The text of a key in the reader's language.
    public String t(String key, Object... arguments) {
        return texts.get(locale, key, arguments);
    }

    /// The text of a key that may not exist, such as one built from data; then the fallback.
    public String tOr(String key, String fallback) {
        return texts.has(key) ? t(key) : fallback;
    }

    /// A text with merge fields as people read it: `{{ 姓 | default: "お客さま" }} 様` becomes `「姓」 様`, and tags of Liquid leave.
    public String words(@Nullable String liquid) {
        return liquid == null ? "" : TAG.matcher(MERGED.matcher(liquid).replaceAll("「$1」")).replaceAll("");
    }

    public Locale locale() {
        return locale;
    }

    public boolean english() {
        return locale.getLanguage().equals("en");
    }

    /// @throws IllegalStateException on a page for everybody
    public Operator operator() {
        if (operator == null) throw new IllegalStateException("nobody is signed in");
        return operator;
    }

    public boolean signedIn() {
        return operator != null;
    }

    public boolean may(Function function) {
        return operator != null && operator.may(function);
    }

    public Masking mask() {
        return operator == null ? Masking.all() : Masking.of(operator);
    }

    public ZoneId zone() {
        return zone;
    }

    public Instant now() {
        return now;
    }

    /// Real delivery (本番), not the simulated internet (検証).
    public boolean live() {
        return live;
    }

    public String csrf() {
        return csrf;
    }

    public String path() {
        return path;
    }

    public @Nullable String toast() {
        return toast;
    }

    public List<Menu.Section> menu() {
        return Menu.of(this);
    }

    public String asset(String name) {
        return "/assets/" + name + "?v=" + assetVersion;
    }

    public String icon(String name) {
        return "/assets/icons.svg?v=" + assetVersion + "#" + name;
    }

    // ── numbers ──

    public String number(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    /// `28.4` or `4.62`: one decimal from 10 % on, two below; — without a base. The sign % is the template's.
    public String percent(long part, long base) {
        if (base == 0) return "—";
        double percent = 100.0 * part / base;
        return String.format(Locale.ROOT, percent >= 10 || percent == 0 ? "%.1f" : "%.2f", percent);
    }

    /// For the width of a bar: `12.34%`.
    public String width(long part, long base) {
        return base == 0 ? "0%" : String.format(Locale.ROOT, "%.2f%%", 100.0 * part / base);
    }

    // ── time, on the wall of the installation ──

    public String time(@Nullable Instant at) {
        return at == null ? "—" : TIME.format(at.atZone(zone));
    }

    public String second(@Nullable Instant at) {
        return at == null ? "—" : SECOND.format(at.atZone(zone));
    }

    /// `10:18` today, else with the day.
    public String shortTime(@Nullable Instant at) {
        if (at == null) return "—";
        ZonedDateTime there = at.atZone(zone);
        boolean today = there.toLocalDate().equals(now.atZone(zone).toLocalDate());
        return (today ? CLOCK : TIME).format(there);
    }

    public String date(@Nullable LocalDate day) {
        return day == null ? "—" : DAY.format(day);
    }

    /// The value of an input of type `datetime-local`.
    public String field(@Nullable Instant at) {
        return at == null ? "" : FIELD.format(at.atZone(zone));
    }

    public String clock() {
        return CLOCK.format(now.atZone(zone));
    }

    /// Milliseconds with as many digits as matter.
    public String millis(long micros) {
        return micros >= 10_000 ? number(micros / 1_000) : String.format(Locale.ROOT, "%.1f", micros / 1_000.0);
    }

    /// `1 時間 20 分`, `35 秒`.
    public String duration(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 60) return t("web.seconds", seconds);
        if (seconds < 3600) return t("web.minutes", seconds / 60, seconds % 60);
        if (seconds < 86_400) return t("web.hours", seconds / 3600, seconds % 3600 / 60);
        return t("web.days", seconds / 86_400, seconds % 86_400 / 3600);
    }
}
