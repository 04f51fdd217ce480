package todoku.delivery.standing;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;
import todoku.delivery.standing.Standing.Cause;
import todoku.mailing.Mailings;

/// What a mailing says about all of its mails.
record MailingRow(
        Mailings.State state, String pauseCause, String stopCause, boolean held, int openStage, int priority, @Nullable Instant startedAt,
        @Nullable Instant endedAt, Instant expiresAt) {
    static final String COLUMNS =
            "m.state AS mailing_state, m.pause_cause, m.stop_cause, m.held, m.open_stage, m.priority, m.started_at, m.ended_at, m.expires_at AS mailing_expires_at";

    static MailingRow of(ResultSet row) throws SQLException {
        return new MailingRow(
                Mailings.State.valueOf(row.getString("mailing_state")),
                text(row, "pause_cause"),
                text(row, "stop_cause"),
                row.getBoolean("held"),
                row.getInt("open_stage"),
                row.getInt("priority"),
                instant(row, "started_at"),
                instant(row, "ended_at"),
                row.getObject("mailing_expires_at", OffsetDateTime.class).toInstant());
    }

    /// What holds all of it, as far as nobody has a result; null while it is being sent.
    @Nullable Standing holding() {
        if (held) return Standing.of(Cause.HELD);
        return switch (state) {
            case PREPARING -> Standing.of(Cause.PREPARING);
            case PAUSED -> Standing.of(Cause.PAUSED, pauseCause, null).until(null, expiresAt);
            case STOPPED -> Standing.of(Cause.STOPPED, stopCause, endedAt);
            case SENT -> Standing.of(Cause.SENT, "", endedAt);
            case SENDING -> null;
        };
    }

    private static String text(ResultSet row, String column) throws SQLException {
        String text = row.getString(column);
        return text == null ? "" : text;
    }

    static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }
}
