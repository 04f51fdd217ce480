package todoku.customer.source;

import java.util.Properties;

/// Whose database it is: its driver, and everything a driver is told. Nothing an operator types becomes the name of a property
/// or a part of a URL other than host, port and database, which were checked.
public enum SourceKind {
    POSTGRESQL("PostgreSQL", 5432, "org.postgresql.Driver", "jdbc:postgresql://"),
    MYSQL("MySQL / MariaDB", 3306, "org.mariadb.jdbc.Driver", "jdbc:mariadb://");

    private final String label;
    private final int port;
    final String driver;
    private final String scheme;

    SourceKind(String label, int port, String driver, String scheme) {
        this.label = label;
        this.port = port;
        this.driver = driver;
        this.scheme = scheme;
    }

    public String label() {
        return label;
    }

    public int port() {
        return port;
    }

    String url(Source source) {
        String host = source.host().indexOf(':') >= 0 ? "[" + source.host() + "]" : source.host();
        return scheme + host + ":" + source.port() + "/" + source.database();
    }

    Properties properties(Source source, String password) {
        var all = new Properties();
        all.setProperty("user", source.username());
        all.setProperty("password", password);
        all.setProperty("socketFactory", GuardedSockets.class.getName());
        switch (this) {
            case POSTGRESQL -> postgres(all, source);
            case MYSQL -> mysql(all, source);
        }
        return all;
    }

    private static void postgres(Properties all, Source source) {
        all.setProperty("sslmode", switch (source.tls()) {
            case OFF -> "disable";
            case ON -> "require";
            case VERIFIED -> "verify-full";
        });
        if (source.tls() == Source.Tls.VERIFIED) all.setProperty("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory");
        all.setProperty("gssEncMode", "disable");
        all.setProperty("connectTimeout", "" + source.connectSeconds());
        // The server ends a statement first.
        all.setProperty("socketTimeout", "" + (source.statementSeconds() + Source.PATIENCE_SECONDS));
        all.setProperty("ApplicationName", "todoku");
        all.setProperty("readOnly", "true");
    }

    private static void mysql(Properties all, Source source) {
        all.setProperty("sslMode", switch (source.tls()) {
            case OFF -> "disable";
            case ON -> "trust";
            case VERIFIED -> "verify-full";
        });
        all.setProperty("connectTimeout", "" + source.connectSeconds() * 1000);
        all.setProperty("socketTimeout", "" + (source.statementSeconds() + Source.PATIENCE_SECONDS) * 1000);
        all.setProperty("allowLocalInfile", "false");
        all.setProperty("allowMultiQueries", "false");
        // Another server may not be told by the first one, nor a password be sent as it is.
        all.setProperty("permitRedirect", "false");
        all.setProperty("restrictedAuth", "mysql_native_password,client_ed25519,caching_sha2_password,sha256_password,parsec");
        all.setProperty("tinyInt1isBit", "true");
    }
}
