package todoku.sender;

import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.servlet.View;
import todoku.access.Allowed;
import todoku.access.Audit;
import todoku.access.Function;
import todoku.access.Operator;
import todoku.database.Database;
import todoku.mail.smime.SmimeIdentity;
import todoku.mail.smime.SmimeIdentity.Problem;
import todoku.web.NotFound;
import todoku.web.Page;
import todoku.web.Redirect;

/// S/MIME: the certificate of a profile is uploaded once, with its password, and shown without either.
@Controller
class CertificatePages {
    /// A key and a chain of ten take 30 KB; more is another kind of file.
    private static final int LARGEST_BYTES = 200_000;

    private final Database database;
    private final Senders senders;
    private final Audit audit;
    private final SenderScreen screen;
    private final InstantSource clock;

    CertificatePages(Database database, Senders senders, Audit audit, SenderScreen screen, InstantSource clock) {
        this.database = database;
        this.senders = senders;
        this.audit = audit;
        this.screen = screen;
        this.clock = clock;
    }

    @PostMapping("/senders/{id}/certificate")
    @Allowed(Function.SENDER_EDIT)
    View put(
            Operator operator,
            Page page,
            @PathVariable long id,
            @RequestParam int version,
            @RequestParam MultipartFile file,
            @RequestParam String password)
            throws IOException {
        Senders.Row row = senders.find(id).orElseThrow(NotFound::new);
        if (file.isEmpty() || file.getSize() > LARGEST_BYTES) return refused(row, page.t("sender.certificate.NOT_PKCS12"));
        return switch (SmimeIdentity.read(file.getBytes(), password.toCharArray())) {
            case SmimeIdentity.Reading.Refused(Problem problem) -> refused(row, page.t("sender.certificate." + problem));
            case SmimeIdentity.Reading.Read(SmimeIdentity identity) -> {
                String from = row.profile().address();
                Problem problem = identity.problem(from, clock.instant());
                if (problem != null)
                    yield refused(row, page.t(
                            "sender.certificate." + problem, from, String.join("、", identity.addresses()),
                            page.time(identity.notBefore()), page.time(identity.notAfter())));
                boolean done = database.inTransaction(() -> {
                    if (!senders.certificates().put(id, identity, version)) return false;
                    audit.write(operator, "sender.certificate.put", "sender:" + id, null, Map.of(
                            "subject", identity.certificate().getSubjectX500Principal().getName(),
                            "until", identity.notAfter().toString()));
                    return true;
                });
                yield answer(page, row, done, "sender.certificate.put.done");
            }
        };
    }

    @PostMapping("/senders/{id}/certificate/remove")
    @Allowed(Function.SENDER_EDIT)
    View remove(Operator operator, Page page, @PathVariable long id, @RequestParam int version) {
        Senders.Row row = senders.find(id).orElseThrow(NotFound::new);
        boolean done = database.inTransaction(() -> {
            if (!senders.certificates().remove(id, version)) return false;
            audit.write(operator, "sender.certificate.remove", "sender:" + id, null, null);
            return true;
        });
        return answer(page, row, done, "sender.certificate.remove.done");
    }

    private View answer(Page page, Senders.Row row, boolean done, String said) {
        long id = row.profile().id();
        if (done) return Redirect.to("/senders/" + id).saying(page.t(said));
        Senders.@Nullable Row now = senders.find(id).orElse(null);
        if (now == null) throw new NotFound();
        return screen.of(now.profile(), now, now.version(), Map.of("certificate", page.t("sender.certificate.stale")))
                .status(HttpStatus.CONFLICT);
    }

    private View refused(Senders.Row row, String why) {
        return screen.of(row.profile(), row, row.version(), Map.of("certificate", why))
                .status(HttpStatus.UNPROCESSABLE_CONTENT);
    }
}
