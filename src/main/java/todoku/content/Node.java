package todoku.content;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A piece of a compiled template. Nodes never change, so any number of threads may render them.
sealed interface Node {
    void render(Rendering rendering);

    record Text(String text) implements Node {
        @Override
        public void render(Rendering rendering) {
            rendering.text(text);
        }
    }

    record Output(Expression expression) implements Node {
        @Override
        public void render(Rendering rendering) {
            rendering.value(Values.text(expression.value(rendering)));
        }
    }

    record Sequence(List<Node> nodes) implements Node {
        @Override
        public void render(Rendering rendering) {
            for (int i = 0; i < nodes.size(); i++) nodes.get(i).render(rendering);
        }
    }

    record Branch(Expression condition, Node body) {}

    record Choice(List<Branch> branches) implements Node {
        @Override
        public void render(Rendering rendering) {
            for (Branch branch : branches) {
                if (Values.isTrue(branch.condition.value(rendering))) {
                    branch.body.render(rendering);
                    return;
                }
            }
        }
    }

    record Unless(Expression condition, Node body, Node otherwise) implements Node {
        @Override
        public void render(Rendering rendering) {
            (Values.isTrue(condition.value(rendering)) ? otherwise : body).render(rendering);
        }
    }

    record Assign(String name, Expression expression) implements Node {
        @Override
        public void render(Rendering rendering) {
            rendering.assign(name, expression.value(rendering));
        }
    }

    /// The items are a list, or the whole numbers `from`..`to`.
    record Loop(String name, Expression from, @Nullable Expression to, @Nullable Expression limit, @Nullable Expression offset,
            boolean reversed, Node body, Node otherwise) implements Node {
        static final String STATE = "forloop";

        @Override
        public void render(Rendering rendering) {
            List<?> list = List.of();
            long start = 0;
            long count;
            if (to != null) {
                start = whole(from, rendering, 0);
                count = Math.max(0, whole(to, rendering, 0) - start + 1);
            } else {
                Object items = from.value(rendering);
                if (items instanceof List<?> found) list = found;
                else if (items instanceof Collection<?> found) list = new java.util.ArrayList<>(found);
                count = list.size();
            }
            long skipped = Math.min(count, Math.max(0, whole(offset, rendering, 0)));
            count = Math.min(count - skipped, Math.max(0, whole(limit, rendering, Long.MAX_VALUE)));
            if (count == 0) {
                otherwise.render(rendering);
                return;
            }
            boolean nameHidden = rendering.isLocal(name);
            boolean stateHidden = rendering.isLocal(STATE);
            Object hiddenName = rendering.field(name);
            Object hiddenState = rendering.field(STATE);
            for (long i = 0; i < count; i++) {
                rendering.turn();
                long place = skipped + (reversed ? count - 1 - i : i);
                rendering.assign(name, to != null ? (Object) (start + place) : list.get((int) place));
                rendering.assign(STATE, Map.of("index", i + 1, "index0", i, "rindex", count - i, "rindex0", count - 1 - i,
                        "first", i == 0, "last", i == count - 1, "length", count));
                body.render(rendering);
            }
            if (nameHidden) rendering.assign(name, hiddenName);
            else rendering.forget(name);
            if (stateHidden) rendering.assign(STATE, hiddenState);
            else rendering.forget(STATE);
        }

        private static long whole(@Nullable Expression expression, Rendering rendering, long otherwise) {
            BigDecimal number = expression == null ? null : Values.number(expression.value(rendering));
            if (number == null) return otherwise;
            double rough = number.doubleValue();
            return Math.abs(rough) < 1e15 ? number.longValue() : rough < 0 ? Integer.MIN_VALUE : Integer.MAX_VALUE;
        }
    }

    record Link(int no, Node target) implements Node {
        @Override
        public void render(Rendering rendering) {
            rendering.link(no, target);
        }
    }

    record Pixel() implements Node {
        @Override
        public void render(Rendering rendering) {
            rendering.pixel();
        }
    }
}
