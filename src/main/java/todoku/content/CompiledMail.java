package todoku.content;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import todoku.mail.charset.MailCharset;

/// A mail checked once and rendered for each recipient, by any number of threads.
/// Nothing is searched for at rendering: links, conditions and the place of the open pixel are nodes beside the static text.
public final class CompiledMail {
    private static final String DOCUMENT_START =
            "<!DOCTYPE html>\n<html lang=\"ja\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"></head><body>\n";
    private static final String DOCUMENT_END = "\n</body></html>\n";
    /// Room for merged values beyond the source, so that the buffer of a usual mail never grows.
    private static final int VALUE_ROOM = 1_024;

    private final MailCharset charset;
    private final Node subject;
    private final @Nullable Node text;
    private final @Nullable Node html;
    private final List<Link> links;
    private final int expectedChars;

    private CompiledMail(
            MailCharset charset, Node subject, @Nullable Node text, @Nullable Node html, List<Link> links, int expectedChars) {
        this.charset = charset;
        this.subject = subject;
        this.text = text;
        this.html = html;
        this.links = links;
        this.expectedChars = expectedChars;
    }

    public static MailCompilation compile(MailDraft draft, Set<String> knownFields) {
        return new Compiler(draft, knownFields).compile();
    }

    /// What its author wants it written in.
    MailCharset charset() {
        return charset;
    }

    /// Every link, numbered from 1 in the order a reader meets them.
    public List<Link> links() {
        return links;
    }

    /// The mail of one recipient. Throws [RenderLimitExceeded] when the mail asks for too much; it then does so every time.
    public RenderedMail render(Map<String, ?> values, Links links) {
        return new RenderedMail(
                rendered(subject, values, Escaping.HEADER, links, 200),
                text == null ? null : rendered(text, values, Escaping.TEXT, links, expectedChars),
                html == null ? null : rendered(html, values, Escaping.HTML, links, expectedChars));
    }

    private static String rendered(Node node, Map<String, ?> values, Escaping escaping, Links links, int chars) {
        var rendering = new Rendering(values, escaping, links, chars);
        node.render(rendering);
        return rendering.finished();
    }

    private static final class Compiler {
        private final MailDraft draft;
        private final Set<String> knownFields;
        private final Map<String, Integer> numbers = new LinkedHashMap<>();
        private final List<MailCompilation.Error> errors = new ArrayList<>();
        private final List<MailCompilation.Warning> warnings = new ArrayList<>();
        private int longest;

        Compiler(MailDraft draft, Set<String> knownFields) {
            this.draft = draft;
            this.knownFields = knownFields;
        }

        MailCompilation compile() {
            var conditions = new ArrayList<@Nullable Expression>();
            for (int i = 0; i < draft.blocks().size(); i++) conditions.add(condition(i));
            Node subject = template(MailCompilation.Place.SUBJECT, draft.subject(), List.of(), known(), false);
            Node text = draft.format().hasText() ? text(conditions) : null;
            Node html = draft.format().hasHtml() ? html(conditions) : null;
            if (!errors.isEmpty()) return new MailCompilation.Broken(List.copyOf(errors));
            var links = new ArrayList<Link>();
            numbers.forEach((target, no) -> links.add(new Link(no, target)));
            var mail = new CompiledMail(draft.charset(), subject, text, html, List.copyOf(links), longest + VALUE_ROOM);
            return new MailCompilation.Compiled(mail, List.copyOf(warnings));
        }

        private @Nullable Expression condition(int block) {
            String source = draft.blocks().get(block).condition();
            if (source == null || source.isBlank()) return null;
            var problems = new Problems(source);
            Expression condition = Parser.condition(source, known(), problems);
            keep(new MailCompilation.Place(MailCompilation.Part.CONDITION, block + 1), problems);
            return condition;
        }

        private Node text(List<@Nullable Expression> conditions) {
            var nodes = new ArrayList<Node>();
            Set<String> known = known();
            int chars = 0;
            for (int i = 0; i < draft.blocks().size(); i++) {
                String source = draft.blocks().get(i).text();
                chars += source.length();
                Node body = template(new MailCompilation.Place(MailCompilation.Part.TEXT, i + 1), source, marks(LinkFinder.inText(source)), known, false);
                nodes.add(shown(conditions.get(i), lineEnded(source, body)));
            }
            longest = Math.max(longest, chars);
            return new Node.Sequence(List.copyOf(nodes));
        }

        /// Blocks of text stand below each other, whether or not their authors pressed return at the end.
        private static Node lineEnded(String source, Node body) {
            return source.isEmpty() || source.endsWith("\n") ? body : new Node.Sequence(List.of(body, new Node.Text("\n")));
        }

        private Node html(List<@Nullable Expression> conditions) {
            var nodes = new ArrayList<Node>();
            Set<String> known = known();
            int pixelBlock = -1;
            int chars = 0;
            boolean document = false;
            for (int i = 0; i < draft.blocks().size(); i++) {
                String lower = lower(draft.blocks().get(i).html());
                document |= lower.contains("<body") || lower.contains("<html");
                if (conditions.get(i) == null && lower.contains("</body>")) pixelBlock = i;
            }
            if (!document) nodes.add(new Node.Text(start()));
            for (int i = 0; i < draft.blocks().size(); i++) {
                String source = draft.blocks().get(i).html();
                chars += source.length();
                List<Mark> marks = marks(LinkFinder.inHtml(source));
                if (i == pixelBlock) {
                    marks.add(new Mark(lower(source).lastIndexOf("</body>"), Mark.Kind.PIXEL, 0));
                    marks.sort(Comparator.comparingInt(Mark::at));
                }
                Node body = template(new MailCompilation.Place(MailCompilation.Part.HTML, i + 1), source, marks, known, true);
                nodes.add(shown(conditions.get(i), body));
            }
            if (pixelBlock < 0) nodes.add(new Node.Pixel());
            if (!document) nodes.add(new Node.Text(DOCUMENT_END));
            longest = Math.max(longest, chars + DOCUMENT_START.length());
            return new Node.Sequence(List.copyOf(nodes));
        }

        /// With the character set in it, unless that is decided for each recipient: the header of the part says it then.
        private String start() {
            return draft.charset() == MailCharset.UTF_8 ? DOCUMENT_START : DOCUMENT_START.replace("<meta charset=\"utf-8\">", "");
        }

        /// ASCII only, so that places stay the same.
        private static String lower(String source) {
            String masked = Lexer.masked(source);
            String lower = masked.toLowerCase(Locale.ROOT);
            return lower.length() == masked.length() ? lower : masked;
        }

        private static Node shown(@Nullable Expression condition, Node body) {
            return condition == null ? body : new Node.Choice(List.of(new Node.Branch(condition, body)));
        }

        private List<Mark> marks(List<LinkFinder.Found> found) {
            var marks = new ArrayList<Mark>();
            for (LinkFinder.Found link : found) {
                int no = numbers.computeIfAbsent(link.target(), target -> numbers.size() + 1);
                marks.add(new Mark(link.from(), Mark.Kind.LINK_START, no));
                marks.add(new Mark(link.to(), Mark.Kind.LINK_END, no));
            }
            return marks;
        }

        private Node template(MailCompilation.Place place, String source, List<Mark> marks, Set<String> known, boolean html) {
            var problems = new Problems(source);
            Node node = Parser.template(source, marks, known, html, problems);
            keep(place, problems);
            return node;
        }

        private void keep(MailCompilation.Place place, Problems problems) {
            for (LiquidError error : problems.errors()) errors.add(new MailCompilation.Error(place, error));
            for (Compilation.Warning warning : problems.warnings()) warnings.add(new MailCompilation.Warning(place, warning));
        }

        private Set<String> known() {
            var known = new HashSet<String>(knownFields);
            known.add(Links.UNSUBSCRIBE_FIELD);
            return known;
        }
    }
}
