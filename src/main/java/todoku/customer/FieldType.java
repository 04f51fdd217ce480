package todoku.customer;

/// What a custom field holds. In `customer.custom` a number is a JSON number, a date `2024-01-05`, a time
/// `2024-01-05T09:30:00` by the clock in Japan.
public enum FieldType { TEXT, NUMBER, DATE, DATETIME }
