package todoku.customer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the operator chose for one import.
///
/// @param group         null: none, when customers are deleted
/// @param consentSource where those agreed whom a line 希望する turns from 配信停止 into 配信中; null: nobody is turned
/// @param departments   customers in groups of others are not deleted
public record ImportChoices(
        String fileName, @Nullable Long group, ImportMode mode, ImportKey key, @Nullable String consentSource, ImportReading reading,
        List<Long> departments) {
    public ImportChoices {
        departments = List.copyOf(departments);
    }

    public ImportChoices(String fileName, long group, boolean overwrite) {
        this(fileName, group, overwrite ? ImportMode.ADD_AND_OVERWRITE : ImportMode.ADD, ImportKey.ADDRESS, null, ImportReading.AUTOMATIC, List.of());
    }
}
