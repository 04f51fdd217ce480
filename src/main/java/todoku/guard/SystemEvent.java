package todoku.guard;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Something the system did or met by itself.
///
/// @param kind     names its sentence: the text `guard.event.<kind>`
/// @param mailing  what it is about, where it is about a mailing
/// @param campaign whose mailing that is, with its name and department
/// @param subject what it is about otherwise: a job, a destination
/// @param figures for the sentence
/// @param detail  as a program said it, untranslated
/// @param overAt  when what had begun was over
/// @param seenAt  when somebody said that they know
public record SystemEvent(
        long id,
        Instant at,
        Severity severity,
        String kind,
        @Nullable Long mailing,
        @Nullable Named campaign,
        String subject,
        List<String> figures,
        String detail,
        @Nullable Instant overAt,
        @Nullable Instant seenAt) {
    /// A campaign, by its name.
    public record Named(long id, String name, long department) {}

    public enum Severity {
        INFO,
        WARNING,
        ERROR
    }
}
