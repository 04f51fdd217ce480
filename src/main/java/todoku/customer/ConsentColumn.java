package todoku.customer;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/// What a column of a file can say about a consent. The names are stored.
enum ConsentColumn {
    CONSENT_AT("同意日時", Set.of("同意日時", "同意日", "同意した日時")),
    CONSENT_METHOD("同意方法", Set.of("同意方法", "同意の方法")),
    CONSENT_DOCUMENT("同意文書", Set.of("同意文書", "同意文言", "同意の文書")),
    CONSENT_IP("同意IP", Set.of("同意ip", "同意ipアドレス")),
    CONSENT_PURPOSE("利用目的", Set.of("利用目的", "同意目的"));

    final String label;
    private final Set<String> names;

    ConsentColumn(String label, Set<String> names) {
        this.label = label;
        this.names = names;
    }

    /// @param folded as [Columns#folded] writes a header
    static Optional<ConsentColumn> named(String folded) {
        return Arrays.stream(values()).filter(each -> each.names.contains(folded)).findFirst();
    }

    static Optional<ConsentColumn> of(String meaning) {
        return Arrays.stream(values()).filter(each -> each.name().equals(meaning)).findFirst();
    }
}
