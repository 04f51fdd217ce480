package todoku.customer;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A person who may be written to. `custom` has the house's own fields by their key: text, number, truth or
/// list, or a date as text (see [FieldType]).
///
/// @param deviceLearnt nobody said it: their opens and clicks told
public record Customer(long id, @Nullable String number, long addressId, String address,
                       @Nullable String familyName, @Nullable String givenName,
                       @Nullable String familyKana, @Nullable String givenKana,
                       @Nullable String gender, @Nullable LocalDate birthday,
                       @Nullable String postalCode, @Nullable String prefecture, @Nullable String city,
                       @Nullable String telephone, @Nullable String preferredFormat, @Nullable String device,
                       boolean deviceLearnt, @Nullable String carrier, Map<String, Object> custom,
                       Instant createdAt, Instant changedAt, int version) {}
