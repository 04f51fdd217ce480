package todoku.web;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/// The only way out for HTTP. Addresses that are not the public internet are refused after resolution and on every
/// redirect, and the address that was checked is the one that is connected to. No cookies, no passwords, limits on
/// everything.
public final class OutboundHttp implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final int REDIRECTS = 5;
    /// Bytes of one answer that are read at most.
    static final int LARGEST_ANSWER = 5 << 20;
    private static final int CONNECTIONS = 20;
    private static final Duration WHOLE = Duration.ofSeconds(30);
    private static final int PART = 8 << 10;
    private static final RequestConfig HERE = RequestConfig.custom()
            .setRedirectsEnabled(false)
            .setResponseTimeout(Timeout.of(ANSWER))
            .build();

    private final CloseableHttpClient client;

    /// @param allowed hosts inside the company that the operator has named; everything else must be public
    public OutboundHttp(Set<String> allowed) {
        var connections = PoolingHttpClientConnectionManagerBuilder.create()
                .setDnsResolver(new Checked(allowed))
                .setMaxConnTotal(CONNECTIONS)
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(Timeout.of(CONNECT))
                        .setSocketTimeout(Timeout.of(ANSWER))
                        .build())
                .build();
        client = HttpClients.custom()
                .setConnectionManager(connections)
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setMaxRedirects(REDIRECTS)
                        .setResponseTimeout(Timeout.of(ANSWER))
                        .build())
                .disableCookieManagement()
                .disableAuthCaching()
                .disableAutomaticRetries()
                .setUserAgent("Todoku")
                .build();
    }

    /// What came back.
    public record Answer(int status, byte[] body) {}

    /// Reads one address.
    ///
    /// @throws IllegalArgumentException when it is not an http(s) address with a host
    /// @throws IOException when nothing came back in time, the answer is too large, or the host is not public
    public Answer get(URI address) throws IOException {
        requireWeb(address);
        return client.execute(new HttpGet(address), OutboundHttp::read);
    }

    private static void requireWeb(URI address) {
        String scheme = String.valueOf(address.getScheme());
        if (!scheme.equals("http") && !scheme.equals("https") || address.getHost() == null || address.getUserInfo() != null)
            throw new IllegalArgumentException("not an http(s) address: " + address);
    }

    /// A document and what its server calls it.
    /// @param type such as `text/plain; charset=utf-8`; empty when it was not said
    public record Document(int status, String type, byte[] body) {}

    /// Reads one address, from exactly this host: a redirect is an answer like any other.
    ///
    /// @param most bytes that are read
    /// @throws IllegalArgumentException as [#get]
    /// @throws IOException as [#get]
    public Document getHere(URI address, int most) throws IOException {
        requireWeb(address);
        HttpGet request = new HttpGet(address);
        request.setConfig(HERE);
        long late = System.nanoTime() + WHOLE.toNanos();
        return client.execute(request, response -> {
            try (HttpEntity entity = response.getEntity()) {
                byte[] body = entity == null ? new byte[0] : read(entity.getContent(), most, late);
                String type = entity == null || entity.getContentType() == null ? "" : entity.getContentType();
                return new Document(response.getCode(), type, body);
            }
        });
    }

    /// Whoever sends a byte now and then is not waited for.
    private static byte[] read(InputStream content, int most, long late) throws IOException {
        var body = new ByteArrayOutputStream();
        byte[] part = new byte[PART];
        for (int read = content.read(part); read >= 0; read = content.read(part)) {
            body.write(part, 0, read);
            if (body.size() > most) throw new IOException("the answer is larger than " + most + " bytes");
            if (System.nanoTime() - late > 0) throw new IOException("the answer is too slow");
        }
        return body.toByteArray();
    }

    private static Answer read(ClassicHttpResponse response) throws IOException {
        try (HttpEntity entity = response.getEntity()) {
            byte[] body = entity == null ? new byte[0] : read(entity.getContent());
            return new Answer(response.getCode(), body);
        }
    }

    private static byte[] read(InputStream content) throws IOException {
        byte[] body = content.readNBytes(LARGEST_ANSWER + 1);
        if (body.length > LARGEST_ANSWER) throw new IOException("the answer is larger than " + LARGEST_ANSWER + " bytes");
        return body;
    }

    /// Resolves once, and lets only the public internet through.
    private record Checked(Set<String> allowed) implements DnsResolver {
        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
            InetAddress[] addresses = InetAddress.getAllByName(host);
            if (allowed.contains(host)) return addresses;
            for (InetAddress address : addresses)
                if (!isPublic(address)) throw new UnknownHostException(host + " is not on the public internet: " + address.getHostAddress());
            return addresses;
        }

        @Override
        public @Nullable String resolveCanonicalHostname(String host) {
            return host;
        }
    }

    /// RFC 6890 and its registry, as far as they concern unicast: private, shared, loopback, link-local, documentation,
    /// multicast and reserved ranges are not public; IPv4 inside IPv6 is judged by itself.
    public static boolean isPublic(InetAddress address) {
        if (address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()) return false;
        byte[] bytes = address.getAddress();
        return bytes.length == 4 ? isPublic4(bytes) : isPublic6(bytes);
    }

    private static boolean isPublic4(byte[] b) {
        int first = b[0] & 255;
        int second = b[1] & 255;
        int third = b[2] & 255;
        if (first == 0 || first >= 240) return false;
        if (first == 100 && second >= 64 && second < 128) return false;
        if (first == 192 && second == 0 && (third == 0 || third == 2)) return false;
        if (first == 198 && (second == 18 || second == 19 || second == 51 && third == 100)) return false;
        return !(first == 203 && second == 0 && third == 113);
    }

    private static boolean isPublic6(byte[] b) {
        int first = (b[0] & 255) << 8 | b[1] & 255;
        int second = (b[2] & 255) << 8 | b[3] & 255;
        if ((first & 0xe000) != 0x2000) return false; // global unicast is 2000::/3
        // 2002::/16 (6to4) and 2001::/32 (Teredo) carry an IPv4 address of anybody's choice; 2001:db8::/32 is for books
        return first != 0x2002 && !(first == 0x2001 && List.of(0, 0xdb8).contains(second));
    }

    @Override
    public void close() {
        client.close(CloseMode.GRACEFUL);
    }
}
