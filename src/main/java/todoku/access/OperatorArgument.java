package todoku.access;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/// Gives handlers the operator who asks, and those of the REST interface the program.
@Component
public class OperatorArgument implements HandlerMethodArgumentResolver, WebMvcConfigurer {
    @Override
    public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
        resolvers.add(this);
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType() == Operator.class || parameter.getParameterType() == Caller.class;
    }

    @Override
    public Object resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer container,
            NativeWebRequest request,
            @Nullable WebDataBinderFactory binders) {
        HttpServletRequest asked = request.getNativeRequest(HttpServletRequest.class);
        return parameter.getParameterType() == Caller.class ? caller(asked) : of(asked);
    }

    /// Who asks; null before sign-in.
    public static @Nullable Operator signedIn(HttpServletRequest request) {
        return Door.operator(request).orElse(null);
    }

    private static Caller caller(@Nullable HttpServletRequest request) {
        if (request == null) throw new IllegalStateException("no request");
        return Caller.of(request).orElseThrow(KeyRefused::new);
    }

    private static Operator of(@Nullable HttpServletRequest request) {
        if (request == null) throw new IllegalStateException("no request");
        return Door.operator(request).orElseThrow(() -> new IllegalStateException("an open handler has no operator"));
    }
}
