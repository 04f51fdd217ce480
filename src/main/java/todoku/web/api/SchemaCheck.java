package todoku.web.api;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// Holds a value to a schema of the [ApiDocument]: the part of JSON Schema that is used there.
public final class SchemaCheck {
    /// What a schema may say; a test walks all of them.
    public static final Set<String> KNOWN = Set.of(
            "$ref", "type", "properties", "required", "additionalProperties", "items", "minItems", "maxItems", "enum", "minLength",
            "maxLength", "pattern", "format", "minimum", "maximum", "maxProperties", "description", "example", "examples", "default");

    /// Nobody corrects more at once.
    private static final int MOST = 50;

    /// A number with more digits is no figure of a shop.
    private static final int MOST_DIGITS = 60;

    private final ApiDocument document;
    private final List<Wrong> wrongs = new ArrayList<>();

    private SchemaCheck(ApiDocument document) {
        this.document = document;
    }

    public static List<Wrong> check(ApiDocument document, JsonNode schema, JsonNode value) {
        return check(document, schema, value, "");
    }

    static List<Wrong> check(ApiDocument document, JsonNode schema, JsonNode value, String field) {
        var check = new SchemaCheck(document);
        check.value(schema, value, field);
        return check.wrongs;
    }

    private void value(JsonNode asWritten, JsonNode value, String field) {
        JsonNode schema = document.resolve(asWritten);
        if (wrongs.size() >= MOST) return;
        Set<String> types = types(schema);
        if (!types.isEmpty() && types.stream().noneMatch(type -> is(type, value))) {
            wrong(field, "web.api.bad.type", types.stream().filter(type -> !type.equals("null")).collect(Collectors.joining(" / ")));
            return;
        }
        if (schema.has("enum") && schema.get("enum").valueStream().noneMatch(value::equals)) {
            wrong(field, "web.api.bad.enum", schema.get("enum").valueStream().map(JsonNode::asString).collect(Collectors.joining(", ")));
            return;
        }
        if (value.isString()) text(schema, value.stringValue(), field);
        else if (value.isNumber()) number(schema, value, field);
        else if (value.isObject()) object(schema, value, field);
        else if (value.isArray()) array(schema, value, field);
    }

    private static Set<String> types(JsonNode schema) {
        JsonNode type = schema.path("type");
        if (type.isString()) return Set.of(type.stringValue());
        return type.valueStream().map(JsonNode::stringValue).collect(Collectors.toCollection(java.util.LinkedHashSet::new));
    }

    private static boolean is(String type, JsonNode value) {
        return switch (type) {
            case "string" -> value.isString();
            case "integer" -> value.isIntegralNumber() && value.canConvertToLong();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "null" -> value.isNull();
            default -> throw new IllegalStateException("type " + type);
        };
    }

    private void text(JsonNode schema, String text, String field) {
        if (isBroken(text)) {
            wrong(field, "web.api.bad.character");
            return;
        }
        if (text.codePointCount(0, text.length()) < schema.path("minLength").asInt(0)) wrong(field, "web.api.bad.empty");
        int longest = schema.path("maxLength").asInt(Integer.MAX_VALUE);
        if (text.codePointCount(0, text.length()) > longest) wrong(field, "web.api.bad.long", longest);
        if (schema.has("pattern") && !Pattern.compile(schema.get("pattern").stringValue()).matcher(text).find())
            wrong(field, "web.api.bad.pattern", schema.get("pattern").stringValue());
        try {
            switch (schema.path("format").asString("")) {
                case "date" -> LocalDate.parse(text);
                case "date-time" -> OffsetDateTime.parse(text);
                default -> { }
            }
        } catch (DateTimeException e) {
            wrong(field, "web.api.bad." + schema.get("format").stringValue());
        }
    }

    /// NUL, which no table takes, and half a character, which no mail can carry.
    private static boolean isBroken(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) return true;
            if (!Character.isSurrogate(c)) continue;
            if (!Character.isHighSurrogate(c) || i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1))) return true;
            i++;
        }
        return false;
    }

    private void number(JsonNode schema, JsonNode value, String field) {
        BigDecimal number = value.decimalValue();
        if (number.precision() > MOST_DIGITS || Math.abs(number.scale()) > MOST_DIGITS) {
            wrong(field, "web.api.bad.digits", MOST_DIGITS);
            return;
        }
        if (schema.has("minimum") && number.compareTo(schema.get("minimum").decimalValue()) < 0)
            wrong(field, "web.api.bad.minimum", schema.get("minimum").asString());
        if (schema.has("maximum") && number.compareTo(schema.get("maximum").decimalValue()) > 0)
            wrong(field, "web.api.bad.maximum", schema.get("maximum").asString());
    }

    private void object(JsonNode schema, JsonNode value, String field) {
        JsonNode properties = schema.path("properties"), others = schema.path("additionalProperties");
        schema.path("required").valueStream().map(JsonNode::stringValue)
                .filter(name -> !value.has(name)).forEach(name -> wrong(below(field, name), "web.api.bad.required"));
        if (value.size() > schema.path("maxProperties").asInt(Integer.MAX_VALUE))
            wrong(field, "web.api.bad.many", schema.get("maxProperties").asInt());
        for (Map.Entry<String, JsonNode> entry : value.properties()) {
            String name = below(field, entry.getKey());
            if (isBroken(entry.getKey())) wrong(field, "web.api.bad.character");
            else if (properties.has(entry.getKey())) value(properties.get(entry.getKey()), entry.getValue(), name);
            else if (others.isObject()) value(others, entry.getValue(), name);
            else if (others.isBoolean() && !others.booleanValue()) wrong(name, "web.api.bad.unknown");
        }
    }

    private void array(JsonNode schema, JsonNode value, String field) {
        if (value.size() < schema.path("minItems").asInt(0)) wrong(field, "web.api.bad.few", schema.get("minItems").asInt());
        if (value.size() > schema.path("maxItems").asInt(Integer.MAX_VALUE)) {
            wrong(field, "web.api.bad.many", schema.get("maxItems").asInt());
            return;
        }
        if (schema.has("items")) for (int i = 0; i < value.size(); i++) value(schema.get("items"), value.get(i), field + "[" + i + "]");
    }

    private static String below(String field, String name) {
        return field.isEmpty() ? name : field + "." + name;
    }

    private void wrong(String field, String key, Object... arguments) {
        if (wrongs.size() < MOST) wrongs.add(new Wrong(field.isEmpty() ? "(body)" : field, key, arguments));
    }
}
