package todoku.customer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import todoku.customer.AddressMoves.Move;
import todoku.customer.Line.Bad;
import todoku.customer.Line.Good;

/// What happens to each line of a chunk, decided before anything is written.
/// Lines are taken in the order of the file, each as if those before it had already been written.
///
/// @param writes one line per address, the last one taken; a line that wants no mail stays so whatever follows, unless the
///               operator stated where the consent of those that follow comes from
/// @param taken every line that was taken
/// @param renumbered customers whose number changes and must be free before the new ones are written
/// @param moves customers who change their address first, in this order
/// @param met where a customer is after the moves, by canonical address; the other writes are new customers
/// @param people whom each write is about, 0 for somebody new, where addresses may be shared; empty where the address says it
record ChunkDecision(
        List<Good> writes, List<Good> taken, List<Long> renumbered, List<Move> moves, Set<String> met, List<Long> people,
        List<Ending> endings) {

    /// What the operator chose.
    ///
    /// @param consent a line that wants mail is a new consent: the operator said where it was given
    /// @param missing required fields of the house the file says nothing about
    record Rules(boolean add, boolean overwrite, boolean consent, List<String> missing) {
        /// Why nobody new can come by this file; null when they can.
        @Nullable String noNewcomers() {
            return missing.isEmpty()
                    ? null
                    : "「" + String.join("」「", missing) + "」: 必須の項目です。この列をファイルに加えるか、項目設定で初期値を決めてください";
        }
    }

    /// What became of one line.
    record Ending(int number, List<String> cells, LineClass lineClass, String reason) implements KeptLines.Ended {
        Ending(Line line, LineClass lineClass, String reason) {
            this(line.number(), line.cells(), lineClass, reason);
        }
    }

    /// A customer there is already; `id` is 0 for one of this chunk.
    ///
    /// @param stopped 配信停止 or 配信禁止 in the group
    /// @param barred 配信禁止, or suppressed in a way no file may undo
    record Known(long id, @Nullable String number, boolean stopped, boolean barred) {}

    /// The customers a chunk may meet, by canonical address, and who has the numbers it brings ([ChunkWriter#holder]).
    record Meeting(Map<String, Known> customers, Map<String, String> numberOwners) {
        /// As it is when the customers another chunk adds are there too.
        Meeting after(@Nullable ChunkDecision adds) {
            if (adds == null) return this;
            Map<String, Known> customers = new HashMap<>(this.customers);
            Map<String, String> owners = new HashMap<>(numberOwners);
            for (Good line : adds.writes) {
                String name = line.canonical();
                customers.putIfAbsent(name, new Known(0, line.customerNumber(), !line.wanted(), false));
                if (line.customerNumber() != null) owners.putIfAbsent(line.customerNumber(), name);
            }
            return new Meeting(customers, owners);
        }
    }

    static ChunkDecision of(List<Line> lines, Meeting meeting, Map<String, Integer> firstLine, Rules rules, Uniques uniques) {
        var deciding = new Deciding(meeting, firstLine, rules, uniques);
        lines.forEach(deciding::take);
        return new ChunkDecision(List.copyOf(deciding.writes.values()), deciding.taken, deciding.renumbered(), List.of(),
                meeting.customers().keySet(), List.of(), deciding.endings);
    }

    /// Whether a write may give somebody an address that others have.
    boolean shares() {
        return !people.isEmpty();
    }

    int count(LineClass lineClass) {
        return (int) endings.stream().filter(ending -> ending.lineClass() == lineClass).count();
    }

    /// Whether each of these canonical addresses is that of a line that is written.
    boolean brings(Set<String> names) {
        return writes.stream().map(line -> line.canonical()).collect(Collectors.toSet()).containsAll(names);
    }

    /// Whether nobody who is there already is changed by it.
    boolean onlyAdds() {
        return moves.isEmpty() && renumbered.isEmpty() && writes.stream().noneMatch(this::isMet);
    }

    boolean isMostlyNew() {
        return 2 * writes.stream().filter(this::isMet).count() <= writes.size();
    }

    private boolean isMet(Good line) {
        return met.contains(line.canonical());
    }

    private static final class Deciding {
        private final Map<String, Known> before;
        private final Map<String, Known> customers;
        private final Map<String, String> owners;
        private final Map<String, Integer> firstLine;
        private final Rules rules;
        private final Uniques uniques;
        private final Map<String, Integer> firstHere = new HashMap<>();
        private final Map<String, Good> writes = new LinkedHashMap<>();
        private final List<Good> taken = new ArrayList<>();
        private final List<Ending> endings = new ArrayList<>();

        Deciding(Meeting meeting, Map<String, Integer> firstLine, Rules rules, Uniques uniques) {
            this.before = meeting.customers();
            this.customers = new HashMap<>(meeting.customers());
            this.owners = new HashMap<>(meeting.numberOwners());
            this.firstLine = firstLine;
            this.rules = rules;
            this.uniques = uniques;
        }

        void take(Line line) {
            endings.add(switch (line) {
                case Bad bad -> new Ending(bad, LineClass.FAILURE, bad.why());
                case Good good -> ending(good);
            });
        }

        private Ending ending(Good line) {
            String key = line.canonical();
            @Nullable Known there = customers.get(key);
            if (there == null && !rules.add()) return new Ending(line, LineClass.OTHER, "登録されていないメールアドレス");
            if (there != null && !rules.overwrite()) return new Ending(line, LineClass.OTHER, alreadyThere(key));
            @Nullable String number = line.customerNumber();
            String owner = number == null ? key : owners.getOrDefault(number, key);
            if (!owner.equals(key))
                return new Ending(line, LineClass.FAILURE, "「会員番号」: "
                        + (owner.startsWith(key + " ") ? "同じメールアドレスのほかの顧客" : "別のメールアドレスの顧客") + "が使っています（" + number + "）");
            @Nullable String refusal = there == null && rules.noNewcomers() != null ? rules.noNewcomers() : uniques.refusal(key, line);
            if (refusal != null) return new Ending(line, LineClass.FAILURE, refusal);
            write(key, line, there);
            return new Ending(line, line.wanted() ? LineClass.SUCCESS : LineClass.UNSUBSCRIBED, reason(line, there));
        }

        private void write(String key, Good line, @Nullable Known there) {
            @Nullable String number = there == null ? null : there.number();
            if (line.standard().containsKey(StandardField.NUMBER)) {
                if (number != null) owners.remove(number);
                number = line.customerNumber();
                if (number != null) owners.put(number, key);
            }
            boolean stopped = !line.wanted() || there != null && staysStopped(there);
            customers.put(key, new Known(there == null ? 0 : there.id(), number, stopped, there != null && there.barred()));
            writes.put(key, stopped ? line.unwanted() : line);
            taken.add(line);
            uniques.take(key, line);
            firstHere.putIfAbsent(key, line.number());
        }

        private boolean staysStopped(Known there) {
            return there.stopped() && (there.barred() || !rules.consent());
        }

        private String reason(Good line, @Nullable Known there) {
            if (there == null) return "";
            return line.wanted() && staysStopped(there) ? "上書き更新（配信停止のまま）" : "上書き更新";
        }

        private String alreadyThere(String key) {
            @Nullable Integer first = firstLine.getOrDefault(key, firstHere.get(key));
            return first == null ? "登録済みのメールアドレス" : first + "行目と同じメールアドレス";
        }

        private List<Long> renumbered() {
            List<Long> ids = new ArrayList<>();
            writes.keySet().forEach(key -> {
                @Nullable Known was = before.get(key), is = customers.get(key);
                if (was != null && was.number() != null && is != null && !was.number().equals(is.number())) ids.add(was.id());
            });
            return ids;
        }
    }
}
