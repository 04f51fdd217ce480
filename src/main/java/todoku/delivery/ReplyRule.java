package todoku.delivery;

import java.util.List;
import java.util.Set;
import todoku.event.Reason;
import todoku.mail.smtp.Stage;

/// One line of a rule file: which replies it is about, and what they mean.
/// @param code such as `550`, `55x` or `4xx`; three characters, `x` for any digit
/// @param enhanced such as `5.1.1` or `x.7.x`; empty means that the line does not ask for one
/// @param at suffixes of recipient domains or mail hosts; empty means everybody
record ReplyRule(
        String file,
        int line,
        Set<Stage> stages,
        String code,
        List<String> enhanced,
        List<String> at,
        TextPattern text,
        Reason reason,
        Action action) {

    ReplyRule {
        stages = Set.copyOf(stages);
        enhanced = List.copyOf(enhanced);
        at = List.copyOf(at);
    }

    boolean takes(Stage stage, int replyCode) {
        return stages.contains(stage) && digitsMatch(code, Integer.toString(replyCode));
    }

    /// The rest of the question; stage and code have been asked.
    boolean matches(String replyEnhanced, Where where, String lowerText) {
        return (enhanced.isEmpty() || enhanced.stream().anyMatch(each -> enhancedMatches(each, replyEnhanced)))
                && (at.isEmpty() || where.endsIn(at))
                && text.isIn(lowerText);
    }

    /// Where it stands and what it takes a reply for, such as `replies.rules:31 RATE_LIMITED`.
    String place() {
        return file.substring(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1) + ":" + line + " " + reason;
    }

    boolean isForEverybody() {
        return at.isEmpty() && isForAnyWords();
    }

    /// Stage and code were enough: nothing that was said has been understood.
    boolean isForAnyWords() {
        return enhanced.isEmpty() && text.alternatives().isEmpty();
    }

    private static boolean digitsMatch(String pattern, String code) {
        for (int i = 0; i < 3; i++) if (pattern.charAt(i) != 'x' && pattern.charAt(i) != code.charAt(i)) return false;
        return true;
    }

    /// Part by part; `x` stands for any whole part.
    private static boolean enhancedMatches(String pattern, String enhanced) {
        if (enhanced.isEmpty()) return false;
        int p = 0;
        int e = 0;
        while (p < pattern.length() && e < enhanced.length()) {
            if (pattern.charAt(p) == 'x') {
                p++;
                while (e < enhanced.length() && enhanced.charAt(e) != '.') e++;
            } else if (pattern.charAt(p++) != enhanced.charAt(e++)) {
                return false;
            }
        }
        return p == pattern.length() && e == enhanced.length();
    }

    /// Whose reply it is: the domain of the recipient and the hosts that serve it, in lower case.
    record Where(List<String> names) {
        static final Where UNKNOWN = new Where(List.of());

        Where {
            names = List.copyOf(names);
        }

        /// A suffix beginning with a dot is the end of a name; any other is a whole name or the end of one after a dot.
        boolean endsIn(List<String> suffixes) {
            for (String name : names) for (String suffix : suffixes) if (endsIn(name, suffix)) return true;
            return false;
        }

        private static boolean endsIn(String name, String suffix) {
            if (!name.endsWith(suffix)) return false;
            int before = name.length() - suffix.length() - 1;
            return before < 0 || suffix.startsWith(".") || name.charAt(before) == '.';
        }
    }
}
