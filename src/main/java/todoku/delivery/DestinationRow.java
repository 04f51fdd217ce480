package todoku.delivery;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import todoku.web.Page;

/// One destination on the page 配信エンジン.
/// @param due when the first is sent to again; null when nobody waits for that
public record DestinationRow(EngineView.Destination lane, @Nullable Instant due) {
    private static final int NEARLY_PERCENT = 90;

    public long waiting() {
        return lane.queued() + lane.again();
    }

    /// 送信待ち: why it is as it is, in one sentence; null when there is nothing to say.
    public @Nullable String because(Page page) {
        Why why = lane.why();
        if (why != null) return WhySentence.of(why, page);
        if (lane.queued() > 0 && isAtLimit())
            return page.t("delivery.because.limit", page.number(lane.limitPerMinute()), page.duration(rest()));
        if (lane.queued() == 0 && lane.again() > 0 && due != null)
            return due.isAfter(page.now())
                    ? page.t("delivery.because.again", page.number(lane.again()), page.shortTime(due))
                    : page.t("delivery.because.again-soon", page.number(lane.again()));
        return null;
    }

    private boolean isAtLimit() {
        return lane.limitPerMinute() > 0 && lane.perMinute() * 100L >= (long) lane.limitPerMinute() * NEARLY_PERCENT;
    }

    private Duration rest() {
        return Duration.ofSeconds(lane.queued() * 60 / lane.limitPerMinute());
    }
}
