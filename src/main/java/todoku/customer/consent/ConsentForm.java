package todoku.customer.consent;

import java.net.InetAddress;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import todoku.customer.Agreement;
import todoku.customer.Cell;
import todoku.customer.consent.Consent.Source;

/// A consent as it is typed.
///
/// @param group id; empty = the mails of the whole house
public record ConsentForm(String at, String source, String document, String ip, String purpose, String group) {
    static final ConsentForm EMPTY = new ConsentForm("", "", "", "", "", "");

    static ConsentForm of(Map<String, String> typed) {
        return new ConsentForm(
                typed.getOrDefault("at", "").strip(), typed.getOrDefault("source", ""), typed.getOrDefault("document", "").strip(),
                typed.getOrDefault("ip", "").strip(), typed.getOrDefault("purpose", "").strip(), typed.getOrDefault("group", ""));
    }

    /// The keys of texts by field.
    Map<String, String> errors(Instant now, ZoneId zone) {
        Map<String, String> errors = new LinkedHashMap<>();
        Optional<LocalDateTime> at = when();
        if (at.isEmpty()) errors.put("at", "consent.bad.at");
        else if (at.get().isAfter(LocalDateTime.ofInstant(now, zone))) errors.put("at", "consent.bad.future");
        if (chosen().isEmpty()) errors.put("source", "consent.bad.source");
        if (document.isEmpty() || document.length() > Agreement.DOCUMENT_LIMIT_CHARS) errors.put("document", "consent.bad.document");
        if (purpose.isEmpty() || purpose.length() > Agreement.PURPOSE_LIMIT_CHARS) errors.put("purpose", "consent.bad.purpose");
        if (!ip.isEmpty() && Cell.ip(ip).isEmpty()) errors.put("ip", "consent.bad.ip");
        return errors;
    }

    Optional<Source> chosen() {
        return Arrays.stream(Source.values()).filter(each -> each.isTyped() && each.name().equals(source)).findFirst();
    }

    /// Of a form without errors.
    Agreement agreement() {
        return new Agreement(when().orElseThrow(), null, document, Cell.ip(ip).map(InetAddress::getHostAddress).orElse(null), purpose);
    }

    @Nullable Long groupId() {
        return group.matches("\\d{1,18}") ? Long.valueOf(group) : null;
    }

    private Optional<LocalDateTime> when() {
        return Cell.dateTime(at).filter(time -> time.getYear() >= Agreement.FIRST_YEAR);
    }
}
