package todoku;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import todoku.access.Allowed;
import todoku.access.Open;
import todoku.access.Scope;
import todoku.access.Scoped;

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
            long said = Stream.of(Allowed.class, Open.class, Scoped.class).filter(method::hasMethodAnnotation).count();
            if (said != 1) silent.add(route + " " + method);
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

    /// No session, no form's token: a key.
    @Test
    void exactly_the_routes_below_api_are_for_keys_and_without_one_they_refuse() {
        Program stranger = Program.stranger(server, null);
        routes().forEach((route, method) -> paths(route).forEach(path -> {
            assertThat(path.startsWith("/api/")).as("%s is for keys", path).isEqualTo(method.hasMethodAnnotation(Scoped.class));
            if (!path.startsWith("/api/")) return;
            for (RequestMethod verb : methods(route)) {
                var answer = stranger.send(verb.name(), path.substring("/api/v1".length()).replaceAll("\\{[^}]*}", "1"), null, null);
                assertThat(answer.status()).as(path).isEqualTo(401);
                assertThat(answer.header("Content-Type")).as(path).isEqualTo("application/problem+json");
            }
        }));
    }

    @Test
    void a_key_without_scopes_of_a_route_is_refused_there() {
        Program helpless = Program.with(server, Scope.PERSONAL_DATA);
        routes().forEach((route, method) -> {
            Scoped scoped = method.getMethodAnnotation(Scoped.class);
            if (scoped == null || scoped.value().length == 0) return;
            for (String path : paths(route)) for (RequestMethod verb : methods(route)) {
                var answer = helpless.send(verb.name(), path.substring("/api/v1".length()).replaceAll("\\{[^}]*}", "1"), null, null);
                assertThat(answer.status()).as(path).isEqualTo(403);
                assertThat(answer.text()).as(path).contains(scoped.value()[0].text());
            }
        });
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
            if (!methods(route).contains(RequestMethod.GET) || !method.hasMethodAnnotation(Allowed.class)) return;
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
            if (!methods(route.getKey()).contains(RequestMethod.POST) || route.getValue().hasMethodAnnotation(Scoped.class)) continue;
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
