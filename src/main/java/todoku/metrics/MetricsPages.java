package todoku.metrics;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import todoku.access.Open;

/// `/metrics`: for a program with the token, not for people.
@Controller
class MetricsPages {
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final Metrics metrics;
    private final MetricsToken token;

    MetricsPages(Metrics metrics, MetricsToken token) {
        this.metrics = metrics;
        this.token = token;
    }

    @GetMapping("/metrics")
    @Open
    ResponseEntity<String> metrics(@RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String authorization) {
        if (!token.opens(authorization))
            return ResponseEntity.status(HttpStatus.UNAUTHORIZED).header(HttpHeaders.WWW_AUTHENTICATE, "Bearer").body("");
        return ResponseEntity.ok()
                .header(HttpHeaders.CONTENT_TYPE, TEXT)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .body(metrics.scrape());
    }
}
