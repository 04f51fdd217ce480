package todoku.customer;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import todoku.access.Audit;
import todoku.access.Caller;
import todoku.access.Function;
import todoku.access.Scope;
import todoku.access.Scoped;
import todoku.database.Database;
import todoku.web.api.ApiDocument;
import todoku.web.api.Lines;
import todoku.web.api.Refusal;

/// Many customers in one request, one a line.
@RestController
class BulkApi {
    private final Database database;
    private final Lines lines;
    private final CustomerLines customers;
    private final Groups groups;
    private final Audit audit;

    BulkApi(Database database, Lines lines, CustomerLines customers, Groups groups, Audit audit) {
        this.database = database;
        this.lines = lines;
        this.customers = customers;
        this.groups = groups;
        this.audit = audit;
    }

    @PostMapping(ApiDocument.BASE + "/customers:bulk")
    @Scoped(Scope.CUSTOMERS_WRITE)
    void register(
            Caller caller,
            HttpServletRequest request,
            HttpServletResponse response,
            @RequestParam long group,
            @RequestParam(defaultValue = "ADD_AND_OVERWRITE") ImportMode mode,
            @RequestParam(defaultValue = "email") String key,
            @RequestParam(required = false) @Nullable String consentSource,
            @RequestParam(defaultValue = "false") boolean stream)
            throws IOException {
        boolean seen = groups.find(group).filter(found -> caller.operator().may(Function.CUSTOMER_EDIT, found.departmentId())).isPresent();
        if (!seen) throw Refusal.badParameter("group", "web.api.bad.no-such");
        ImportKey by = key.equals("number") ? ImportKey.NUMBER : ImportKey.ADDRESS;
        var job = new CustomerLines.Job(group, mode, by, consentSource, caller.operator().id());
        Map<String, Integer> counts = lines.register(request, response, by == ImportKey.NUMBER ? "NumberedCustomerLine" : "CustomerLine",
                stream, chunk -> customers.register(job, chunk));
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("group", group);
        told.put("mode", mode);
        if (consentSource != null) told.put("consentSource", consentSource);
        told.putAll(counts);
        database.inTransaction(() -> audit.write(caller.operator(), "customer.api-bulk", "group:" + group, null, told));
    }
}
