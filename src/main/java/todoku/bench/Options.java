package todoku.bench;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// `--name value` pairs, and names that stand alone.
final class Options {
    /// What the command line says cannot be meant.
    static final class Wrong extends RuntimeException {
        private static final long serialVersionUID = 1;

        Wrong(String why) {
            super(why);
        }
    }

    private final Map<String, String> values = new HashMap<>();

    static Options of(String[] args, String... known) {
        return of(Set.of(), args, known);
    }

    /// As above, with names that stand alone.
    static Options of(Set<String> flags, String[] args, String... known) {
        Options options = new Options();
        Set<String> names = Set.of(known);
        for (int i = 0; i < args.length; i += 2) {
            if (args[i].startsWith("--") && flags.contains(args[i].substring(2))) {
                options.values.put(args[i].substring(2), "");
                i--;
                continue;
            }
            if (!args[i].startsWith("--") || !names.contains(args[i].substring(2))) throw new Wrong("unknown option: " + args[i]);
            if (i + 1 == args.length) throw new Wrong(args[i] + " needs a value");
            options.values.put(args[i].substring(2), args[i + 1]);
        }
        return options;
    }

    int number(String name, int usual) {
        String value = values.get(name);
        if (value == null) return usual;
        try {
            int number = Integer.parseInt(value);
            if (number > 0) return number;
        } catch (NumberFormatException e) {
            // said below
        }
        throw new Wrong("--" + name + " needs a number above 0");
    }

    boolean has(String flag) {
        return values.containsKey(flag);
    }

    String word(String name, String usual) {
        return values.getOrDefault(name, usual);
    }

    @Nullable Path file(String name) {
        String value = values.get(name);
        return value == null ? null : Path.of(value);
    }
}
