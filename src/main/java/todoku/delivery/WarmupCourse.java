package todoku.delivery;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import todoku.web.Page;
import tools.jackson.databind.json.JsonMapper;

/// How one address came to where it is at one provider, day by day, and where the plan leads from here if every day is used
/// and nobody complains.
public record WarmupCourse(Warmup now, List<Day> days) {
    public WarmupCourse {
        days = List.copyOf(days);
    }

    /// @param mails sent on it; null when it is still to come
    public record Day(LocalDate on, int limit, @Nullable Integer mails) {}

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final DateTimeFormatter LABEL = DateTimeFormatter.ofPattern("M/d");

    private record Series(String name, String kind, List<@Nullable Integer> values) {}

    /// What went out as bars under the stepped limit.
    public String chart(Page page) {
        List<@Nullable Integer> mails = new ArrayList<>();
        days.forEach(day -> mails.add(day.mails()));
        List<@Nullable Integer> limits = new ArrayList<>();
        days.forEach(day -> limits.add(day.limit()));
        Map<String, Object> chart = new LinkedHashMap<>();
        chart.put("kind", "bar");
        chart.put("labels", days.stream().map(day -> LABEL.format(day.on())).toList());
        chart.put("series", List.of(
                new Series(page.t("delivery.warmup.sent"), "bar", mails),
                new Series(page.t("delivery.warmup.limit"), "steps", limits)));
        return JSON.writeValueAsString(chart);
    }
}
