package todoku.access;

import org.jspecify.annotations.Nullable;

/// The one door through which a customer's data is shown. Without [Function#PERSONAL_DATA] it leaves enough to tell two
/// people apart, and no more.
public final class Masking {
    private static final String HIDDEN = "＊＊＊";

    private final boolean masked;

    private Masking(boolean masked) {
        this.masked = masked;
    }

    public static Masking of(Operator operator) {
        return new Masking(!operator.may(Function.PERSONAL_DATA));
    }

    /// For nobody in particular: everything is masked.
    public static Masking all() {
        return new Masking(true);
    }

    public boolean masked() {
        return masked;
    }

    /// `h***@example.jp`
    public String address(@Nullable String address) {
        if (address == null) return "";
        if (!masked) return address;
        int at = address.lastIndexOf('@');
        return at < 1 ? HIDDEN : address.substring(0, address.offsetByCodePoints(0, 1)) + "***" + address.substring(at);
    }

    /// The first character stays.
    public String name(@Nullable String name) {
        if (name == null || name.isEmpty()) return "";
        return masked ? name.substring(0, name.offsetByCodePoints(0, 1)) + HIDDEN : name;
    }

    /// The last two digits stay.
    public String telephone(@Nullable String number) {
        if (number == null || number.isEmpty()) return "";
        return masked ? HIDDEN + number.substring(Math.max(0, number.length() - 2)) : number;
    }

    /// Nothing stays: birthdays, addresses of houses, fields marked 個人情報.
    public String text(@Nullable Object value) {
        if (value == null || value.toString().isEmpty()) return "";
        return masked ? HIDDEN : value.toString();
    }
}
