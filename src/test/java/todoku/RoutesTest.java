package todoku;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import todoku.access.Allowed;
import todoku.access.Open;

/// All routes of the product, walked: each says who may use it, and nobody else can.
class RoutesTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    /// Everybody may use these, and no others.
    private static final Set<String> OPEN = Set.of("GET /sign-in", "POST /sign-in", "GET /metrics");

    @Test
    void every_handler_states_the_function_it_needs() {
        Set<String> silent = new TreeSet<>();
        routes().forEach((route, method) -> {
            if (method.hasMethodAnnotation(Allowed.class) == method.hasMethodAnnotation(Open.class))
                silent.add(route + " " + method);
        });
        assertThat(silent).isEmpty();
    }

    @Test
    void only_the_named_routes_are_for_everybody() {
        Set<String> open = new TreeSet<>();
        routes().forEach((route, method) -> {
            if (method.hasMethodAnnotation(Open.class)) methods(route).forEach(m -> paths(route).forEach(p -> open.add(m + " " + p)));
        });
        assertThat(open).isEqualTo(OPEN);
    }

    @Test
    void a_get_never_shares_a_route_with_a_change() {
        routes().keySet().forEach(route -> assertThat(methods(route))
                .as("%s names its method", route)
                .hasSize(1));
    }

    @Test
    void without_sign_in_every_page_leads_to_the_sign_in_form() {
        TestServer.Visitor stranger = server.visitor();
        routes().forEach((route, method) -> {
            if (!methods(route).contains(RequestMethod.GET) || method.hasMethodAnnotation(Open.class)) return;
            for (String path : paths(route)) {
                var answer = stranger.get(path.replaceAll("\\{[^}]*}", "1"));
                assertThat(answer.uri().getPath()).as(path).isEqualTo("/sign-in");
            }
        });
    }

    @Test
    void a_change_without_the_token_of_its_form_is_refused() throws Exception {
        var client = java.net.http.HttpClient.newHttpClient();
        for (Map.Entry<RequestMappingInfo, HandlerMethod> route : routes().entrySet()) {
            if (!methods(route.getKey()).contains(RequestMethod.POST)) continue;
            for (String path : paths(route.getKey())) {
                var request = java.net.http.HttpRequest.newBuilder(
                                java.net.URI.create(server.url() + path.replaceAll("\\{[^}]*}", "1")))
                        .POST(java.net.http.HttpRequest.BodyPublishers.noBody())
                        .build();
                var answer = client.send(request, java.net.http.HttpResponse.BodyHandlers.ofString());
                assertThat(answer.statusCode()).as(path).isEqualTo(403);
                assertThat(answer.body()).as(path).contains("フォームの有効期限が切れました");
            }
        }
    }

    private static Map<RequestMappingInfo, HandlerMethod> routes() {
        Map<RequestMappingInfo, HandlerMethod> all = server.context()
                .getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                .getHandlerMethods();
        all = new java.util.HashMap<>(all);
        all.values().removeIf(method -> !method.getBeanType().getName().startsWith("todoku."));
        assertThat(all).isNotEmpty();
        return all;
    }

    private static Set<RequestMethod> methods(RequestMappingInfo route) {
        return route.getMethodsCondition().getMethods();
    }

    private static Set<String> paths(RequestMappingInfo route) {
        return route.getPatternValues();
    }
}
