package todoku.customer;

/// What a field of the house holds. In `customer.custom` a number is a JSON number, 日付 is `2024-01-05`, 日時
/// `2024-01-05T09:30:00` by the clock in Japan, はい・いいえ true or false, several choices an array of text, and all others text.
public enum FieldType {
    TEXT, LONG_TEXT, NUMBER, DATE, DATETIME, YES_NO, CHOICE, CHOICES, MAIL_ADDRESS, TELEPHONE, POSTAL_CODE, URL;

    public boolean hasChoices() {
        return this == CHOICE || this == CHOICES;
    }

    /// Whether its smallest and largest length, or number, can be said.
    public boolean hasRange() {
        return this == NUMBER || isFreeText();
    }

    public boolean isFreeText() {
        return this == TEXT || this == LONG_TEXT;
    }

    /// Long texts are too long for an index.
    public boolean maybeSearched() {
        return this != LONG_TEXT;
    }

    /// Whether it makes sense that nobody has the same.
    public boolean maybeUnique() {
        return switch (this) {
            case TEXT, NUMBER, MAIL_ADDRESS, TELEPHONE, URL -> true;
            case LONG_TEXT, DATE, DATETIME, YES_NO, CHOICE, CHOICES, POSTAL_CODE -> false;
        };
    }
}
