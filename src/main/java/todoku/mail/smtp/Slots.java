package todoku.mail.smtp;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/// Numbers of the connections that are open to one server: the lowest free one each. Whoever has the number of an earlier
/// connection goes on with its TLS session, which only one may do (RFC 8446 §C.4). Safe for many threads.
final class Slots {
    private final Map<String, BitSet> taken = new HashMap<>();

    synchronized int take(String server) {
        BitSet numbers = taken.computeIfAbsent(server, _ -> new BitSet());
        int lowest = numbers.nextClearBit(0);
        numbers.set(lowest);
        return lowest;
    }

    synchronized void give(String server, int number) {
        BitSet numbers = taken.get(server);
        if (numbers == null) return;
        numbers.clear(number);
        if (numbers.isEmpty()) taken.remove(server);
    }
}
