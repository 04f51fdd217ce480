package todoku.content;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Something with a value.
sealed interface Expression {
    @Nullable Object value(Rendering rendering);

    record Literal(@Nullable Object fixed) implements Expression {
        @Override
        public @Nullable Object value(Rendering rendering) {
            return fixed;
        }
    }

    record Field(String name) implements Expression {
        @Override
        public @Nullable Object value(Rendering rendering) {
            return rendering.field(name);
        }
    }

    record Member(Expression of, Object key) implements Expression {
        @Override
        public @Nullable Object value(Rendering rendering) {
            return Values.member(of.value(rendering), key);
        }
    }

    record Filtered(Expression in, Filter filter, @Nullable Expression first, @Nullable Expression second) implements Expression {
        @Override
        public @Nullable Object value(Rendering rendering) {
            return filter.apply(rendering, in.value(rendering),
                    first == null ? null : first.value(rendering), second == null ? null : second.value(rendering));
        }
    }

    record Compared(Expression left, String sign, Expression right) implements Expression {
        @Override
        public Object value(Rendering rendering) {
            Object a = left.value(rendering);
            Object b = right.value(rendering);
            return switch (sign) {
                case "==" -> Values.equal(a, b);
                case "!=" -> !Values.equal(a, b);
                case "contains" -> Values.contains(a, b);
                default -> {
                    Integer order = Values.order(a, b);
                    yield order != null && switch (sign) {
                        case "<" -> order < 0;
                        case ">" -> order > 0;
                        case "<=" -> order <= 0;
                        default -> order >= 0;
                    };
                }
            };
        }
    }

    /// `and` and `or` as Liquid reads them: from the right, without precedence.
    record Both(Expression left, boolean and, Expression right) implements Expression {
        @Override
        public Object value(Rendering rendering) {
            boolean first = Values.isTrue(left.value(rendering));
            return and ? first && Values.isTrue(right.value(rendering)) : first || Values.isTrue(right.value(rendering));
        }
    }

    /// One of the listed values, for `when`.
    record AnyOf(Expression subject, List<Expression> choices) implements Expression {
        @Override
        public Object value(Rendering rendering) {
            Object value = subject.value(rendering);
            for (Expression choice : choices) if (Values.equal(value, choice.value(rendering))) return true;
            return false;
        }
    }
}
