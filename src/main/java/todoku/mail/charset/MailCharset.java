package todoku.mail.charset;

/// What the words of a mail are written in: 文字コード.
public enum MailCharset {
    UTF_8("UTF-8"),
    /// For receivers that read nothing newer. A mail it has not all characters for goes in UTF-8.
    ISO_2022_JP("ISO-2022-JP");

    private final String label;

    MailCharset(String label) {
        this.label = label;
    }

    /// As `charset=` writes it (RFC 2046 §4.1.2).
    public String label() {
        return label;
    }
}
