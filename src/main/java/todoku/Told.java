package todoku;

import java.time.Instant;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import todoku.delivery.EngineView;
import todoku.delivery.Why;
import todoku.delivery.WhySentence;
import todoku.web.Texts;

/// Tells on the terminal whenever a destination slows down, rests or comes back: what the page 配信エンジン shows.
final class Told {
    private final House house;
    private final Texts texts = new Texts();
    private final Map<String, Why.What> known = new HashMap<>();

    Told(House house) {
        this.house = house;
    }

    void look() {
        EngineView view = house.engine.view();
        for (EngineView.Destination each : view.destinations()) {
            String name = each.provider().isDefault() ? each.name() : each.provider().japanese();
            if (each.roads().isEmpty()) look(view.at(), name, each.why());
            for (EngineView.Road road : each.roads()) look(view.at(), name + "（" + road.address() + " から）", road.why());
        }
    }

    private void look(Instant at, String name, @Nullable Why why) {
        Why.What before = why == null ? known.remove(name) : known.put(name, why.what());
        if (why == null && before == null || why != null && why.what() == before) return;
        tell(at, name, why == null ? "元の速さに戻りました。" : sentence(why, at));
        if (why != null && why.reply() != null && before == null) tell(at, name, "  " + why.reply());
    }

    private String sentence(Why why, Instant now) {
        return WhySentence.of(why, (key, arguments) -> texts.get(Locale.JAPANESE, key, arguments), House.ZONE, now);
    }

    private static void tell(Instant at, String name, String what) {
        LocalTime clock = at.atZone(House.ZONE).toLocalTime().truncatedTo(ChronoUnit.SECONDS);
        System.err.println(clock + "  " + name + "  " + what);
    }
}
