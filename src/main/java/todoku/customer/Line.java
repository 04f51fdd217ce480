package todoku.customer;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import todoku.mail.address.MailAddress;

/// One line of a file as it was understood.
sealed interface Line {
    int number();

    List<String> cells();

    /// Every cell is what its column says. A standard field of the file that is blank is present with null;
    /// a blank custom field is left out.
    ///
    /// @param canonical  the address as it is found: in many places, so made once
    /// @param customKeys the custom fields the file has a column for
    /// @param custom those that are filled, as JSON
    /// @param agreed null: the line does not say that they agreed
    /// @param unique the values nobody else may have, by the key of their field
    record Good(int number, List<String> cells, MailAddress address, String canonical, Map<StandardField, @Nullable String> standard,
                List<String> customKeys, String custom, Map<String, String> unique, boolean wanted,
                @Nullable Agreement agreed) implements Line {
        @Nullable String customerNumber() {
            return standard.get(StandardField.NUMBER);
        }

        Good unwanted() {
            return wanted ? new Good(number, cells, address, canonical, standard, customKeys, custom, unique, false, agreed) : this;
        }
    }

    /// At least one cell is not, and nothing of the line may be taken.
    record Bad(int number, List<String> cells, String why) implements Line {}
}
