package todoku.customer.record;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One line of a file of records as it was understood.
sealed interface RecordLine {
    int row();

    List<String> cells();

    /// Every cell is what its column says.
    ///
    /// @param customer the 会員番号, or the canonical mail address
    /// @param data     the fields that are filled, as JSON
    record Good(int row, List<String> cells, String customer, @Nullable String number, Instant at, @Nullable BigDecimal amount, String data)
            implements RecordLine {}

    /// At least one cell is not, and nothing of the line may be taken.
    record Bad(int row, List<String> cells, String why) implements RecordLine {}
}
