package todoku.delivery;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// 送信IP × 宛先: which address is known where. Providers are those at which an address is being warmed up.
public record WarmupMatrix(List<Provider> providers, List<Row> rows) {
    /// Columns that fit beside each other; the others have their lines above.
    private static final int MOST_PROVIDERS = 8;

    public WarmupMatrix {
        providers = List.copyOf(providers);
        rows = List.copyOf(rows);
    }

    public record Row(SendingIp ip, List<Cell> cells) {
        public Row {
            cells = List.copyOf(cells);
        }
    }

    /// How well an address is known at a provider.
    /// @param warmup null unless it is on its way there
    public record Cell(State state, @Nullable Warmup warmup) {
        private static final int PERCENT = 100;

        public int percent() {
            return warmup == null ? 0 : Math.min(PERCENT, warmup.day() * PERCENT / Math.max(1, warmup.days()));
        }
    }

    public enum State {
        WARM,
        WARMING,
        HELD,
        NOT_BEGUN,
        OUT
    }

    static WarmupMatrix of(List<AddressRow> addresses) {
        List<Provider> providers = addresses.stream()
                .flatMap(row -> row.warmups().stream())
                .map(Warmup::provider)
                .filter(Objects::nonNull)
                .distinct()
                .limit(MOST_PROVIDERS)
                .toList();
        return new WarmupMatrix(providers, addresses.stream().map(row -> row(row, providers)).toList());
    }

    /// It says something only where addresses differ.
    public boolean isWorthShowing() {
        return !providers.isEmpty() && rows.size() > 1;
    }

    public List<String> names(Locale locale) {
        return providers.stream().map(provider -> provider.name(locale)).toList();
    }

    private static Row row(AddressRow row, List<Provider> providers) {
        Map<Provider, Warmup> begun = row.warmups().stream()
                .filter(warmup -> warmup.provider() != null)
                .collect(Collectors.toMap(warmup -> Objects.requireNonNull(warmup.provider()), warmup -> warmup, (one, _) -> one));
        return new Row(row.ip(), providers.stream().map(provider -> cell(row, begun.get(provider))).toList());
    }

    private static Cell cell(AddressRow row, @Nullable Warmup warmup) {
        if (!row.ip().inUse() || row.missing()) return new Cell(State.OUT, null);
        if (row.ip().warmupFrom() == null || warmup != null && warmup.isDone()) return new Cell(State.WARM, null);
        if (warmup == null) return new Cell(State.NOT_BEGUN, null);
        return new Cell(warmup.held() || warmup.complained() ? State.HELD : State.WARMING, warmup);
    }
}
