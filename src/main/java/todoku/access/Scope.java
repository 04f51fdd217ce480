package todoku.access;

import java.util.Arrays;
import java.util.Optional;

/// One thing an API key may do. Each stands for the function an operator would need for the same.
public enum Scope {
    CUSTOMERS_READ("customers:read", Function.CUSTOMER_VIEW),
    CUSTOMERS_WRITE("customers:write", Function.CUSTOMER_EDIT),
    /// Deletes people for good.
    CUSTOMERS_DELETE("customers:delete", Function.CUSTOMER_EDIT),
    GROUPS_READ("groups:read", Function.CUSTOMER_VIEW),
    GROUPS_WRITE("groups:write", Function.GROUP_EDIT),
    SEGMENTS_READ("segments:read", Function.CUSTOMER_VIEW),
    SEGMENTS_WRITE("segments:write", Function.CAMPAIGN_EDIT),
    IMPORTS_READ("imports:read", Function.CUSTOMER_VIEW),
    IMPORTS_WRITE("imports:write", Function.CUSTOMER_IMPORT),
    RECORDS_READ("records:read", Function.CUSTOMER_VIEW),
    RECORDS_WRITE("records:write", Function.CUSTOMER_IMPORT),
    /// Reads 個人情報 unmasked, together with another scope.
    PERSONAL_DATA("personal-data", Function.PERSONAL_DATA);

    private final String text;
    private final Function function;

    Scope(String text, Function function) {
        this.text = text;
        this.function = function;
    }

    /// As it is written in keys, documents and answers.
    public String text() {
        return text;
    }

    public Function function() {
        return function;
    }

    public String key() {
        return "access.scope." + name();
    }

    public static Optional<Scope> of(String text) {
        return Arrays.stream(values()).filter(scope -> scope.text.equals(text)).findFirst();
    }
}
