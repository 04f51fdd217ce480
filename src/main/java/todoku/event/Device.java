package todoku.event;

/// On what somebody reads mail. The names are stored in the details of [Event.Kind#OPENED] and [Event.Kind#CLICKED], as
/// `device`; it is missing where nothing plainly told it.
public enum Device {
    SMARTPHONE,
    TABLET,
    PC,
    FEATURE_PHONE
}
