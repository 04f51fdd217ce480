package todoku.segment;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The builder's rows while a button or a drag changes them. An act names its row by the place it had in the page:
/// `add:2` puts a row into the group at 2, `group:` and `except:` likewise; `remove:`, `copy:`, `up:`, `down:`, `in:`, `out:`
/// do what they say; `drop:0:before:2.1` moves a row to another, before, after or `onto` it, or `into` a group.
/// What is left out stands behind what must be met.
final class RuleTree {
    private final Node whole;
    private @Nullable Node touched;

    RuleTree(RuleRow whole) {
        this.whole = new Node(whole, null);
    }

    private static final class Node {
        final RuleRow row;
        final List<Node> below = new ArrayList<>();
        @Nullable Node above;
        boolean except;

        Node(RuleRow row, @Nullable Node above) {
            this.row = row;
            this.above = above;
            this.except = row.except();
            for (RuleRow each : row.rows()) below.add(new Node(each, this));
            order();
        }

        void order() {
            below.sort((one, other) -> Boolean.compare(one.except, other.except));
        }

        int depth() {
            return above == null ? 0 : above.depth() + 1;
        }

        /// Groups in groups.
        int height() {
            return row.isGroup() ? 1 + below.stream().mapToInt(Node::height).max().orElse(0) : 0;
        }

        int rows() {
            return 1 + below.stream().mapToInt(Node::rows).sum();
        }

        boolean takes(int height) {
            return row.isGroup() && depth() + height < RuleCheck.GROUPS_DEEP;
        }

        boolean isIn(Node other) {
            return this == other || above != null && above.isIn(other);
        }

        @Nullable Node find(String path) {
            if (row.path().equals(path)) return this;
            for (Node each : below) {
                Node found = each.find(path);
                if (found != null) return found;
            }
            return null;
        }
    }

    /// Nothing happens for a place that is not there, or when groups would stand too deep.
    void act(String act) {
        String[] said = act.split(":", -1);
        Node at = said.length < 2 ? null : whole.find(said[1]);
        if (at == null) return;
        switch (said[0]) {
            case "add" -> added(at, blank("", false));
            case "except" -> added(at, blank("", true));
            case "group" -> {
                Node group = blank("ANY", false);
                if (at.takes(1)) added(at, group);
                if (group.above != null) added(group, blank("", false));
            }
            case "drop" -> {
                Node target = said.length == 4 ? whole.find(said[3]) : null;
                if (target != null && at != whole && !target.isIn(at)) drop(at, said[2], target);
            }
            default -> {
                if (at.above != null) act(said[0], at, at.above);
            }
        }
    }

    private void act(String what, Node node, Node group) {
        List<Node> rows = group.below;
        int place = rows.indexOf(node);
        switch (what) {
            case "remove" -> rows.remove(place);
            case "copy" -> {
                if (whole.rows() + node.rows() <= RuleForm.ROWS_LIMIT) put(new Node(node.row, null), group, place + 1, node.except);
            }
            case "up" -> step(node, group, place, -1);
            case "down" -> step(node, group, place, 1);
            case "in" -> enter(node, group, place);
            case "out" -> leave(node, group, 1);
            default -> {}
        }
    }

    private void added(Node group, Node fresh) {
        if (group.row.isGroup()) put(fresh, group, group.below.size(), fresh.except);
    }

    private static Node blank(String what, boolean except) {
        return new Node(new RuleRow("", what, except, List.of(), Map.of(), null), null);
    }

    /// One place on, as it is read: into the group that stands there, and out of the own at its end.
    private void step(Node node, Node group, int place, int by) {
        Node next = neighbour(group, place + by, each -> each.except == node.except);
        if (next == null) leave(node, group, by < 0 ? 0 : 1);
        else if (next.takes(node.height())) move(node, next, by < 0 ? next.below.size() : 0, false);
        else move(node, group, by < 0 ? place - 1 : place + 2, node.except);
    }

    private static @Nullable Node neighbour(Node group, int place, Predicate<Node> fitting) {
        return place < 0 || place >= group.below.size() || !fitting.test(group.below.get(place)) ? null : group.below.get(place);
    }

    /// Into the group beside it; where there is none, into a new one.
    private void enter(Node node, Node group, int place) {
        Predicate<Node> fitting = each -> each.except == node.except && each.takes(node.height());
        Node above = neighbour(group, place - 1, fitting);
        Node below = neighbour(group, place + 1, fitting);
        if (above != null) move(node, above, above.below.size(), false);
        else if (below != null) move(node, below, 0, false);
        else if (group.takes(node.height() + 1)) move(node, around(group, place, node.except), 0, false);
    }

    private Node around(Node group, int place, boolean except) {
        Node fresh = blank(group.row.what().equals("ANY") ? "ALL" : "ANY", except);
        put(fresh, group, place, except);
        return fresh;
    }

    private void leave(Node node, Node group, int behind) {
        if (group.above != null) move(node, group.above, group.above.below.indexOf(group) + behind, node.except || group.except);
    }

    private void drop(Node node, String how, Node target) {
        Node group = target.above;
        if (target.row.isGroup() && (how.equals("onto") || how.equals("into"))) {
            if (target.takes(node.height())) move(node, target, target.below.size(), false);
        } else if (group != null && how.equals("onto")) {
            if (!group.takes(Math.max(node.height(), target.height()) + 1)) return;
            Node both = around(group, group.below.indexOf(target), target.except);
            move(target, both, 0, false);
            move(node, both, 1, false);
        } else if (group != null && group.takes(node.height())) {
            move(node, group, group.below.indexOf(target) + (how.equals("after") ? 1 : 0), target.except);
        }
    }

    /// Before the row that stands at that place now. A group that loses its last row by it goes.
    private void move(Node node, Node group, int place, boolean except) {
        Node from = node.above;
        int to = place;
        if (from != null) {
            if (from == group && from.below.indexOf(node) < place) to--;
            from.below.remove(node);
        }
        put(node, group, to, except);
        if (from != null && from.below.isEmpty() && from.above != null) from.above.below.remove(from);
    }

    private void put(Node node, Node group, int place, boolean except) {
        node.above = group;
        node.except = except;
        group.below.add(Math.clamp(place, 0, group.below.size()), node);
        group.order();
        touched = node;
    }

    /// The rows as they stand now, each at its place.
    RuleRow rows() {
        return placed(whole, "");
    }

    /// The place of the row that was made or moved; empty for none.
    String touched() {
        return touched == null ? "" : place(touched);
    }

    private static String place(Node node) {
        return node.above == null ? "" : Rules.path(place(node.above), node.above.below.indexOf(node));
    }

    private static RuleRow placed(Node node, String path) {
        List<RuleRow> rows = new ArrayList<>();
        for (Node each : node.below) rows.add(placed(each, Rules.path(path, rows.size())));
        return new RuleRow(path, node.row.what(), node.except, rows, node.row.values(), node.row.error());
    }
}
