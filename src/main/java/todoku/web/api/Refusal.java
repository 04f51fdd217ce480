package todoku.web.api;

import java.util.List;
import java.util.Map;
import org.springframework.http.HttpStatus;

/// A request that is not done, and why: the end of a handler that becomes a problem document.
public final class Refusal extends RuntimeException {
    private final HttpStatus status;
    private final String name;
    private final List<Object> arguments;
    private final List<Wrong> wrongs;
    private final Map<String, Object> more;

    private Refusal(HttpStatus status, String name, List<Object> arguments, List<Wrong> wrongs, Map<String, Object> more) {
        super(name);
        this.status = status;
        this.name = name;
        this.arguments = arguments;
        this.wrongs = wrongs;
        this.more = more;
    }

    /// @param name of the kind of problem: the texts `web.api.<name>` and `web.api.<name>.why` say it
    public static Refusal of(HttpStatus status, String name, Object... arguments) {
        return new Refusal(status, name, List.of(arguments), List.of(), Map.of());
    }

    /// What was sent is not what the document says, or not what can be registered.
    public static Refusal invalid(List<Wrong> wrongs) {
        return new Refusal(HttpStatus.UNPROCESSABLE_CONTENT, "invalid", List.of(), wrongs, Map.of());
    }

    public static Refusal invalid(String field, String key, Object... arguments) {
        return invalid(List.of(new Wrong(field, key, arguments)));
    }

    static Refusal badParameters(List<Wrong> wrongs) {
        return new Refusal(HttpStatus.BAD_REQUEST, "bad-parameter", List.of(), wrongs, Map.of());
    }

    public static Refusal badParameter(String name, String key, Object... arguments) {
        return badParameters(List.of(new Wrong(name, key, arguments)));
    }

    static Refusal malformed(int line, int column, String said) {
        return new Refusal(HttpStatus.BAD_REQUEST, "malformed-json", List.of(line, column, said), List.of(), Map.of("line", line, "column", column));
    }

    /// Somebody else was faster.
    public static Refusal stale(int version) {
        return new Refusal(HttpStatus.PRECONDITION_FAILED, "stale", List.of(version), List.of(), Map.of("version", version));
    }

    HttpStatus status() {
        return status;
    }

    String name() {
        return name;
    }

    Object[] arguments() {
        return arguments.toArray();
    }

    List<Wrong> wrongs() {
        return wrongs;
    }

    Map<String, Object> more() {
        return more;
    }
}
