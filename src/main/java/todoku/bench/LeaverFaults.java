package todoku.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import todoku.bench.FaultReport.Round;
import todoku.bench.Visit.Answer;
import todoku.campaign.CampaignState;
import todoku.tracking.LinkTokens;

/// While a campaign runs people unsubscribe, are banned, or are deleted: nobody of them gets a mail later than that allows.
final class LeaverFaults {
    /// From the act, before it is answered, to a final dot.
    static final double WITHIN_SECONDS = 5;

    /// How somebody leaves.
    private enum Way { UNSUBSCRIBED, BANNED, DELETED }

    /// Where the campaign is with somebody who leaves.
    private enum Place { NEXT_IN_LINE, LATER, GREYLISTED, IN_DIALOGUE }

    /// @param actedAt as [System#nanoTime] tells it
    private record Leaver(Way way, Place place, long actedAt) {}

    private static final int CONNECTIONS = 20;
    /// The receiver takes so long for all of them together, beside those it holds.
    private static final int ALL_MILLIS = 10_000;
    private static final int ACTING_MILLIS = 20_000;
    private static final int LEAST = 24;
    private static final int MOST = 96;
    private static final int END_SECONDS = 180;
    private static final int LOOK_MILLIS = 500;

    private final FaultGround ground;
    private final SplittableRandom random;

    LeaverFaults(FaultGround ground, SplittableRandom random) {
        this.ground = ground;
        this.random = random;
    }

    Round round() throws IOException {
        long group = ground.morePeople();
        Keeper keeper = new Keeper(Math.max(5, ground.size / 40));
        try (Gate gate = Gate.before(ground.sinkPort(), ALL_MILLIS * CONNECTIONS / ground.size, keeper);
                Served served = ground.served(gate.port(), Map.of())) {
            Visit admin = served.administrator(ground.database);
            PageCampaign campaign = PageCampaign.draft(ground, admin, "離れる人のいる配信" + group, group);
            Tally.Planned planned = campaign.start(admin);
            Map<String, Leaver> leavers = leave(planned, keeper, admin, new Visit(served.linkPort()));
            boolean ended = ends(campaign, planned);
            double longest = 0;
            int withMail = 0;
            for (var leaver : leavers.entrySet()) {
                Long arrived = keeper.taken.get(leaver.getKey());
                if (arrived == null) continue;
                withMail++;
                longest = Math.max(longest, (arrived - leaver.getValue().actedAt()) / 1e9);
            }
            boolean everyWay = List.of(Way.values()).stream().allMatch(way -> leavers.values().stream().anyMatch(one -> one.way() == way));
            boolean everyPlace = List.of(Place.values()).stream().allMatch(place -> leavers.values().stream().anyMatch(one -> one.place() == place));
            Round round = Tally.of(
                    ground, planned, ended && everyWay && everyPlace && longest <= WITHIN_SECONDS,
                    (address, state, reason) -> state.equals("SKIPPED") && reason.equals("SUPPRESSED") && leavers.containsKey(address));
            return round.showing(String.format(
                    Locale.ROOT, "%d left (%s; %s): %d got nothing and are excluded, %d got a mail, the last one %.2f s after they left (at most %.0f s)",
                    leavers.size(), count(leavers, Way.class, Leaver::way), count(leavers, Place.class, Leaver::place),
                    leavers.size() - withMail, withMail, longest, WITHIN_SECONDS));
        }
    }

    private static <T extends Enum<T>> String count(Map<String, Leaver> leavers, Class<T> kind, Function<Leaver, T> of) {
        Map<T, Integer> counts = new EnumMap<>(kind);
        leavers.values().forEach(leaver -> counts.merge(of.apply(leaver), 1, Integer::sum));
        List<String> words = new ArrayList<>();
        counts.forEach((one, times) -> words.add(times + " " + one.name().toLowerCase(Locale.ROOT).replace('_', ' ')));
        return String.join(", ", words);
    }

    /// Every way from every place in turn, as far as there is somebody.
    private Map<String, Leaver> leave(Tally.Planned planned, Keeper keeper, Visit admin, Visit reader) throws IOException {
        int many = Math.clamp(ground.size / 10, LEAST, MOST);
        Map<Integer, Long> customers = customers(planned);
        LinkTokens links = new LinkTokens("http://127.0.0.1", ground.shop.secrets.derive("links"));
        Map<String, Leaver> leavers = new HashMap<>();
        admin.get("/customers");
        for (int i = 0; i < many; i++) {
            Place place = Place.values()[i % Place.values().length];
            Way way = Way.values()[i / Place.values().length % Way.values().length];
            Integer no = somebody(planned, keeper, place, address -> !leavers.containsKey(address));
            if (no != null) {
                Long customer = customers.get(no);
                long actedAt = System.nanoTime();
                Answer answer = switch (way) {
                    case UNSUBSCRIBED -> {
                        String link = links.unsubscribeUrl(planned.mailing().value(), no);
                        yield reader.post(link.substring(link.indexOf("/u/")), Map.of("List-Unsubscribe", "One-Click"));
                    }
                    case BANNED -> admin.post("/customers/" + customer + "/ban", Map.of("reason", i % 2 == 0 ? "BANNED" : "REQUESTED", "note", "お申し出"));
                    case DELETED -> admin.post("/customers/" + customer + "/delete", Map.of());
                };
                int right = way == Way.UNSUBSCRIBED ? 200 : PageCampaign.SEEN;
                if (answer.status() != right) throw new IOException("nobody could leave: " + answer);
                leavers.put(planned.addresses().getOrDefault(no, ""), new Leaver(way, place, actedAt));
            }
            Programs.rest(ACTING_MILLIS / many);
        }
        return leavers;
    }

    private Map<Integer, Long> customers(Tally.Planned planned) {
        Map<Integer, Long> customers = new HashMap<>();
        ground.database.client()
                .sql("SELECT no, customer_id FROM mailing_recipient WHERE mailing_id = :mailing")
                .param("mailing", planned.mailing().value())
                .query(row -> {
                    customers.put(row.getInt("no"), row.getLong("customer_id"));
                });
        return customers;
    }

    /// The number of a recipient at this place; null when there is none any more.
    private @Nullable Integer somebody(Tally.Planned planned, Keeper keeper, Place place, Predicate<String> stays) {
        String held = place == Place.IN_DIALOGUE ? keeper.lastHeld(stays) : null;
        List<Integer> there = planned.addresses().entrySet().stream()
                .filter(one -> stays.test(one.getValue()))
                .filter(one -> switch (place) {
                    case NEXT_IN_LINE, LATER -> !keeper.named.contains(one.getValue());
                    case GREYLISTED -> keeper.greylisted.contains(one.getValue());
                    case IN_DIALOGUE -> one.getValue().equals(held);
                })
                .map(Map.Entry::getKey)
                .sorted(Comparator.naturalOrder())
                .toList();
        if (there.isEmpty()) return null;
        return place == Place.NEXT_IN_LINE ? there.getFirst() : there.get(random.nextInt(there.size()));
    }

    /// Nobody waits for a quarter of an hour: whoever was put off is due now, for the database.
    private boolean ends(PageCampaign campaign, Tally.Planned planned) throws IOException {
        long limit = System.nanoTime() + END_SECONDS * 1_000_000_000L;
        while (campaign.state() != CampaignState.SENT) {
            if (System.nanoTime() > limit) return false;
            ground.database.client()
                    .sql("UPDATE waiting_message SET due_at = clock_timestamp() WHERE mailing_id = :mailing AND due_at > clock_timestamp()")
                    .param("mailing", planned.mailing().value())
                    .update();
            Programs.rest(LOOK_MILLIS);
        }
        return true;
    }

    /// Puts a quarter off once, and holds some in their dialogue longer than anybody who leaves may be mailed.
    private static final class Keeper implements Gate.Keeper {
        private static final int GREYLISTING = 4;
        private static final int HELD_MILLIS = 8_000;

        private final int holding;
        private final Set<String> named = ConcurrentHashMap.newKeySet();
        private final Set<String> greylisted = ConcurrentHashMap.newKeySet();
        private final Map<String, Long> held = new ConcurrentHashMap<>();
        private final Map<String, Long> taken = new ConcurrentHashMap<>();

        /// @param holding one of so many is held
        Keeper(int holding) {
            this.holding = holding;
        }

        @Override
        public @Nullable String named(String address) throws IOException {
            boolean first = named.add(address);
            int turn = named.size();
            if (first && turn % GREYLISTING == 0) {
                greylisted.add(address);
                return "450 4.2.0 greylisted, come back later";
            }
            if (first && turn % holding == 1) {
                held.put(address, System.nanoTime());
                Programs.rest(HELD_MILLIS);
                held.remove(address);
            }
            return null;
        }

        @Override
        public void taken(String address, long at) {
            greylisted.remove(address);
            taken.merge(address, at, Math::max);
        }

        /// Who is in dialogue for the shortest time, of these.
        @Nullable String lastHeld(Predicate<String> among) {
            return held.entrySet().stream()
                    .filter(one -> among.test(one.getKey()))
                    .max(Map.Entry.comparingByValue())
                    .map(Map.Entry::getKey)
                    .orElse(null);
        }
    }
}
