package todoku.delivery;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import todoku.mail.tls.StsSource;
import todoku.web.OutboundHttp;

/// Fetches MTA-STS policies as RFC 8461 §3.3 wants it: over HTTPS with a good certificate, without redirects.
public final class StsWeb implements StsSource {
    static final int MOST_BYTES = 64 << 10;
    private static final int OK = 200;

    private final OutboundHttp http;

    public StsWeb(OutboundHttp http) {
        this.http = http;
    }

    @Override
    public String fetch(String domain) throws IOException {
        return fetch(address(domain));
    }

    private static URI address(String domain) throws IOException {
        try {
            return URI.create("https://mta-sts." + domain + "/.well-known/mta-sts.txt");
        } catch (IllegalArgumentException e) {
            throw new IOException("not a host name: mta-sts." + domain, e);
        }
    }

    String fetch(URI address) throws IOException {
        OutboundHttp.Document document;
        try {
            document = http.getHere(address, MOST_BYTES);
        } catch (IllegalArgumentException e) {
            throw new IOException("not an address: " + address, e);
        }
        if (document.status() != OK) throw new IOException("status " + document.status());
        String type = document.type().split(";", -1)[0].strip().toLowerCase(Locale.ROOT);
        if (!type.equals("text/plain")) throw new IOException("not text/plain but " + type);
        return new String(document.body(), StandardCharsets.UTF_8);
    }
}
