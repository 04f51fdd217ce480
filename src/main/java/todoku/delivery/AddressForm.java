package todoku.delivery;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the form of one sending address shows.
/// @param ip null when it is to be added
/// @param values by the name of the field, as they stand or as they were typed
public record AddressForm(@Nullable SendingIp ip, List<SendingPool> pools, Map<String, String> values, int version) {
    public AddressForm {
        pools = List.copyOf(pools);
    }

    public boolean isNew() {
        return ip == null;
    }

    public boolean hasAddress() {
        return ip == null || !ip.isAny();
    }

    public String value(String field) {
        return values.getOrDefault(field, "");
    }
}
