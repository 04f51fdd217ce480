package todoku.delivery;

import java.util.List;

/// One sending address on the page 送信IP.
/// @param missing used, but not an address of this machine
public record AddressRow(SendingIp ip, boolean missing, List<Warmup> warmups) {
    public AddressRow {
        warmups = List.copyOf(warmups);
    }
}
