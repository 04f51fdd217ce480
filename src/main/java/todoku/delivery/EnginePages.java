package todoku.delivery;

import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.servlet.View;
import todoku.access.Allowed;
import todoku.access.Function;
import todoku.web.Screen;

/// 配信エンジン: how every destination is doing now, and why it waits.
@Controller
class EnginePages {
    private final Engine engine;

    EnginePages(Engine engine) {
        this.engine = engine;
    }

    @GetMapping("/engine")
    @Allowed(Function.SETTINGS)
    View page() {
        return screen("delivery/engine");
    }

    /// The part that moves.
    @GetMapping("/engine/live")
    @Allowed(Function.SETTINGS)
    View live() {
        return screen("delivery/engine-live");
    }

    private Screen screen(String template) {
        return Screen.of(template).with("now", engine.overlook()).with("providers", engine.providers());
    }
}
