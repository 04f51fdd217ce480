package todoku.delivery;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import todoku.event.Reason;
import todoku.mail.smtp.Stage;

/// Reads a rule file. The shipped one, `delivery/replies.rules`, begins with its manual page.
final class ReplyRuleFile {
    /// A line that cannot be understood: where, and why.
    static final class Broken extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        Broken(String file, int line, String why) {
            super(file + " line " + line + ": " + why);
        }
    }

    /// More than anybody writes by hand; every reply may be held against all of them.
    static final int MAX_RULES = 2_000;

    private static final Set<Reason> OURS = EnumSet.of(
            Reason.EXPIRED, Reason.NOT_COMPOSABLE, Reason.SUPPRESSED, Reason.CUT_AFTER_DOT, Reason.NODE_LOST, Reason.NO_SMTPUTF8, Reason.FREQUENCY_CAP);
    private static final Pattern LINE =
            Pattern.compile("(\\S+)\\s+(\\S+)\\s+(\\S+)\\s+(\\S+)\\s+(\\*|\"[^\"]*\")\\s+(\\S+)\\s+(\\S+)");
    private static final Pattern CODE = Pattern.compile("[45x][0-9x]{2}");
    private static final Pattern ENHANCED = Pattern.compile("(4|5|x)(\\.(\\d{1,3}|x)){2}");
    private static final Pattern SUFFIX = Pattern.compile("\\.?[a-z0-9-]+(\\.[a-z0-9-]+)*");

    private final String file;
    private final Map<String, List<String>> providers;
    /// A file may name groups of its own; once each.
    private final Set<String> own = new HashSet<>();
    private final List<ReplyRule> rules = new ArrayList<>();
    private int line;

    private ReplyRuleFile(String file, Map<String, List<String>> providers) {
        this.file = file;
        this.providers = new HashMap<>(providers);
    }

    /// @param providers whom rules may name, each with ends of domains and hosts
    static List<ReplyRule> read(String file, String content, Map<String, List<String>> providers) {
        return new ReplyRuleFile(file, providers).read(content);
    }

    private List<ReplyRule> read(String content) {
        for (String each : content.split("\r?\n", -1)) {
            line++;
            String words = each.strip();
            if (words.isEmpty() || words.startsWith("#")) continue;
            if (words.startsWith("provider ")) provider(words);
            else rules.add(rule(words));
            if (rules.size() > MAX_RULES) throw broken("more than " + MAX_RULES + " rules");
        }
        return rules;
    }

    private void provider(String words) {
        List<String> all = Arrays.asList(words.split("\\s+"));
        if (all.size() < 3) throw broken("a provider needs a name and at least one domain or host");
        for (String suffix : all.subList(2, all.size()))
            if (!SUFFIX.matcher(suffix).matches()) throw broken("not a domain in lower case: " + suffix);
        if (!own.add(all.get(1))) throw broken("provider " + all.get(1) + " stands here twice");
        providers.put(all.get(1), List.copyOf(all.subList(2, all.size())));
    }

    private ReplyRule rule(String words) {
        Matcher found = LINE.matcher(words);
        if (!found.matches())
            throw broken("a rule is: stage code enhanced provider \"text\" REASON action, with * for any");
        Set<Stage> stages = stages(found.group(1));
        String code = code(found.group(2));
        Reason reason = reason(found.group(6));
        Action action = Action.of(found.group(7));
        if (action == null) throw broken("no such action: " + found.group(7));
        String wrong = wrong(stages, code, reason, action);
        if (wrong != null) throw broken(wrong);
        return new ReplyRule(
                file, line, stages, code, enhanced(found.group(3)), at(found.group(4)), text(found.group(5)), reason, action);
    }

    /// Only the other side can make a failure final, and only about the recipient or this mail.
    private static @Nullable String wrong(Set<Stage> stages, String code, Reason reason, Action action) {
        if (OURS.contains(reason)) return reason + " is nothing a reply says";
        if (!action.isFinal()) return null;
        if (code.charAt(0) != '5') return "only a 5xx can be final";
        if (reason.about() == Reason.About.US) return reason + " is about us: it never ends a recipient";
        if (action == Action.CLEAN && reason.about() != Reason.About.ADDRESS)
            return reason + " is not about the address: nothing to clean";
        for (Stage stage : stages) {
            if (stage.compareTo(Stage.MAIL) < 0) return "nothing is final before MAIL";
            if (stage == Stage.MAIL && reason.about() != Reason.About.MAIL)
                return "at MAIL they do not know the recipient yet: only what is about the mail is final";
        }
        return null;
    }

    private Set<Stage> stages(String words) {
        if (words.equals("*")) return EnumSet.allOf(Stage.class);
        Set<Stage> stages = EnumSet.noneOf(Stage.class);
        for (String word : words.split(",", -1)) {
            try {
                stages.add(Stage.valueOf(word));
            } catch (IllegalArgumentException e) {
                throw broken("no such stage: " + word);
            }
        }
        return stages;
    }

    private String code(String word) {
        if (word.equals("*")) return "xxx";
        if (!CODE.matcher(word).matches()) throw broken("not a code such as 550, 55x or 4xx: " + word);
        return word;
    }

    private List<String> enhanced(String words) {
        if (words.equals("*")) return List.of();
        List<String> all = Arrays.asList(words.split(",", -1));
        for (String each : all)
            if (!ENHANCED.matcher(each).matches()) throw broken("not an enhanced code such as 5.1.1 or x.7.x: " + each);
        return all;
    }

    private List<String> at(String words) {
        if (words.equals("*")) return List.of();
        List<String> all = new ArrayList<>();
        for (String word : words.split(",", -1)) {
            List<String> known = providers.get(word);
            if (known != null) all.addAll(known);
            else if (word.contains(".") && SUFFIX.matcher(word).matches()) all.add(word);
            else throw broken("no provider of this name: " + word);
        }
        return all;
    }

    private TextPattern text(String words) {
        if (words.equals("*")) return TextPattern.ANYTHING;
        try {
            return TextPattern.of(words.substring(1, words.length() - 1));
        } catch (IllegalArgumentException e) {
            throw broken("\"" + words + "\": " + e.getMessage());
        }
    }

    private Reason reason(String word) {
        try {
            return Reason.valueOf(word.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw broken("no such reason: " + word);
        }
    }

    private Broken broken(String why) {
        return new Broken(file, line, why);
    }
}
