package todoku.web;

import gg.jte.TemplateEngine;
import gg.jte.output.Utf8ByteOutput;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.context.support.WebApplicationContextUtils;
import org.springframework.web.servlet.View;

/// A template with what it shows. The template's parameter `page` is filled by itself.
public final class Screen implements View {
    private final String template;
    private final Map<String, @Nullable Object> model = new HashMap<>();
    private HttpStatus status = HttpStatus.OK;

    private Screen(String template) {
        this.template = template;
    }

    /// @param template path below `src/main/jte`, without the ending
    public static Screen of(String template) {
        return new Screen(template);
    }

    public Screen with(String name, @Nullable Object value) {
        model.put(name, value);
        return this;
    }

    /// Not 200: 422 for a form refused, 409 for one that somebody else changed, 404 …
    public Screen status(HttpStatus status) {
        this.status = status;
        return this;
    }

    @Override
    public String getContentType() {
        return "text/html;charset=UTF-8";
    }

    @Override
    public void render(@Nullable Map<String, ?> unused, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        var context = WebApplicationContextUtils.getRequiredWebApplicationContext(request.getServletContext());
        model.put("page", context.getBean(Pages.class).of(request, response));
        Utf8ByteOutput output = new Utf8ByteOutput();
        context.getBean(TemplateEngine.class).render(template + ".jte", model, output);
        response.setStatus(status.value());
        response.setContentType(getContentType());
        response.setHeader("Cache-Control", "no-store");
        response.setContentLength(output.getContentLength());
        output.writeTo(response.getOutputStream());
    }
}
