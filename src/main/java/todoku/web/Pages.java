package todoku.web;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import todoku.access.Operator;
import todoku.access.OperatorArgument;

/// Makes the [Page] of a request, for templates and for handlers that ask for one.
@Component
class Pages implements HandlerMethodArgumentResolver, WebMvcConfigurer {
    private static final List<String> ASSETS = List.of("theme.js", "todoku.css", "todoku.js", "icons.svg");

    private final Texts texts;
    private final InstantSource clock;
    private final Surroundings surroundings;
    private final String assetVersion;

    Pages(Texts texts, InstantSource clock, Surroundings surroundings) {
        this.texts = texts;
        this.clock = clock;
        this.surroundings = surroundings;
        this.assetVersion = assetVersion();
    }

    Page of(HttpServletRequest request, @Nullable HttpServletResponse response) {
        Operator operator = OperatorArgument.signedIn(request);
        return new Page(
                texts,
                locale(request, operator),
                operator,
                surroundings.zone(),
                clock.instant(),
                csrf(request),
                request.getRequestURI(),
                response == null ? null : said(request, response),
                assetVersion,
                surroundings.live());
    }

    /// The operator's choice; before sign-in the browser's, Japanese unless it asks for English first.
    private static Locale locale(HttpServletRequest request, @Nullable Operator operator) {
        if (operator != null) return operator.locale();
        String asked = request.getParameter("lang");
        if (asked != null) return asked.equals("en") ? Locale.ENGLISH : Locale.JAPANESE;
        return request.getLocale().getLanguage().equals("en") && request.getHeader("Accept-Language") != null
                ? Locale.ENGLISH
                : Locale.JAPANESE;
    }

    private static String csrf(HttpServletRequest request) {
        return request.getAttribute(CsrfToken.class.getName()) instanceof CsrfToken token ? token.getToken() : "";
    }

    /// The sentence of the last form, once. Parts of pages leave it for the page.
    private static @Nullable String said(HttpServletRequest request, HttpServletResponse response) {
        if (request.getCookies() == null || request.getHeader("HX-Request") != null) return null;
        for (Cookie cookie : request.getCookies()) {
            if (!cookie.getName().equals(Redirect.COOKIE) || cookie.getValue().isEmpty()) continue;
            response.addHeader(HttpHeaders.SET_COOKIE, Redirect.cookie(request, "", 0));
            return Redirect.decode(cookie.getValue());
        }
        return null;
    }

    private static String assetVersion() {
        CRC32 sum = new CRC32();
        for (String name : ASSETS) {
            try (InputStream file = Pages.class.getResourceAsStream("/static/assets/" + name)) {
                if (file == null) throw new IllegalStateException("the build left out assets/" + name);
                sum.update(file.readAllBytes());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return HexFormat.of().toHexDigits((int) sum.getValue());
    }

    @Override
    public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
        resolvers.add(this);
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType() == Page.class;
    }

    @Override
    public Object resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer container,
            NativeWebRequest request,
            @Nullable WebDataBinderFactory binders) {
        HttpServletRequest asked = request.getNativeRequest(HttpServletRequest.class);
        if (asked == null) throw new IllegalStateException("no request");
        return of(asked, null);
    }
}
