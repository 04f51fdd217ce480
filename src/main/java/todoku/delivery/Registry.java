package todoku.delivery;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// All that this process holds, from the claim to the commit of the last verdict.
final class Registry {
    private final Map<Long, Held.Batch> batches = new ConcurrentHashMap<>();
    private final Map<Key, Held.Waiting> waiting = new ConcurrentHashMap<>();

    void add(Held held) {
        switch (held) {
            case Held.Batch batch -> batches.put(batch.id, batch);
            case Held.Waiting message -> waiting.put(message.key(), message);
        }
    }

    void remove(Held held) {
        switch (held) {
            case Held.Batch batch -> batches.remove(batch.id, batch);
            case Held.Waiting message -> waiting.remove(message.key(), message);
        }
    }

    Held.@Nullable Batch batch(long id) {
        return batches.get(id);
    }

    Held.@Nullable Waiting waiting(Key key) {
        return waiting.get(key);
    }

    Collection<Held.Batch> batches() {
        return batches.values();
    }

    Collection<Held.Waiting> waiting() {
        return waiting.values();
    }

    Set<Long> mailings() {
        return Stream.<Held>concat(batches.values().stream(), waiting.values().stream())
                .map(held -> held.mailing().value())
                .collect(Collectors.toSet());
    }
}
