package todoku.customer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import todoku.customer.AddressMoves.Move;
import todoku.customer.ChunkDecision.Ending;
import todoku.customer.ChunkDecision.Rules;
import todoku.customer.Line.Bad;
import todoku.customer.Line.Good;
import todoku.mail.address.MailAddress;

/// What happens to each line of a chunk when the 会員番号 says who is who. Lines are taken in the order of the file, each as
/// if those before it had already been written: an address is free for another customer behind the line that gave it up.
final class NumberDecision {
    /// Somebody of an earlier chunk that is being written.
    private static final long NOT_NUMBERED = -1;

    private final Map<String, Person> byNumber = new HashMap<>();
    private final Map<String, Person> byAddress = new HashMap<>();
    private final Set<String> suppressed;
    private final Map<String, Integer> firstLine;
    private final Rules rules;
    private final Uniques uniques;
    private final Map<String, Integer> firstHere = new HashMap<>();
    private final Map<Person, Good> writes = new LinkedHashMap<>();
    private final List<Good> taken = new ArrayList<>();
    private final List<Move> moves = new ArrayList<>();
    private final List<Ending> endings = new ArrayList<>();

    private NumberDecision(Meeting meeting, Map<String, Integer> firstLine, Rules rules, Uniques uniques) {
        this.suppressed = meeting.suppressed();
        this.firstLine = firstLine;
        this.rules = rules;
        meeting.customers().forEach(known -> {
            var person = new Person(known);
            byAddress.put(known.address(), person);
            if (known.number() != null) byNumber.put(known.number(), person);
        });
        this.uniques = uniques.heldBy(address -> Objects.requireNonNullElse(byAddress.get(address), address));
    }

    /// A customer there is already.
    ///
    /// @param address canonical
    /// @param stopped 配信停止 or 配信禁止 in the group
    record Known(long id, @Nullable String number, String address, boolean stopped, boolean banned) {}

    /// The customers who have a number or an address of the chunk.
    ///
    /// @param suppressed of their addresses and those of the lines, the canonical ones no file may undo
    record Meeting(List<Known> customers, Set<String> suppressed) {
        /// As it is when the customers another chunk adds are there too.
        Meeting after(@Nullable ChunkDecision adds) {
            if (adds == null) return this;
            Set<String> there = customers.stream().map(Known::address).collect(Collectors.toSet());
            Stream<Known> others = adds.writes().stream()
                    .filter(line -> !there.contains(line.canonical()))
                    .map(line -> new Known(NOT_NUMBERED, line.customerNumber(), line.canonical(), !line.wanted(), false));
            return new Meeting(Stream.concat(customers.stream(), others).toList(), suppressed);
        }
    }

    /// One customer as the lines so far left them.
    private static final class Person {
        /// 0 for somebody of this chunk.
        final long id;
        final boolean banned;
        @Nullable String number;
        String address;
        boolean stopped;

        Person(Known known) {
            this.id = known.id();
            this.banned = known.banned();
            this.number = known.number();
            this.address = known.address();
            this.stopped = known.stopped();
        }
    }

    static ChunkDecision of(List<Line> lines, Meeting meeting, Map<String, Integer> firstLine, Rules rules, Uniques uniques) {
        var deciding = new NumberDecision(meeting, firstLine, rules, uniques);
        lines.forEach(deciding::take);
        Set<String> met = new HashSet<>();
        deciding.writes.keySet().stream().filter(person -> person.id != 0).forEach(person -> met.add(person.address));
        return new ChunkDecision(List.copyOf(deciding.writes.values()), deciding.taken, List.of(), deciding.moves, met, deciding.endings);
    }

    private void take(Line line) {
        endings.add(switch (line) {
            case Bad bad -> new Ending(bad, LineClass.FAILURE, bad.why());
            case Good good -> ending(good);
        });
    }

    private Ending ending(Good line) {
        @Nullable String number = line.customerNumber();
        if (number == null) return new Ending(line, LineClass.FAILURE, "会員番号がありません");
        @Nullable Person person = byNumber.get(number);
        if (person != null && !rules.overwrite()) return new Ending(line, LineClass.OTHER, alreadyThere(number));
        @Nullable Person owner = byAddress.get(line.canonical());
        if (owner != null && owner != person) {
            if (owner.number != null)
                return new Ending(line, LineClass.FAILURE, "「メールアドレス」: 別の会員番号の顧客が使っています（" + owner.number + "）");
            if (person != null) return new Ending(line, LineClass.FAILURE, "「メールアドレス」: 会員番号のない別の顧客が使っています");
            if (!rules.overwrite()) return new Ending(line, LineClass.OTHER, "登録済みのメールアドレス（会員番号なし）");
            person = owner;
        }
        if (person == null && !rules.add()) return new Ending(line, LineClass.OTHER, "登録されていない会員番号");
        @Nullable String refusal = person == null && rules.noNewcomers() != null
                ? rules.noNewcomers()
                : uniques.refusal(person == null ? line : person, line);
        if (refusal != null) return new Ending(line, LineClass.FAILURE, refusal);
        return new Ending(line, line.wanted() ? LineClass.SUCCESS : LineClass.UNSUBSCRIBED, written(number, line, person));
    }

    /// @return what there is to say about it
    private String written(String number, Good line, @Nullable Person there) {
        MailAddress address = line.address();
        boolean moves = there != null && !there.address.equals(address.canonical());
        boolean stays = there != null && there.stopped && (!rules.consent() || barred(there, address.canonical()));
        Person person = there == null ? new Person(new Known(0, number, address.canonical(), false, false)) : there;
        if (moves) move(person, address);
        person.number = number;
        person.stopped = stays || !line.wanted();
        byNumber.put(number, person);
        byAddress.put(person.address, person);
        writes.put(person, person.stopped ? line.unwanted() : line);
        taken.add(line);
        uniques.take(person, line);
        firstHere.putIfAbsent(number, line.number());
        if (there == null) return "";
        List<String> remarks = new ArrayList<>();
        if (moves) remarks.add("メールアドレスを変更");
        if (stays && line.wanted()) remarks.add("配信停止のまま");
        return remarks.isEmpty() ? "上書き更新" : "上書き更新（" + String.join("、", remarks) + "）";
    }

    private void move(Person person, MailAddress to) {
        if (person.id != 0) moves.add(new Move(person.id, person.address, to));
        byAddress.remove(person.address);
        person.address = to.canonical();
    }

    private boolean barred(Person person, String newAddress) {
        return person.banned || suppressed.contains(person.address) || suppressed.contains(newAddress);
    }

    private String alreadyThere(String number) {
        @Nullable Integer first = firstLine.getOrDefault(number, firstHere.get(number));
        return first == null ? "登録済みの会員番号" : first + "行目と同じ会員番号";
    }
}
