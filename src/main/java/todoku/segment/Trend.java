package todoku.segment;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import todoku.web.Page;
import tools.jackson.databind.json.JsonMapper;

/// 人数の移り変わり of a saved segment.
///
/// @param days  that were counted, the oldest first
/// @param chart of all days, also of those that were not counted; drawn from two days on
public record Trend(List<SegmentSizes.Day> days, String chart) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private record Series(String name, String kind, List<@Nullable Integer> values) {}

    static Trend of(Page page, List<SegmentSizes.Day> days, LocalDate today) {
        Map<LocalDate, Integer> byDay = new HashMap<>();
        days.forEach(each -> byDay.put(each.day(), each.people()));
        List<LocalDate> all = IntStream.range(0, SegmentSizes.SHOWN_DAYS)
                .mapToObj(n -> today.minusDays(SegmentSizes.SHOWN_DAYS - 1L - n))
                .toList();
        List<@Nullable Integer> values = new ArrayList<>();
        for (LocalDate day : all) values.add(byDay.get(day));
        return new Trend(days, JSON.writeValueAsString(Map.of(
                "kind", "line",
                "labels", all.stream().map(page::date).toList(),
                "series", List.of(new Series(page.t("segment.matching"), "area", values)))));
    }

    public boolean drawn() {
        return days.size() > 1;
    }
}
