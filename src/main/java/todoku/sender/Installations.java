package todoku.sender;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.event.Event.Environment;

/// Reads and changes the one row of the installation. What is changed here takes effect at the next start.
public final class Installations {
    private static final Pattern HOST =
            Pattern.compile("(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]");
    private static final Pattern SMART_HOST = Pattern.compile("[A-Za-z0-9.-]{1,253}:[0-9]{1,5}");
    private static final int LARGEST_PORT = 65_535;

    private final JdbcClient db;

    public Installations(JdbcClient db) {
        this.db = db;
    }

    public Installation get() {
        return db.sql(
                        """
                        SELECT environment, company, postal_address, contact, link_base_url, helo_name, smart_host, sending_addresses,
                               version
                          FROM installation
                        """)
                .query((row, n) -> new Installation(
                        Environment.valueOf(row.getString("environment")),
                        row.getString("company"),
                        row.getString("postal_address"),
                        row.getString("contact"),
                        row.getString("link_base_url"),
                        row.getString("helo_name"),
                        row.getString("smart_host"),
                        row.getString("sending_addresses"),
                        row.getInt("version")))
                .single();
    }

    /// What cannot be accepted: field name to text key. Empty fields are fine: the sandbox needs none of them.
    Map<String, String> problems(Installation wanted) {
        Map<String, String> problems = new LinkedHashMap<>();
        Map<String, String> texts = Map.of(
                "company", wanted.company(), "postalAddress", wanted.postalAddress(), "contact", wanted.contact());
        texts.forEach((field, text) -> {
            if (text.length() > Installation.LONGEST || text.chars().anyMatch(Character::isISOControl))
                problems.put(field, "settings.bad-text");
        });
        if (!wanted.linkBaseUrl().isEmpty() && !isBaseUrl(wanted.linkBaseUrl())) problems.put("linkBaseUrl", "settings.bad-url");
        if (!wanted.heloName().isEmpty() && !HOST.matcher(wanted.heloName()).matches())
            problems.put("heloName", "settings.bad-host");
        if (!wanted.smartHost().isEmpty() && !isSmartHost(wanted.smartHost())) problems.put("smartHost", "settings.bad-smart-host");
        if (!wanted.sendingAddresses().isEmpty() && SendingAddresses.parse(wanted.sendingAddresses()).isEmpty())
            problems.put("sendingAddresses", "settings.bad-addresses");
        return problems;
    }

    /// An http(s) address with a host and neither path nor query.
    private static boolean isBaseUrl(String text) {
        try {
            URI url = new URI(text);
            return ("https".equals(url.getScheme()) || "http".equals(url.getScheme()))
                    && url.getHost() != null
                    && url.getUserInfo() == null
                    && url.getRawPath().isEmpty()
                    && url.getRawQuery() == null
                    && url.getRawFragment() == null
                    && text.length() <= Installation.LONGEST;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static boolean isSmartHost(String text) {
        if (!SMART_HOST.matcher(text).matches()) return false;
        int port = Integer.parseInt(text.substring(text.lastIndexOf(':') + 1));
        return port >= 1 && port <= LARGEST_PORT;
    }

    /// False when somebody else changed it since that version was read.
    boolean edit(Installation wanted) {
        return db.sql(
                                """
                                UPDATE installation SET company = :company, postal_address = :address, contact = :contact,
                                       link_base_url = :url, helo_name = :helo, smart_host = :smart,
                                       sending_addresses = :sending, version = version + 1
                                 WHERE version = :version
                                """)
                        .param("company", wanted.company())
                        .param("address", wanted.postalAddress())
                        .param("contact", wanted.contact())
                        .param("url", wanted.linkBaseUrl())
                        .param("helo", wanted.heloName())
                        .param("smart", wanted.smartHost())
                        .param("sending", wanted.sendingAddresses())
                        .param("version", wanted.version())
                        .update()
                == 1;
    }

    /// From the next start on.
    public void switchTo(Environment environment) {
        db.sql("UPDATE installation SET environment = :environment, version = version + 1")
                .param("environment", environment.name())
                .update();
    }
}
