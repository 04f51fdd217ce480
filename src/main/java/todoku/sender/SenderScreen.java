package todoku.sender;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import todoku.web.Screen;

/// The page of one profile: what was typed, and what is stored beside it.
@Component
class SenderScreen {
    private final Certificates certificates;
    private final DomainReports reports;
    private final Senders senders;

    SenderScreen(Certificates certificates, DomainReports reports, Senders senders) {
        this.certificates = certificates;
        this.reports = reports;
        this.senders = senders;
    }

    /// @param row what is stored; nothing for a new profile
    Screen of(SenderProfile shown, Senders.@Nullable Row row, int version, Map<String, String> errors) {
        return Screen.of("sender/sender")
                .with("sender", shown)
                .with("domain", row == null ? null : row.domain())
                .with("record", row == null ? null : row.record())
                .with("certificate", row == null ? null : certificates.of(row.profile()).orElse(null))
                .with("version", version)
                .with("pools", senders.pools())
                .with("report", reports.last(shown.id()))
                .with("errors", errors);
    }
}
