package todoku.customer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.event.AddressId;
import todoku.event.Device;
import todoku.event.Event;
import todoku.event.EventFollower;
import todoku.event.LedgerEntry;
import tools.jackson.databind.json.JsonMapper;

/// Learns on what customers read, from their opens and clicks: the newest that is known becomes their 端末. What a person, a
/// file or a program has written there stands; only what was learnt, or nothing, is replaced. No version is counted: an
/// observation must not make anybody's change come too late.
public final class DeviceFollower implements EventFollower {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final JdbcClient db;
    private final SharedAddresses sharing;

    public DeviceFollower(JdbcClient db) {
        this.db = db;
        this.sharing = new SharedAddresses(db);
    }

    @Override
    public String name() {
        return "devices";
    }

    @Override
    public void follow(List<LedgerEntry> entries) {
        Map<Reader, String> newest = new LinkedHashMap<>();
        for (LedgerEntry entry : entries) {
            Event event = entry.event();
            switch (event.kind()) {
                case OPENED, CLICKED -> {
                    AddressId address = event.address();
                    String device = JSON.readTree(event.detail()).path("device").asString("");
                    if (address == null || device.isEmpty()) continue;
                    var reader = new Reader(address.value(), event.mailing() == null ? 0 : event.mailing().value(), Objects.requireNonNullElse(event.recipientNo(), 0));
                    newest.remove(reader);
                    newest.put(reader, word(Device.valueOf(device)));
                }
                case DELIVERED, FAILED, SKIPPED, UNKNOWN, BOUNCED, COMPLAINED, CUSTOMER_CREATED, ADDRESS_CHANGED, CUSTOMER_DELETED,
                        CUSTOMER_MERGED, STATE_CHANGED -> {}
            }
        }
        if (!newest.isEmpty()) learn(newest);
    }

    /// Of a shared address the mail says who read it.
    private record Reader(long address, long mailing, int no) {}

    private static final String OF_THE_RECIPIENT =
            """
            WHERE coalesce((recipient_of(v.mailing, v.no)).customer_id, c.id) = c.id
            """;

    /// Whoever is being changed at this moment is passed over: their next open tells it again.
    private void learn(Map<Reader, String> devices) {
        db.sql("""
                WITH seen AS (
                    SELECT DISTINCT ON (c.id) c.id, v.device
                      FROM unnest(:addresses::bigint[], :mailings::bigint[], :nos::int[], :devices::text[])
                           WITH ORDINALITY v (address, mailing, no, device, n)
                      JOIN customer c ON c.address_id = v.address {own}
                     ORDER BY c.id, v.n DESC),
                free AS (
                    SELECT c.id, v.device FROM seen v JOIN customer c ON c.id = v.id
                     WHERE (c.device IS NULL OR c.device = c.learnt_device) AND c.device IS DISTINCT FROM v.device
                     ORDER BY c.id FOR UPDATE OF c SKIP LOCKED)
                UPDATE customer c SET device = f.device, learnt_device = f.device FROM free f WHERE c.id = f.id
                """.replace("{own}", sharing.any() ? OF_THE_RECIPIENT : ""))
                .param("addresses", devices.keySet().stream().map(Reader::address).toArray(Long[]::new))
                .param("mailings", devices.keySet().stream().map(Reader::mailing).toArray(Long[]::new))
                .param("nos", devices.keySet().stream().map(Reader::no).toArray(Integer[]::new))
                .param("devices", devices.values().toArray(String[]::new))
                .update();
    }

    /// As a file would have it.
    private static String word(Device device) {
        return switch (device) {
            case SMARTPHONE -> "スマートフォン";
            case TABLET -> "タブレット";
            case PC -> "PC";
            case FEATURE_PHONE -> "フィーチャーフォン";
        };
    }
}
