package todoku.customer;

import org.jspecify.annotations.Nullable;

/// What the operator chose for one import.
///
/// @param consentSource where those agreed whom a line 希望する turns from 配信停止 into 配信中; null: nobody is turned
public record ImportChoices(
        String fileName, long group, boolean overwrite, ImportKey key, @Nullable String consentSource, ImportReading reading) {
    public ImportChoices(String fileName, long group, boolean overwrite) {
        this(fileName, group, overwrite, ImportKey.ADDRESS, null, ImportReading.AUTOMATIC);
    }
}
