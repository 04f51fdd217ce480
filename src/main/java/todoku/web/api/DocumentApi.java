package todoku.web.api;

import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import todoku.access.Allowed;
import todoku.access.Function;
import todoku.access.Scoped;

/// The description of the interface, for programs and for whoever makes their keys.
@RestController
class DocumentApi {
    private final String json;

    DocumentApi(ApiDocument document) {
        this.json = document.json().toString();
    }

    @GetMapping(ApiDocument.BASE + "/openapi.json")
    @Scoped
    ResponseEntity<String> describe() {
        return answer();
    }

    @GetMapping("/settings/api/openapi.json")
    @Allowed(Function.API_KEY_EDIT)
    ResponseEntity<String> forOperators() {
        return answer();
    }

    private ResponseEntity<String> answer() {
        return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(json);
    }
}
