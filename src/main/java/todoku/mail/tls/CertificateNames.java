package todoku.mail.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;

/// Which servers a certificate is for (RFC 6125 §6.4).
final class CertificateNames {
    private static final int DNS_NAME = 2;

    private CertificateNames() {}

    /// Whether it is for one of these hosts. A `*` stands for one whole first part of a name.
    static boolean areFor(X509Certificate certificate, Collection<String> hosts) {
        List<String> names = of(certificate);
        return hosts.stream().anyMatch(host -> names.stream().anyMatch(name -> fits(name, host)));
    }

    /// The DNS names; the common name where there are none.
    static List<String> of(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null)
                for (List<?> each : alternatives)
                    if (Integer.valueOf(DNS_NAME).equals(each.getFirst())) names.add(String.valueOf(each.get(1)));
        } catch (CertificateParsingException e) {
            return List.of();
        }
        return names.isEmpty() ? commonNames(certificate.getSubjectX500Principal()) : names;
    }

    private static List<String> commonNames(X500Principal subject) {
        try {
            List<String> names = new ArrayList<>();
            for (Rdn rdn : new LdapName(subject.getName()).getRdns())
                if (rdn.getType().equalsIgnoreCase("CN") && rdn.getValue() instanceof String name) names.add(name);
            return names;
        } catch (InvalidNameException e) {
            return List.of();
        }
    }

    static boolean fits(String pattern, String host) {
        String name = plain(pattern);
        String wanted = plain(host);
        if (!name.startsWith("*.")) return !wanted.isEmpty() && name.equals(wanted);
        int dot = wanted.indexOf('.');
        return dot > 0 && wanted.indexOf('.', dot + 1) > 0 && wanted.substring(dot).equals(name.substring(1));
    }

    private static String plain(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }
}
