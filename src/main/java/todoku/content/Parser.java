package todoku.content;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Builds nodes from pieces. A tag that cannot be read is reported and left out, so that one compile tells everything.
final class Parser {
    private static final Node NOTHING = new Node.Sequence(List.of());
    private static final Expression ALWAYS = new Expression.Literal(true);
    private static final Set<String> INNER_TAGS = Set.of("elsif", "else", "when", "endif", "endunless", "endcase", "endfor", "endraw", "endcomment");

    private final String source;
    private final Set<String> known;
    private final boolean html;
    private final Problems problems;
    private final List<Lexer.Piece> pieces;
    private int next;
    private int depth;
    private boolean tooDeep;

    /// `known` grows by the names the template assigns, so that a later part may use them.
    private Parser(String source, List<Mark> marks, Set<String> known, boolean html, Problems problems) {
        this.source = source;
        this.known = known;
        this.html = html;
        this.problems = problems;
        this.pieces = Lexer.cut(source, marks, problems);
    }

    static Node template(String source, List<Mark> marks, Set<String> known, boolean html, Problems problems) {
        if (source.length() > Limits.SOURCE_CHARS) {
            problems.error(0, Problems.Kind.SOURCE_TOO_LONG, Limits.SOURCE_CHARS);
            return NOTHING;
        }
        return new Parser(source, marks, known, html, problems).body(Set.of());
    }

    static Expression condition(String source, Set<String> known, Problems problems) {
        var parser = new Parser("", List.of(), known, false, problems);
        try {
            var words = new Words(source, 0, source.length(), problems);
            Expression condition = parser.condition(words);
            words.needEnd();
            return condition;
        } catch (Words.Fault reported) {
            return ALWAYS;
        }
    }

    /// Everything up to one of the given tags, which stays to be read, or up to the end.
    private Node body(Set<String> ends) {
        var nodes = new ArrayList<Node>();
        while (next < pieces.size()) {
            Lexer.Piece piece = pieces.get(next);
            if (piece instanceof Lexer.Tag tag && ends.contains(tag.name())) break;
            if (piece instanceof Lexer.Marked(int at, Mark mark) && mark.kind() == Mark.Kind.LINK_END) {
                if (ends.contains("")) break;
                next++;
                continue;
            }
            next++;
            int depthBefore = depth;
            try {
                Node node = node(piece);
                if (node != null) nodes.add(node);
            } catch (Words.Fault reported) {
                depth = depthBefore; // Told already; what follows is still read for more.
            }
        }
        return nodes.size() == 1 ? nodes.getFirst() : new Node.Sequence(List.copyOf(nodes));
    }

    private @Nullable Node node(Lexer.Piece piece) {
        return switch (piece) {
            case Lexer.Text(int at, String text) -> new Node.Text(text);
            case Lexer.Output(int at, int from, int to) -> output(at, from, to);
            case Lexer.Marked(int at, Mark mark) -> mark.kind() == Mark.Kind.PIXEL ? new Node.Pixel() : link(at, mark.linkNo());
            case Lexer.Tag tag -> tag(tag);
        };
    }

    private Node output(int at, int from, int to) {
        var words = new Words(source, from, to, problems);
        if (words.atEnd()) throw words.fault(at, Problems.Kind.EMPTY_OUTPUT);
        Expression expression = filtered(words);
        words.needEnd();
        return new Node.Output(expression);
    }

    private Node link(int at, int no) {
        deeper(at);
        Node target = body(Set.of("", "elsif", "else", "when", "endif", "endunless", "endcase", "endfor"));
        depth--;
        if (next < pieces.size() && pieces.get(next) instanceof Lexer.Marked) next++;
        else problems.error(at, Problems.Kind.LINK_CUT);
        return new Node.Link(no, html ? decoded(target) : target);
    }

    /// In HTML an address stands with entities; the rewriter gets it without.
    private static Node decoded(Node target) {
        return switch (target) {
            case Node.Text(String text) -> new Node.Text(org.jsoup.parser.Parser.unescapeEntities(text, true));
            case Node.Sequence(List<Node> nodes) -> new Node.Sequence(nodes.stream().map(Parser::decoded).toList());
            case Node.Choice(List<Node.Branch> branches) ->
                new Node.Choice(branches.stream().map(b -> new Node.Branch(b.condition(), decoded(b.body()))).toList());
            case Node.Unless(Expression condition, Node body, Node otherwise) -> new Node.Unless(condition, decoded(body), decoded(otherwise));
            default -> target;
        };
    }

    private @Nullable Node tag(Lexer.Tag tag) {
        var words = new Words(source, tag.from(), tag.to(), problems);
        return switch (tag.name()) {
            case "if" -> choice(tag, words);
            case "unless" -> unless(tag, words);
            case "case" -> cases(tag, words);
            case "for" -> loop(tag, words);
            case "assign" -> assign(words);
            case String name when INNER_TAGS.contains(name) -> throw words.fault(tag.at(), Problems.Kind.UNEXPECTED_TAG, name);
            case String name -> throw words.fault(tag.at(), Problems.Kind.UNKNOWN_TAG, name.isEmpty() ? words.peek().shown() : name);
        };
    }

    private Node choice(Lexer.Tag tag, Words first) {
        deeper(tag.at());
        var branches = new ArrayList<Node.Branch>();
        Expression condition = whole(first);
        while (true) {
            branches.add(new Node.Branch(condition, body(Set.of("elsif", "else", "endif"))));
            Lexer.Tag end = inner(tag);
            if (end.name().equals("elsif")) {
                condition = whole(new Words(source, end.from(), end.to(), problems));
                continue;
            }
            if (end.name().equals("else")) {
                branches.add(new Node.Branch(ALWAYS, body(Set.of("endif"))));
                inner(tag);
            }
            depth--;
            return new Node.Choice(List.copyOf(branches));
        }
    }

    /// A condition that cannot be read is reported; the branch is still read, so that its end tag finds its beginning.
    private Expression whole(Words words) {
        try {
            if (words.atEnd()) throw words.fault(words.peek().at(), Problems.Kind.CONDITION_EXPECTED);
            Expression condition = condition(words);
            words.needEnd();
            return condition;
        } catch (Words.Fault reported) {
            return ALWAYS;
        }
    }

    private Node unless(Lexer.Tag tag, Words words) {
        deeper(tag.at());
        Expression condition = whole(words);
        Node body = body(Set.of("else", "endunless"));
        Node otherwise = NOTHING;
        if (inner(tag).name().equals("else")) {
            otherwise = body(Set.of("endunless"));
            inner(tag);
        }
        depth--;
        return new Node.Unless(condition, body, otherwise);
    }

    private Node cases(Lexer.Tag tag, Words words) {
        deeper(tag.at());
        Expression subject;
        try {
            subject = value(words);
            words.needEnd();
        } catch (Words.Fault reported) {
            skip(tag);
            throw reported;
        }
        body(Set.of("when", "else", "endcase"));
        var branches = new ArrayList<Node.Branch>();
        Lexer.Tag inner = inner(tag);
        while (inner.name().equals("when")) {
            var choices = new ArrayList<Expression>();
            var when = new Words(source, inner.from(), inner.to(), problems);
            do {
                choices.add(value(when));
                if (choices.size() > Limits.COMPARISONS) throw when.fault(when.peek().at(), Problems.Kind.TOO_MANY, Limits.COMPARISONS);
            } while (when.takeSign(",") || when.takeName("or"));
            when.needEnd();
            branches.add(new Node.Branch(new Expression.AnyOf(subject, List.copyOf(choices)), body(Set.of("when", "else", "endcase"))));
            inner = inner(tag);
        }
        if (inner.name().equals("else")) {
            branches.add(new Node.Branch(ALWAYS, body(Set.of("endcase"))));
            inner(tag);
        }
        depth--;
        return new Node.Choice(List.copyOf(branches));
    }

    private record LoopHead(String name, Expression from, @Nullable Expression to, @Nullable Expression limit,
            @Nullable Expression offset, boolean reversed) {}

    private Node loop(Lexer.Tag tag, Words words) {
        deeper(tag.at());
        LoopHead head;
        try {
            head = loopHead(words);
        } catch (Words.Fault reported) {
            skip(tag);
            throw reported;
        }
        boolean nameIsNew = known.add(head.name());
        boolean stateIsNew = known.add(Node.Loop.STATE);
        Node body = body(Set.of("else", "endfor"));
        if (nameIsNew) known.remove(head.name());
        if (stateIsNew) known.remove(Node.Loop.STATE);
        Node otherwise = NOTHING;
        if (inner(tag).name().equals("else")) {
            otherwise = body(Set.of("endfor"));
            inner(tag);
        }
        depth--;
        return new Node.Loop(head.name(), head.from(), head.to(), head.limit(), head.offset(), head.reversed(), body, otherwise);
    }

    private LoopHead loopHead(Words words) {
        Words.Word name = words.take();
        if (name.kind() != Words.Kind.NAME) throw words.fault(name.at(), Problems.Kind.VALUE_EXPECTED);
        if (!words.takeName("in")) throw words.fault(words.peek().at(), Problems.Kind.EXPECTED, "in");
        Expression from;
        Expression to = null;
        if (words.takeSign("(")) {
            from = value(words);
            words.need("..");
            to = value(words);
            words.need(")");
        } else {
            from = value(words);
        }
        Expression limit = null;
        Expression offset = null;
        boolean reversed = false;
        while (!words.atEnd()) {
            if (words.takeName("limit")) {
                words.need(":");
                limit = value(words);
            } else if (words.takeName("offset")) {
                words.need(":");
                offset = value(words);
            } else if (words.takeName("reversed")) {
                reversed = true;
            } else if (!words.takeSign(",")) {
                words.needEnd();
            }
        }
        return new LoopHead(name.text(), from, to, limit, offset, reversed);
    }

    /// Passes over a block whose opening tag could not be read.
    private void skip(Lexer.Tag opening) {
        int open = 1;
        while (next < pieces.size() && open > 0) {
            if (pieces.get(next++) instanceof Lexer.Tag tag) {
                if (tag.name().equals(opening.name())) open++;
                if (tag.name().equals("end" + opening.name())) open--;
            }
        }
    }

    private Node assign(Words words) {
        Words.Word name = words.take();
        if (name.kind() != Words.Kind.NAME) throw words.fault(name.at(), Problems.Kind.VALUE_EXPECTED);
        words.need("=");
        Expression expression = filtered(words);
        words.needEnd();
        known.add(name.text());
        return new Node.Assign(name.text(), expression);
    }

    private Lexer.Tag inner(Lexer.Tag opening) {
        if (next < pieces.size() && pieces.get(next) instanceof Lexer.Tag tag) {
            next++;
            return tag;
        }
        depth--;
        if (tooDeep) throw new Words.Fault();
        throw fault(opening.at(), Problems.Kind.BLOCK_NOT_CLOSED, opening.name());
    }

    private Expression condition(Words words) {
        var left = new ArrayList<Expression>();
        var ands = new ArrayList<Boolean>();
        left.add(comparison(words));
        while (true) {
            boolean and = words.takeName("and");
            if (!and && !words.takeName("or")) break;
            ands.add(and);
            left.add(comparison(words));
            if (left.size() > Limits.COMPARISONS) throw words.fault(words.peek().at(), Problems.Kind.TOO_MANY, Limits.COMPARISONS);
        }
        Expression condition = left.getLast();
        for (int i = ands.size() - 1; i >= 0; i--) condition = new Expression.Both(left.get(i), ands.get(i), condition);
        return condition;
    }

    private Expression comparison(Words words) {
        Expression left = value(words);
        Words.Word sign = words.peek();
        if (sign.isName("contains")) {
            words.take();
            return new Expression.Compared(left, "contains", value(words));
        }
        if (sign.is("=")) throw words.fault(sign.at(), Problems.Kind.EXPECTED, "==");
        if (sign.is("==") || sign.is("!=") || sign.is("<") || sign.is(">") || sign.is("<=") || sign.is(">=")) {
            words.take();
            return new Expression.Compared(left, sign.text(), value(words));
        }
        return left;
    }

    private Expression filtered(Words words) {
        Expression value = value(words);
        int filters = 0;
        while (words.takeSign("|")) {
            Words.Word name = words.take();
            if (name.kind() != Words.Kind.NAME) throw words.fault(name.at(), Problems.Kind.UNKNOWN_FILTER, name.shown());
            if (++filters > Limits.FILTERS_IN_A_ROW) throw words.fault(name.at(), Problems.Kind.TOO_MANY, Limits.FILTERS_IN_A_ROW);
            Filter filter = Filter.named(name.text());
            if (filter == null) throw words.fault(name.at(), Problems.Kind.UNKNOWN_FILTER, name.text());
            var arguments = new ArrayList<Expression>();
            if (words.takeSign(":")) {
                do arguments.add(value(words)); while (words.takeSign(","));
            }
            if (arguments.size() < filter.fewest || arguments.size() > filter.most)
                throw words.fault(name.at(), Problems.Kind.FILTER_ARGUMENTS, name.text());
            if (filter == Filter.DATE && arguments.getFirst() instanceof Expression.Literal(Object format)) {
                String unknown = Dates.unknownDirective(Values.text(format));
                if (unknown != null) throw words.fault(name.at(), Problems.Kind.DATE_FORMAT, unknown);
            }
            value = new Expression.Filtered(value, filter,
                    arguments.isEmpty() ? null : arguments.get(0), arguments.size() < 2 ? null : arguments.get(1));
        }
        return value;
    }

    private Expression value(Words words) {
        Words.Word word = words.take();
        return switch (word.kind()) {
            case TEXT -> new Expression.Literal(word.text());
            case NUMBER -> new Expression.Literal(number(word.text()));
            case NAME -> named(word, words);
            case SIGN, END -> throw words.fault(word.at(), Problems.Kind.VALUE_EXPECTED);
        };
    }

    private static Object number(String text) {
        return text.indexOf('.') < 0 ? (Object) Long.valueOf(text) : new BigDecimal(text);
    }

    private Expression named(Words.Word word, Words words) {
        switch (word.text()) {
            case "true": return new Expression.Literal(true);
            case "false": return new Expression.Literal(false);
            case "nil", "null": return new Expression.Literal(null);
            case "blank": return new Expression.Literal(Values.Nothing.BLANK);
            case "empty": return new Expression.Literal(Values.Nothing.EMPTY);
            default: break;
        }
        if (!known.contains(word.text())) problems.unknownField(word.at(), word.text());
        Expression field = new Expression.Field(word.text());
        int steps = 0;
        while (true) {
            Object key;
            if (words.takeSign(".")) {
                Words.Word member = words.take();
                if (member.kind() != Words.Kind.NAME) throw words.fault(member.at(), Problems.Kind.VALUE_EXPECTED);
                key = member.text();
            } else if (words.takeSign("[")) {
                Words.Word member = words.take();
                if (member.kind() != Words.Kind.TEXT && member.kind() != Words.Kind.NUMBER)
                    throw words.fault(member.at(), Problems.Kind.VALUE_EXPECTED);
                key = member.kind() == Words.Kind.TEXT ? member.text() : number(member.text());
                words.need("]");
            } else {
                return field;
            }
            if (++steps > Limits.DEPTH) throw words.fault(word.at(), Problems.Kind.TOO_DEEP, Limits.DEPTH);
            field = new Expression.Member(field, key);
        }
    }

    /// Nothing after a tag nested too deeply is read: its end tags would all seem wrong.
    private void deeper(int at) {
        if (++depth <= Limits.DEPTH) return;
        depth--;
        tooDeep = true;
        next = pieces.size();
        throw fault(at, Problems.Kind.TOO_DEEP, Limits.DEPTH);
    }

    private Words.Fault fault(int at, Problems.Kind kind, Object... details) {
        return new Words(source, 0, 0, problems).fault(at, kind, details);
    }
}
