package todoku.web.api;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.catalina.connector.ClientAbortException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.ErrorResponse;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.multipart.MaxUploadSizeExceededException;
import org.springframework.web.multipart.MultipartException;
import org.springframework.web.multipart.support.MissingServletRequestPartException;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.resource.NoResourceFoundException;
import todoku.access.KeyRefused;
import todoku.access.NotAllowed;
import todoku.access.ScopeMissing;
import todoku.access.TooFast;
import todoku.web.NotFound;
import todoku.web.Texts;
import tools.jackson.databind.json.JsonMapper;

/// Everything that goes wrong below `/api/`, as `application/problem+json` (RFC 9457): in Japanese, or in English for whoever
/// asks for it by `Accept-Language`.
@Component
public class Problems implements HandlerExceptionResolver, Ordered {
    /// How many requests a key may send, and how many are left (draft-ietf-httpapi-ratelimit-headers): said with a problem too.
    public static final String RATE_LIMIT_POLICY = "RateLimit-Policy";
    public static final String RATE_LIMIT = "RateLimit";

    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String TYPE = "urn:todoku:problem:";

    private final Texts texts;

    Problems(Texts texts) {
        this.texts = texts;
    }

    /// Before the pages' own answers.
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception trouble) {
        if (!request.getRequestURI().startsWith("/api/")) return null;
        try {
            answer(request, response, trouble);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new ModelAndView();
    }

    /// Writes the problem; nothing when an answer has begun or nobody reads it.
    public void answer(HttpServletRequest request, HttpServletResponse response, Exception trouble) throws IOException {
        if (response.isCommitted() || trouble instanceof AsyncRequestNotUsableException || trouble instanceof ClientAbortException) return;
        @Nullable String policy = response.getHeader(RATE_LIMIT_POLICY);
        @Nullable String left = response.getHeader(RATE_LIMIT);
        response.reset();
        if (policy != null) response.setHeader(RATE_LIMIT_POLICY, policy);
        if (left != null) response.setHeader(RATE_LIMIT, left);
        Refusal refusal = refusal(request, response, trouble);
        Locale locale = locale(request);
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("type", TYPE + refusal.name());
        document.put("title", texts.get(locale, "web.api." + refusal.name()));
        document.put("status", refusal.status().value());
        document.put("detail", texts.get(locale, "web.api." + refusal.name() + ".why", refusal.arguments()));
        if (!refusal.wrongs().isEmpty()) document.put("errors", errors(locale, refusal.wrongs()));
        document.putAll(refusal.more());
        byte[] bytes = JSON.writeValueAsBytes(document);
        response.setStatus(refusal.status().value());
        response.setContentType("application/problem+json");
        response.setHeader(HttpHeaders.CONTENT_LANGUAGE, locale.getLanguage());
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        response.getOutputStream().write(bytes);
    }

    /// One error in the language asked for.
    public String say(HttpServletRequest request, Wrong wrong) {
        return texts.get(locale(request), wrong.key(), wrong.arguments().toArray());
    }

    String say(HttpServletRequest request, Refusal refusal) {
        return texts.get(locale(request), "web.api." + refusal.name() + ".why", refusal.arguments());
    }

    private List<Map<String, String>> errors(Locale locale, List<Wrong> wrongs) {
        return wrongs.stream()
                .map(wrong -> Map.of("field", wrong.field(), "message", texts.get(locale, wrong.key(), wrong.arguments().toArray())))
                .toList();
    }

    private static Locale locale(HttpServletRequest request) {
        return request.getHeader(HttpHeaders.ACCEPT_LANGUAGE) != null && request.getLocale().getLanguage().equals("en")
                ? Locale.ENGLISH
                : Locale.JAPANESE;
    }

    private Refusal refusal(HttpServletRequest request, HttpServletResponse response, Exception trouble) {
        switch (trouble) {
            case Refusal refusal -> {
                return refusal;
            }
            case KeyRefused _ -> {
                response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"todoku\""
                        + (request.getHeader(HttpHeaders.AUTHORIZATION) == null ? "" : ", error=\"invalid_token\""));
                return Refusal.of(HttpStatus.UNAUTHORIZED, "unauthorized");
            }
            case TooFast fast -> {
                response.setHeader(HttpHeaders.RETRY_AFTER, Integer.toString(fast.seconds()));
                return Refusal.of(HttpStatus.TOO_MANY_REQUESTS, "too-fast", fast.limit(), fast.seconds());
            }
            case ScopeMissing missing -> {
                String scope = missing.scope().text();
                response.setHeader(HttpHeaders.WWW_AUTHENTICATE,
                        "Bearer realm=\"todoku\", error=\"insufficient_scope\", scope=\"" + scope + "\"");
                return Refusal.of(HttpStatus.FORBIDDEN, "scope-missing", scope);
            }
            case NotAllowed refused -> {
                return Refusal.of(HttpStatus.FORBIDDEN, "not-allowed", texts.get(locale(request), refused.function().key()));
            }
            case NotFound _, NoResourceFoundException _, MethodArgumentTypeMismatchException _ -> {
                return Refusal.of(HttpStatus.NOT_FOUND, "not-found");
            }
            case HttpRequestMethodNotSupportedException method -> {
                String[] known = method.getSupportedMethods();
                String list = known == null ? "" : String.join(", ", known);
                response.setHeader(HttpHeaders.ALLOW, list);
                return Refusal.of(HttpStatus.METHOD_NOT_ALLOWED, "method", method.getMethod(), list);
            }
            case HttpMediaTypeNotSupportedException type -> {
                return Refusal.of(HttpStatus.UNSUPPORTED_MEDIA_TYPE, "media-type", String.valueOf(type.getContentType()));
            }
            case HttpMediaTypeNotAcceptableException _ -> {
                return Refusal.of(HttpStatus.NOT_ACCEPTABLE, "not-acceptable");
            }
            case MaxUploadSizeExceededException _ -> {
                return Refusal.of(HttpStatus.CONTENT_TOO_LARGE, "too-large", "1 GB");
            }
            case MultipartException _ when !String.valueOf(request.getContentType()).startsWith("multipart/") -> {
                return Refusal.of(HttpStatus.UNSUPPORTED_MEDIA_TYPE, "media-type", String.valueOf(request.getContentType()));
            }
            case MultipartException _ -> {
                return Refusal.of(HttpStatus.BAD_REQUEST, "bad-request");
            }
            case MissingServletRequestParameterException missing -> {
                return Refusal.badParameters(List.of(new Wrong(missing.getParameterName(), "web.api.bad.required")));
            }
            case MissingServletRequestPartException missing -> {
                return Refusal.invalid(missing.getRequestPartName(), "web.api.bad.required");
            }
            case DataAccessResourceFailureException _ -> {
                LOG.warn("the database does not answer", trouble);
                return Refusal.of(HttpStatus.SERVICE_UNAVAILABLE, "database");
            }
            case ErrorResponse answer when answer.getStatusCode().is4xxClientError() -> {
                return Refusal.of(HttpStatus.valueOf(answer.getStatusCode().value()), "bad-request");
            }
            default -> {
                String number = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
                LOG.error("{} {} failed, number {}", request.getMethod(), request.getRequestURI(), number, trouble);
                return Refusal.of(HttpStatus.INTERNAL_SERVER_ERROR, "ours", number);
            }
        }
    }
}
