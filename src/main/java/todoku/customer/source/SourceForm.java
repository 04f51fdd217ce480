package todoku.customer.source;

import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import todoku.customer.ImportKey;

/// What was typed about an outside database, and what is wrong with it. The password is read and never shown.
public record SourceForm(Map<String, String> typed) {
    private static final int LONGEST_NAME = 100;
    private static final int LONGEST_PASSWORD = 500;

    /// A name or an address; nothing that means something in a URL.
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})|[0-9A-Fa-f:]{2,45}(?:[0-9.]{0,15})");
    private static final Pattern DATABASE = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}");
    private static final Pattern USER = Pattern.compile("[^\\p{Cntrl}]{1,100}");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,5}");
    private static final Pattern COLUMN = Pattern.compile("[^\\p{Cntrl}]{1,100}");

    public SourceForm {
        typed = Map.copyOf(typed);
    }

    static SourceForm empty() {
        return new SourceForm(Map.ofEntries(
                Map.entry("kind", SourceKind.POSTGRESQL.name()), Map.entry("tls", Source.Tls.ON.name()), Map.entry("connectSeconds", "10"),
                Map.entry("statementSeconds", "300"), Map.entry("key", ImportKey.ADDRESS.name()), Map.entry("overwrite", "true"),
                Map.entry("vanished", Source.Vanished.KEEP.name()), Map.entry("every", Source.Schedule.Every.OFF.name()),
                Map.entry("everyHours", "24"), Map.entry("dailyAt", "03:00"), Map.entry("query", "SELECT ")));
    }

    static SourceForm of(Source source) {
        Map<String, String> typed = new HashMap<>();
        typed.put("name", source.name());
        typed.put("kind", source.kind().name());
        typed.put("host", source.host());
        typed.put("port", "" + source.port());
        typed.put("database", source.database());
        typed.put("username", source.username());
        typed.put("tls", source.tls().name());
        typed.put("connectSeconds", "" + source.connectSeconds());
        typed.put("statementSeconds", "" + source.statementSeconds());
        typed.put("query", source.query());
        typed.put("key", source.key().name());
        typed.put("group", "" + source.group());
        typed.put("overwrite", "" + source.overwrite());
        typed.put("vanished", source.vanished().name());
        typed.put("every", source.schedule().every().name());
        typed.put("everyHours", "" + source.schedule().hours());
        typed.put("dailyAt", DateTimeFormatter.ofPattern("HH:mm").format(source.schedule().at()));
        typed.put("changedSince", source.changedSince() == null ? "" : source.changedSince());
        return new SourceForm(typed);
    }

    public String get(String name) {
        return name.equals("password") ? "" : typed.getOrDefault(name, "").strip();
    }

    public boolean is(String name, Enum<?> value) {
        return get(name).equals(value.name());
    }

    /// As it was typed: spaces may belong to it.
    String password() {
        return typed.getOrDefault("password", "");
    }

    /// One thing that is wrong: `source.bad.<key>`.
    record Wrong(String key, Object... values) {
        static Wrong of(String key) {
            return new Wrong(key);
        }
    }

    /// By the name of the field.
    Map<String, Wrong> wrong(boolean isNew, Predicate<Long> isGroup) {
        Map<String, Wrong> wrong = new HashMap<>();
        if (get("name").isEmpty() || get("name").length() > LONGEST_NAME || !COLUMN.matcher(get("name")).matches())
            wrong.put("name", new Wrong("name", LONGEST_NAME));
        if (!HOST.matcher(get("host")).matches()) wrong.put("host", Wrong.of("host"));
        if (!get("port").isEmpty() && !isBetween("port", 1, 65_535)) wrong.put("port", Wrong.of("port"));
        if (!DATABASE.matcher(get("database")).matches()) wrong.put("database", Wrong.of("database"));
        if (!USER.matcher(get("username")).matches()) wrong.put("username", Wrong.of("username"));
        if (isNew && password().isEmpty() || password().length() > LONGEST_PASSWORD || password().indexOf(0) >= 0)
            wrong.put("password", Wrong.of("password"));
        if (!isBetween("connectSeconds", 1, Source.LONGEST_CONNECT_SECONDS)) wrong.put("connectSeconds", new Wrong("seconds", Source.LONGEST_CONNECT_SECONDS));
        if (!isBetween("statementSeconds", 1, Source.LONGEST_STATEMENT_SECONDS))
            wrong.put("statementSeconds", new Wrong("seconds", Source.LONGEST_STATEMENT_SECONDS));
        Optional<Query.Refused> refused = Query.check(query(), kind());
        refused.ifPresent(r -> wrong.put("query", new Wrong("query." + r.problem().name(), r.word())));
        if (!isGroup.test(group())) wrong.put("group", Wrong.of("group"));
        if (!isBetween("everyHours", 1, Source.Schedule.MOST_HOURS)) wrong.put("everyHours", new Wrong("hours", Source.Schedule.MOST_HOURS));
        if (time().isEmpty()) wrong.put("dailyAt", Wrong.of("time"));
        if (!get("changedSince").isEmpty() && !COLUMN.matcher(get("changedSince")).matches()) wrong.put("changedSince", Wrong.of("column"));
        return wrong;
    }

    /// What it says, once nothing is wrong; `before` has what a form does not say.
    Source source(Source before) {
        return new Source(before.id(), get("name"), kind(), get("host"), get("port").isEmpty() ? kind().port() : number("port"), get("database"),
                get("username"), one(Source.Tls.class, "tls", Source.Tls.ON), number("connectSeconds"), number("statementSeconds"), query(),
                one(ImportKey.class, "key", ImportKey.ADDRESS), before.mapping(), group(), get("overwrite").equals("true"),
                one(Source.Vanished.class, "vanished", Source.Vanished.KEEP),
                new Source.Schedule(one(Source.Schedule.Every.class, "every", Source.Schedule.Every.OFF), number("everyHours"), time().orElseThrow()),
                get("changedSince").isEmpty() ? null : get("changedSince"), before.mark(), before.fullAt(), before.version(), before.changedAt(), null);
    }

    private SourceKind kind() {
        return one(SourceKind.class, "kind", SourceKind.POSTGRESQL);
    }

    private String query() {
        return Query.plain(get("query"));
    }

    long group() {
        return get("group").matches("\\d{1,18}") ? Long.parseLong(get("group")) : 0;
    }

    private Optional<LocalTime> time() {
        try {
            return Optional.of(LocalTime.parse(get("dailyAt")));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private boolean isBetween(String name, int least, int most) {
        return NUMBER.matcher(get(name)).matches() && number(name) >= least && number(name) <= most;
    }

    private int number(String name) {
        return Integer.parseInt(get(name));
    }

    private <E extends Enum<E>> E one(Class<E> type, String name, E otherwise) {
        for (E each : type.getEnumConstants()) if (each.name().equals(get(name))) return each;
        return otherwise;
    }
}
