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
    private final Map<String, List<Person>> byAddress = new HashMap<>();
    private final boolean shares;
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
        this.shares = meeting.shares();
        Map<String, Person> holders = new HashMap<>();
        meeting.customers().forEach(known -> {
            var person = new Person(known);
            have(known.address(), person);
            holders.put(ChunkWriter.holder(known.address(), known.share()), person);
            if (known.number() != null) byNumber.put(known.number(), person);
        });
        this.uniques = uniques.heldBy(holder -> Objects.requireNonNullElse(holders.get(holder), holder));
    }

    /// A customer there is already.
    ///
    /// @param address canonical
    /// @param share   the place among those who have the address
    /// @param stopped 配信停止 or 配信禁止 in the group
    record Known(long id, @Nullable String number, String address, int share, boolean stopped, boolean banned) {}

    /// The customers who have a number or an address of the chunk.
    ///
    /// @param suppressed of their addresses and those of the lines, the canonical ones no file may undo
    /// @param shares whether several customers may have one address
    record Meeting(List<Known> customers, Set<String> suppressed, boolean shares) {
        /// As it is when the customers another chunk adds are there too.
        Meeting after(@Nullable ChunkDecision adds) {
            if (adds == null) return this;
            Set<String> there = customers.stream().map(Known::address).collect(Collectors.toSet());
            Stream<Known> others = adds.writes().stream()
                    .filter(line -> !there.contains(line.canonical()))
                    .map(line -> new Known(NOT_NUMBERED, line.customerNumber(), line.canonical(), 0, !line.wanted(), false));
            return new Meeting(Stream.concat(customers.stream(), others).toList(), suppressed, shares);
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
        List<Long> people = meeting.shares() ? deciding.writes.keySet().stream().map(person -> person.id).toList() : List.of();
        return new ChunkDecision(List.copyOf(deciding.writes.values()), deciding.taken, List.of(), deciding.moves, met, people, deciding.endings);
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
        List<Person> holders = byAddress.getOrDefault(line.canonical(), List.of());
        @Nullable Person owner = shares ? unnumbered(holders, person) : holders.isEmpty() ? null : holders.getFirst();
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

    /// Where an address may be shared nobody is in the way of anybody; but a new number is first of all that of whoever has
    /// the address and no number yet.
    private static @Nullable Person unnumbered(List<Person> holders, @Nullable Person person) {
        return person != null ? null : holders.stream().filter(each -> each.number == null).findFirst().orElse(null);
    }

    private void have(String address, Person person) {
        byAddress.computeIfAbsent(address, _ -> new ArrayList<>()).add(person);
    }

    /// @return what there is to say about it
    private String written(String number, Good line, @Nullable Person there) {
        MailAddress address = line.address();
        boolean moves = there != null && !there.address.equals(address.canonical());
        boolean stays = there == null
                ? refusedFor(address.canonical())
                : there.stopped && (!rules.consent() || barred(there, address.canonical()));
        Person person = there == null ? new Person(new Known(0, number, address.canonical(), 0, false, false)) : there;
        if (there == null) have(person.address, person);
        if (moves) move(person, address);
        person.number = number;
        person.stopped = stays || !line.wanted();
        byNumber.put(number, person);
        writes.put(person, person.stopped ? line.unwanted() : line);
        taken.add(line);
        uniques.take(person, line);
        firstHere.putIfAbsent(number, line.number());
        if (there == null) return stays && line.wanted() ? "配信停止で登録（同じメールアドレスの顧客が配信停止）" : "";
        List<String> remarks = new ArrayList<>();
        if (moves) remarks.add("メールアドレスを変更");
        if (stays && line.wanted()) remarks.add("配信停止のまま");
        return remarks.isEmpty() ? "上書き更新" : "上書き更新（" + String.join("、", remarks) + "）";
    }

    private void move(Person person, MailAddress to) {
        if (person.id != 0) moves.add(new Move(person.id, person.address, to));
        byAddress.getOrDefault(person.address, new ArrayList<>()).remove(person);
        person.address = to.canonical();
        have(person.address, person);
    }

    /// Somebody who is there had enough of this group, and said so for the address.
    private boolean refusedFor(String address) {
        return !rules.consent() && byAddress.getOrDefault(address, List.of()).stream().anyMatch(each -> each.id != 0 && each.stopped);
    }

    private boolean barred(Person person, String newAddress) {
        return person.banned || suppressed.contains(person.address) || suppressed.contains(newAddress);
    }

    private String alreadyThere(String number) {
        @Nullable Integer first = firstLine.getOrDefault(number, firstHere.get(number));
        return first == null ? "登録済みの会員番号" : first + "行目と同じ会員番号";
    }
}
