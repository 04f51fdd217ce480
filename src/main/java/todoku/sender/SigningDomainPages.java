package todoku.sender;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.View;
import todoku.access.Allowed;
import todoku.access.Audit;
import todoku.access.Function;
import todoku.access.Operator;
import todoku.database.Database;
import todoku.mail.dkim.DkimAlgorithm;
import todoku.sender.SigningKey.State;
import todoku.web.NotFound;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// 署名の鍵: the keys of each domain, what to publish for them, and their rotation.
@Controller
class SigningDomainPages {
    private final Database database;
    private final SigningDomains domains;
    private final PublishedKeys published;
    private final Audit audit;

    SigningDomainPages(Database database, SigningDomains domains, PublishedKeys published, Audit audit) {
        this.database = database;
        this.domains = domains;
        this.published = published;
        this.audit = audit;
    }

    @GetMapping("/signing-domains")
    @Allowed(Function.MAIL_VIEW)
    View list() {
        return Screen.of("sender/signing-domains").with("domains", domains.all());
    }

    /// @param dns looks every record up; it may take some seconds
    @GetMapping("/signing-domains/{id}")
    @Allowed(Function.MAIL_VIEW)
    View show(@PathVariable long id, @RequestParam(defaultValue = "false") boolean dns) {
        SigningDomain domain = domains.find(id).orElseThrow(NotFound::new);
        Map<Long, Boolean> seen = new HashMap<>();
        if (dns)
            for (SigningKey key : domain.keys()) if (key.record() != null) seen.put(key.id(), published.shows(key.record()));
        return screen(domain, seen, null, null);
    }

    @PostMapping("/signing-domains/{id}/keys")
    @Allowed(Function.SENDER_EDIT)
    View make(
            Operator operator, Page page, @PathVariable long id, @RequestParam int version, @RequestParam DkimAlgorithm algorithm) {
        SigningDomain domain = domains.find(id).orElseThrow(NotFound::new);
        if (domain.keys().size() - domain.in(State.RETIRED).size() >= SigningDomains.MOST_KEYS)
            return screen(domain, Map.of(), null, page.t("sender.key.too-many", SigningDomains.MOST_KEYS))
                    .status(HttpStatus.UNPROCESSABLE_CONTENT);
        return change(
                operator, page, domain, "sender.key.make", algorithm.name(), () -> domains.prepare(id, algorithm, version));
    }

    /// @param confirmed although DNS does not show the record (yet)
    @PostMapping("/signing-domains/{id}/keys/{key}/use")
    @Allowed(Function.SENDER_EDIT)
    View use(
            Operator operator,
            Page page,
            @PathVariable long id,
            @PathVariable long key,
            @RequestParam int version,
            @RequestParam(defaultValue = "false") boolean confirmed) {
        SigningDomain domain = domains.find(id).orElseThrow(NotFound::new);
        SigningKey wanted = key(domain, key);
        if (!confirmed && wanted.record() != null && !published.shows(wanted.record()))
            return screen(domain, Map.of(key, false), key, page.t("sender.key.not-published", wanted.record().name()))
                    .status(HttpStatus.UNPROCESSABLE_CONTENT);
        return change(operator, page, domain, "sender.key.use", wanted.selector(), () -> domains.use(id, key, version));
    }

    @PostMapping("/signing-domains/{id}/keys/{key}/stop")
    @Allowed(Function.SENDER_EDIT)
    View stop(Operator operator, Page page, @PathVariable long id, @PathVariable long key, @RequestParam int version) {
        SigningDomain domain = domains.find(id).orElseThrow(NotFound::new);
        return change(
                operator, page, domain, "sender.key.stop", key(domain, key).selector(), () -> domains.stop(id, key, version));
    }

    @PostMapping("/signing-domains/{id}/keys/{key}/discard")
    @Allowed(Function.SENDER_EDIT)
    View discard(Operator operator, Page page, @PathVariable long id, @PathVariable long key, @RequestParam int version) {
        SigningDomain domain = domains.find(id).orElseThrow(NotFound::new);
        return change(
                operator, page, domain, "sender.key.discard", key(domain, key).selector(), () -> domains.discard(id, key, version));
    }

    private static SigningKey key(SigningDomain domain, long id) {
        return domain.keys().stream().filter(key -> key.id() == id).findFirst().orElseThrow(NotFound::new);
    }

    /// With its line in the log, or not at all: somebody may have been faster.
    private View change(Operator operator, Page page, SigningDomain domain, String act, String key, BooleanSupplier work) {
        boolean done = database.inTransaction(() -> {
            if (!work.getAsBoolean()) return false;
            audit.write(operator, act, "signing-domain:" + domain.id(), null, Map.of("domain", domain.name(), "key", key));
            return true;
        });
        if (done) return Redirect.to("/signing-domains/" + domain.id()).saying(page.t(act + ".done"));
        return screen(domains.find(domain.id()).orElseThrow(NotFound::new), Map.of(), null, page.t("sender.key.stale"))
                .status(HttpStatus.CONFLICT);
    }

    /// @param seen   which keys DNS shows, as far as it was asked
    /// @param asking the key that is used only after a second yes
    private static Screen screen(
            SigningDomain domain, Map<Long, Boolean> seen, @Nullable Long asking, @Nullable String error) {
        return Screen.of("sender/signing-domain")
                .with("domain", domain)
                .with("seen", seen)
                .with("asking", asking)
                .with("error", error)
                .with("overlapDays", SigningDomains.OVERLAP.toDays());
    }
}
