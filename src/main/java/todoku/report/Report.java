package todoku.report;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import todoku.mailing.Progress;

/// The result of one campaign so far.
///
/// @param campaign  id of it
/// @param state     name of the state of its mailing; PAUSED while a restore holds it
/// @param excluded  reason and number of those left out at planning
/// @param openers   people who opened it, each once
/// @param clickers  people who clicked any link, each once
/// @param clicks    people by link, summed: somebody who clicked two links counts twice
/// @param detailsGoneAt since when only figures are left; null while its recipients are kept
/// @param optedOut  of the planned, those a spot mail reaches though they opted out
public record Report(
        long campaign,
        long mailing,
        String name,
        @Nullable String category,
        String subject,
        String format,
        List<String> groups,
        String state,
        @Nullable Instant startedAt,
        @Nullable Instant firstPassAt,
        @Nullable Instant endedAt,
        Progress progress,
        Map<String, Integer> excluded,
        int openers,
        int clickers,
        int clicks,
        boolean sandbox,
        @Nullable Instant detailsGoneAt,
        boolean spot,
        int optedOut) {
    /// 抽出数 = 配信数 + 除外.
    public int selected() {
        return progress.planned() + excluded.values().stream().mapToInt(Integer::intValue).sum();
    }

    /// From the start to the end of the first pass; null while it runs.
    public @Nullable Duration firstPass() {
        return startedAt == null || firstPassAt == null ? null : Duration.between(startedAt, firstPassAt);
    }

    public @Nullable Duration whole() {
        return startedAt == null || endedAt == null ? null : Duration.between(startedAt, endedAt);
    }

    /// The figures are as they were when its recipients left.
    public boolean hasDetails() {
        return detailsGoneAt == null;
    }

    public boolean hasHtml() {
        return !format.equals("TEXT");
    }

    /// One link and who clicked it.
    public record Link(int no, String target, @Nullable String title, int clickers) {}

    /// One destination: what became of the mails to it.
    public record Destination(String name, int planned, int delivered, int failed, int openers) {}

    /// One cause with the words of the servers.
    public record Cause(String state, String reason, int count) {}

    /// What a server said, without addresses, and how often.
    public record Reply(String reason, String text, int count) {}

    /// Opens and clicks in one step of the clock.
    public record Moment(Instant from, int opens, int clicks) {}

    /// What a report lists, but for recipients.
    public record Lists(
            List<Link> links, List<Cause> causes, List<Reply> replies, List<Destination> destinations, List<Moment> moments) {}

    /// What became of one recipient.
    ///
    /// @param state PENDING while there is no result; WAITING with a retry ahead
    public record Recipient(
            int no,
            @Nullable Long customer,
            @Nullable String name,
            String address,
            String state,
            @Nullable String reason,
            int attempts,
            @Nullable Instant at,
            @Nullable String reply,
            @Nullable Instant openedAt,
            int clicks) {}
}
