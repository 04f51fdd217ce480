package todoku.delivery;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import todoku.delivery.ReplyRule.Where;
import todoku.mail.smtp.Reply;
import todoku.mail.smtp.Stage;

/// The rules in force: the first that matches a reply decides. Safe for many threads; the same words from the same
/// servers are looked up only once.
final class ReplyRules {
    /// In the data directory; read before the shipped rules.
    static final String OWN_FILE = "replies.rules";
    private static final String SHIPPED = "/delivery/replies.rules";
    /// Replies with a number of their own never come again: what was remembered is then forgotten all at once.
    private static final int MAX_REMEMBERED = 4_000;

    private final List<ReplyRule> rules;
    private final Map<Integer, List<ReplyRule>> byStageAndCode = new ConcurrentHashMap<>();
    private final Map<Question, ReplyRule> remembered = new ConcurrentHashMap<>();

    private record Question(Stage stage, int code, String text, Where where) {}

    private ReplyRules(List<ReplyRule> rules) {
        this.rules = rules;
    }

    /// The shipped rules behind those of this installation, if it has any.
    static ReplyRules of(Path dataDirectory, Providers providers) {
        List<ReplyRule> all = new ArrayList<>();
        Path own = dataDirectory.resolve(OWN_FILE);
        try {
            if (Files.exists(own)) all.addAll(ReplyRuleFile.read(own.toString(), Files.readString(own), providers.forReplies()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        all.addAll(shippedRules(providers));
        return of(all);
    }

    static ReplyRules of(List<ReplyRule> rules) {
        ReplyRule last = rules.isEmpty() ? null : rules.getLast();
        boolean complete = last != null
                && last.isForEverybody()
                && last.code().equals("xxx")
                && last.stages().size() == Stage.values().length;
        if (!complete) throw new IllegalArgumentException("the last rule must be for every reply");
        return new ReplyRules(List.copyOf(rules));
    }

    static List<ReplyRule> shippedRules(Providers providers) {
        try (InputStream in = Objects.requireNonNull(ReplyRules.class.getResourceAsStream(SHIPPED))) {
            String content = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return ReplyRuleFile.read("delivery/replies.rules", content, providers.forReplies());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ReplyRule first(Stage stage, Reply reply, Where where) {
        var question = new Question(stage, reply.code(), ReplyText.forRules(reply), where);
        ReplyRule known = remembered.get(question);
        if (known != null) return known;
        ReplyRule found = find(question, reply.enhancedCode().orElse(""));
        if (remembered.size() >= MAX_REMEMBERED) remembered.clear();
        remembered.put(question, found);
        return found;
    }

    private ReplyRule find(Question asked, String enhanced) {
        for (ReplyRule rule : candidates(asked.stage(), asked.code()))
            if (rule.matches(enhanced, asked.where(), asked.text())) return rule;
        throw new IllegalStateException("the last rule is for every reply");
    }

    private List<ReplyRule> candidates(Stage stage, int code) {
        return byStageAndCode.computeIfAbsent(
                stage.ordinal() * 1_000 + code,
                _ -> rules.stream().filter(rule -> rule.takes(stage, code)).toList());
    }
}
