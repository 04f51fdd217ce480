package todoku.backup;

import java.io.Serial;

/// Why a backup or a restore does not begin, or was taken back, in both languages. Nothing has changed.
public final class Refused extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    public Refused(String japanese, String english) {
        super(japanese + "（" + english + "）");
    }
}
