package todoku.job;

import java.util.HashSet;
import java.util.Set;

/// What a job has said since it last went well: a database that is away for an hour fills one line of the log, not thousands.
final class Troubles {
    /// Trouble that names something else each time is said again after so many.
    private static final int REMEMBERED = 100;

    private final Set<String> said = new HashSet<>();

    boolean isNew(Throwable trouble) {
        if (said.size() == REMEMBERED) said.clear();
        return said.add(trouble.toString());
    }

    void clear() {
        said.clear();
    }
}
