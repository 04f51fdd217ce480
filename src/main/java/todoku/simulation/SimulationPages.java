package todoku.simulation;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.View;
import todoku.access.Allowed;
import todoku.access.Function;
import todoku.access.NotAllowed;
import todoku.web.NotFound;
import todoku.web.Page;
import todoku.web.Screen;

/// 模擬受信箱: the mails that arrived in the simulated internet, as their readers see them.
@Controller
public class SimulationPages {
    private static final int SHOWN = 50;
    /// The reader's pictures and links are real ones (they count); scripts and forms are not, and nothing of ours is within reach.
    private static final String READER =
            "default-src 'none'; img-src data: https: http:; style-src 'unsafe-inline'; frame-ancestors 'self';"
                    + " sandbox allow-popups allow-popups-to-escape-sandbox";

    private final SimulatedInternet internet;

    SimulationPages(SimulatedInternet internet) {
        this.internet = internet;
    }

    /// One mail of the list.
    public record Row(long id, java.time.Instant at, String to, String subject, boolean verified) {}

    @GetMapping("/simulation")
    @Allowed(Function.SIMULATION_VIEW)
    View list(@RequestParam(defaultValue = "") String to) {
        String wanted = to.strip().toLowerCase(java.util.Locale.ROOT);
        List<Row> rows = internet.mails(Mailbox.MAX_MAILS).stream()
                .filter(mail -> wanted.isEmpty() || mail.to().toLowerCase(java.util.Locale.ROOT).contains(wanted))
                .limit(SHOWN)
                .map(mail -> new Row(mail.id(), mail.at(), mail.to(), ReadMail.of(mail).subject(), mail.verified()))
                .toList();
        return Screen.of("simulation/list")
                .with("rows", rows)
                .with("received", internet.received())
                .with("duplicates", internet.duplicates())
                .with("unverified", internet.unverified())
                .with("complaints", internet.complaints())
                .with("to", to);
    }

    @GetMapping("/simulation/{id}")
    @Allowed(Function.SIMULATION_VIEW)
    View show(@PathVariable long id) {
        SimulatedMail mail = mail(id);
        return Screen.of("simulation/mail").with("mail", mail).with("read", ReadMail.of(mail));
    }

    /// The mail itself, for a frame.
    @GetMapping("/simulation/{id}/body")
    @Allowed(Function.SIMULATION_VIEW)
    ResponseEntity<byte[]> body(@PathVariable long id, @RequestParam(defaultValue = "html") String part, Page page) {
        if (page.mask().masked()) throw new NotAllowed(Function.PERSONAL_DATA);
        ReadMail read = ReadMail.of(mail(id));
        boolean html = part.equals("html") && read.html() != null;
        String words = html ? withBase(String.valueOf(read.html())) : part.equals("source") ? read.source() : read.text() == null ? page.t("simulation.no-text") : read.text();
        return ResponseEntity.ok()
                .header("Content-Security-Policy", READER)
                .header("Cache-Control", "no-store")
                .contentType(new MediaType(html ? MediaType.TEXT_HTML : MediaType.TEXT_PLAIN, StandardCharsets.UTF_8))
                .body(words.getBytes(StandardCharsets.UTF_8));
    }

    /// A click opens a window of its own, as in a mail program.
    private static String withBase(String html) {
        int head = html.indexOf("<head>");
        String base = "<base target=\"_blank\">";
        return head < 0 ? base + html : html.substring(0, head + 6) + base + html.substring(head + 6);
    }

    private SimulatedMail mail(long id) {
        return internet.mail(id).orElseThrow(NotFound::new);
    }
}
