package todoku.customer;

/// A character set an operator may say a file is written in. The names are stored and sent by forms.
public enum ImportEncoding {
    UTF_8("UTF-8"),
    WINDOWS_31J("Shift_JIS（CP932）"),
    EUC_JP("EUC-JP"),
    ISO_2022_JP("ISO-2022-JP"),
    UTF_16("UTF-16");

    private final String label;

    ImportEncoding(String label) {
        this.label = label;
    }

    /// As people call it, in every language.
    public String label() {
        return label;
    }

    /// The same for a character set as Java names it.
    public static String label(String charset) {
        return charset.equalsIgnoreCase("windows-31j") ? WINDOWS_31J.label : charset;
    }
}
