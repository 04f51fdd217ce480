package todoku.customer;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import todoku.web.Page;
import todoku.web.Texts;

/// Why a value is not taken, and what to do: a text of the product with its arguments.
record Problem(String key, List<Object> arguments) {
    /// The files of texts are read once, at the first bad cell.
    private static final class Files {
        static final Texts TEXTS = new Texts();
    }

    static Problem of(String key, Object... arguments) {
        return new Problem(key, Arrays.asList(arguments));
    }

    String on(Page page) {
        return page.t(key, arguments.toArray());
    }

    /// For the result of an import.
    String japanese() {
        return Files.TEXTS.get(Locale.JAPANESE, key, arguments.toArray());
    }
}
