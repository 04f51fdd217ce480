package todoku.web.api;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.DecimalNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.LongNode;
import tools.jackson.databind.node.StringNode;

/// Holds parameters and bodies to the [ApiDocument] before a handler sees them.
@Component
class ApiRequests implements HandlerInterceptor, HandlerMethodArgumentResolver, WebMvcConfigurer {
    private final ApiDocument document;

    ApiRequests(ApiDocument document) {
        this.document = document;
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(this).addPathPatterns(ApiDocument.BASE + "/**").order(1);
    }

    @Override
    public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
        resolvers.add(this);
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        @Nullable JsonNode operation = operation(request);
        if (operation == null) return true;
        // Its fields would pass for parameters.
        if ("application/x-www-form-urlencoded".equals(mediaType(request)))
            throw Refusal.of(HttpStatus.UNSUPPORTED_MEDIA_TYPE, "media-type", String.valueOf(request.getContentType()));
        Map<String, JsonNode> known = new HashMap<>();
        for (JsonNode each : operation.path("parameters")) {
            JsonNode parameter = document.resolve(each);
            if (parameter.path("in").stringValue().equals("query")) known.put(parameter.path("name").stringValue(), parameter);
        }
        if (isMultipart(request)) known.putAll(parts(operation));
        List<Wrong> wrongs = new ArrayList<>();
        request.getParameterMap().forEach((name, values) -> {
            @Nullable JsonNode parameter = known.get(name);
            if (parameter == null) wrongs.add(new Wrong(name, "web.api.bad.unknown"));
            else if (values.length > 1) wrongs.add(new Wrong(name, "web.api.bad.twice"));
            else wrongs.addAll(SchemaCheck.check(document, parameter.get("schema"), typed(document.resolve(parameter.get("schema")), values[0]), name));
        });
        known.forEach((name, parameter) -> {
            if (parameter.path("required").asBoolean(false) && request.getParameter(name) == null)
                wrongs.add(new Wrong(name, "web.api.bad.required"));
        });
        if (!wrongs.isEmpty()) throw Refusal.badParameters(wrongs);
        return true;
    }

    /// What stands beside the file.
    private Map<String, JsonNode> parts(JsonNode operation) {
        Map<String, JsonNode> parts = new HashMap<>();
        JsonNode schema = operation.path("requestBody").path("content").path("multipart/form-data").path("schema");
        schema.path("properties").forEachEntry((name, part) -> {
            if (!part.path("format").asString("").equals("binary")) parts.put(name, JsonNodeFactory.instance.objectNode().set("schema", part));
        });
        return parts;
    }

    private static boolean isMultipart(HttpServletRequest request) {
        return request.getContentType() != null && request.getContentType().startsWith("multipart/");
    }

    private static JsonNode typed(JsonNode schema, String text) {
        String type = schema.path("type").asString("string");
        if (type.equals("boolean") && (text.equals("true") || text.equals("false"))) return BooleanNode.valueOf(text.equals("true"));
        if (type.equals("integer") && text.matches("-?\\d{1,18}")) return LongNode.valueOf(Long.parseLong(text));
        if (type.equals("number") && text.matches("-?\\d{1,18}(\\.\\d{1,18})?")) return DecimalNode.valueOf(new BigDecimal(text));
        return StringNode.valueOf(text);
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType() == Body.class;
    }

    @Override
    public Object resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer container,
            NativeWebRequest web,
            @Nullable WebDataBinderFactory binders)
            throws IOException {
        HttpServletRequest request = web.getNativeRequest(HttpServletRequest.class);
        if (request == null) throw new IllegalStateException("no request");
        @Nullable JsonNode operation = operation(request);
        if (operation == null) throw new IllegalStateException("api/*.yaml does not name " + request.getMethod() + " " + request.getRequestURI());
        JsonNode content = document.resolve(operation.path("requestBody")).path("content");
        @Nullable String type = mediaType(request);
        if (type == null || !content.has(type))
            throw Refusal.of(HttpStatus.UNSUPPORTED_MEDIA_TYPE, "media-type", String.valueOf(request.getContentType()));
        JsonNode json = Json.read(Json.bytes(request));
        List<Wrong> wrongs = SchemaCheck.check(document, content.get(type).get("schema"), json);
        if (!wrongs.isEmpty()) throw Refusal.invalid(wrongs);
        return new Body(json);
    }

    private static @Nullable String mediaType(HttpServletRequest request) {
        try {
            MediaType type = MediaType.parseMediaType(String.valueOf(request.getContentType()));
            return type.getType() + "/" + type.getSubtype();
        } catch (org.springframework.http.InvalidMediaTypeException e) {
            return null;
        }
    }

    private @Nullable JsonNode operation(HttpServletRequest request) {
        Object pattern = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
        return pattern == null ? null : document.operation(request.getMethod(), pattern.toString()).orElse(null);
    }
}
