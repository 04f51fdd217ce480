package todoku.web;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import todoku.access.Function;

/// The left menu: what the operator may use, in the order of the day's work.
public final class Menu {
    private static final List<Place> PLACES = List.of(
            new Place("web.menu.make", "home", "home", "/", Function.HOME, null),
            new Place("web.menu.make", "mails", "compose", "/mails", Function.MAIL_VIEW, null),
            new Place("web.menu.make", "campaigns", "send", "/campaigns", Function.CAMPAIGN_VIEW, null),
            new Place("web.menu.make", "reports", "history", "/reports", Function.REPORT_VIEW, null),
            new Place("web.menu.make", "growth", "chart", "/reports/records", Function.REPORT_VIEW, "reports"),
            new Place("web.menu.whom", "customers", "people", "/customers", Function.CUSTOMER_VIEW, null),
            new Place("web.menu.whom", "imports", "upload", "/imports", Function.CUSTOMER_VIEW, "customers"),
            new Place("web.menu.whom", "records", "rows", "/customers/records", Function.CUSTOMER_VIEW, "customers"),
            new Place("web.menu.whom", "exports", "download", "/exports", Function.DOWNLOAD, "customers"),
            new Place("web.menu.whom", "fields", "cols", "/customers/fields", Function.CUSTOMER_VIEW, "customers"),
            new Place("web.menu.whom", "bans", "slash", "/customers/bans", Function.CUSTOMER_VIEW, "customers"),
            new Place("web.menu.whom", "sources", "server", "/customers/sources", Function.OUTSIDE_DATABASE, "customers"),
            new Place("web.menu.whom", "consents", "shield", "/customers/consents", Function.PERSONAL_DATA, "customers"),
            new Place("web.menu.whom", "groups", "form", "/groups", Function.CUSTOMER_VIEW, null),
            new Place("web.menu.whom", "segments", "filter", "/segments", Function.CUSTOMER_VIEW, null),
            new Place("web.menu.manage", "simulation", "box", "/simulation", Function.SIMULATION_VIEW, null),
            new Place("web.menu.manage", "senders", "at", "/senders", Function.MAIL_VIEW, null),
            new Place("web.menu.manage", "engine", "gauge", "/engine", Function.SETTINGS, null),
            new Place("web.menu.manage", "settings", "sliders", "/settings", Function.SETTINGS, null),
            new Place("web.menu.manage", "categories", "tag", "/settings/categories", Function.SETTINGS, "settings"),
            new Place("web.menu.manage", "retention", "clock", "/settings/retention", Function.SETTINGS, "settings"),
            new Place("web.menu.manage", "api", "key", "/settings/api", Function.API_KEY_EDIT, "settings"),
            new Place("web.menu.manage", "operators", "shield", "/operators", Function.OPERATOR_EDIT, null),
            new Place("web.menu.manage", "sign-ins", "key", "/sign-ins", Function.AUDIT_VIEW, "operators"),
            new Place("web.menu.manage", "audit", "rows", "/audit", Function.AUDIT_VIEW, null),
            new Place("web.menu.manage", "system-log", "warn", "/system-log", Function.AUDIT_VIEW, null));

    private Menu() {}

    /// One page of the menu.
    ///
    /// @param name   what a page calls itself (`here`); its label is the text `web.menu.<name>`
    /// @param parent shown only while its parent or a sister is open
    public record Place(String section, String name, String icon, String href, Function function, @Nullable String parent) {
        public String key() {
            return "web.menu." + name;
        }
    }

    /// A heading with its places.
    public record Section(String key, List<Place> places) {}

    static List<Section> of(Page page) {
        List<Section> sections = new ArrayList<>();
        for (Place place : PLACES) {
            if (!page.may(place.function())) continue;
            if (sections.isEmpty() || !sections.getLast().key().equals(place.section()))
                sections.add(new Section(place.section(), new ArrayList<>()));
            sections.getLast().places().add(place);
        }
        return sections;
    }

    /// Whether the place stands open below its parent, given where the reader is.
    public static boolean shown(Place place, String here) {
        if (place.parent() == null) return true;
        return place.parent().equals(top(here));
    }

    /// The entry of the first level the reader is in.
    public static String top(String here) {
        for (Place place : PLACES) if (place.name().equals(here)) return place.parent() == null ? here : place.parent();
        return here;
    }
}
