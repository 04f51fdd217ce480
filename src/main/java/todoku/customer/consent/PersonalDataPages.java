package todoku.customer.consent;

import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;
import todoku.access.Allowed;
import todoku.access.Audit;
import todoku.access.Function;
import todoku.access.NotAllowed;
import todoku.access.Operator;
import todoku.customer.Customer;
import todoku.customer.Customers;
import todoku.customer.consent.PersonalData.Sheet;
import todoku.database.Database;
import todoku.web.NotFound;
import todoku.web.Page;

/// 開示請求: everything about one person, for this person.
@Controller
class PersonalDataPages {
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("uuuuMMdd");

    private final Database database;
    private final Customers customers;
    private final PersonalSheets sheets;
    private final Audit audit;
    private final InstantSource clock;
    private final ZoneId zone;

    PersonalDataPages(Database database, Customers customers, PersonalSheets sheets, Audit audit, InstantSource clock, ZoneId zone) {
        this.database = database;
        this.customers = customers;
        this.sheets = sheets;
        this.audit = audit;
        this.clock = clock;
        this.zone = zone;
    }

    @GetMapping("/customers/{id}/data.zip")
    @Allowed(Function.DOWNLOAD)
    ResponseEntity<StreamingResponseBody> file(Operator operator, Page page, @PathVariable long id) {
        if (!operator.may(Function.PERSONAL_DATA)) throw new NotAllowed(Function.PERSONAL_DATA);
        Customer customer = customers.find(id).orElseThrow(NotFound::new);
        database.inTransaction(() -> audit.write(operator, "consent.data", "customer:" + id, null, null));
        List<Sheet> all = sheets.of(customer, page);
        String name = "customer-" + id + "-" + DAY.format(clock.instant().atZone(zone)) + ".zip";
        return ResponseEntity.ok()
                .header(HttpHeaders.CONTENT_TYPE, "application/zip")
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .header(HttpHeaders.CONTENT_DISPOSITION, ContentDisposition.attachment().filename(name).build().toString())
                .body(out -> PersonalData.write(all, out));
    }
}
