package todoku.access;

import java.security.SecureRandom;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;

/// Argon2id with the parameters of OWASP's first choice (19 MiB, 2 passes, 1 lane).
final class Passwords {
    /// Shorter ones are refused (NIST SP 800-63B: at least 8 with a second factor, we have none yet).
    static final int SHORTEST = 12;
    /// Longer ones would let anybody keep the processor busy.
    static final int LONGEST = 200;
    private static final String LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";
    private static final int GROUPS = 4;
    private static final int GROUP = 5;

    private static final Argon2PasswordEncoder ARGON2 = new Argon2PasswordEncoder(16, 32, 1, 19 * 1024, 2);
    /// Verified when there is no such operator, so that the answer takes as long.
    private static final String NOBODY = hash(random());

    private Passwords() {}

    static String hash(String password) {
        return String.valueOf(ARGON2.encode(password));
    }

    static boolean matches(String password, String hash) {
        return password.length() <= LONGEST && ARGON2.matches(password, hash);
    }

    static void matchNobody(String password) {
        matches(password, NOBODY);
    }

    /// About 98 bits, readable aloud: `k7m2x-…`.
    static String random() {
        SecureRandom random = new SecureRandom();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < GROUPS * GROUP; i++) {
            if (i > 0 && i % GROUP == 0) text.append('-');
            text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return text.toString();
    }
}
