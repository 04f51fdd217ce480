package todoku.campaign;

import java.util.List;
import org.jspecify.annotations.Nullable;
import todoku.segment.Operator;

/// One row of the condition form, as it was typed.
///
/// @param operators those that fit the field; empty while no field is chosen
/// @param error     what is wrong with it, as a text key
public record ConditionRow(
        String field, Operator operator, String first, String second, List<Operator> operators, @Nullable String error) {}
