package todoku.access;

/// One thing an operator may be allowed to do. Handlers name one; roles bundle them.
public enum Function {
    HOME,
    OWN_ACCOUNT,
    CUSTOMER_VIEW,
    CUSTOMER_EDIT,
    /// Deletes many customers at once, for good.
    CUSTOMER_DELETE,
    CUSTOMER_IMPORT,
    FIELD_EDIT,
    GROUP_EDIT,
    /// Names outside databases, sees their first rows, and has them read.
    OUTSIDE_DATABASE,
    /// Sees 個人情報 unmasked, also in previews and downloads.
    PERSONAL_DATA,
    DOWNLOAD,
    MAIL_VIEW,
    MAIL_EDIT,
    SENDER_EDIT,
    CAMPAIGN_VIEW,
    CAMPAIGN_EDIT,
    /// Reserves, pauses, resumes and stops.
    CAMPAIGN_SEND,
    /// Makes and sends spot mails, which also reach people who opted out.
    SPOT,
    APPROVE,
    REPORT_VIEW,
    SIMULATION_VIEW,
    OPERATOR_EDIT,
    AUDIT_VIEW,
    /// Makes and revokes keys of the REST interface.
    API_KEY_EDIT,
    SETTINGS;

    public String key() {
        return "access.function." + name();
    }
}
