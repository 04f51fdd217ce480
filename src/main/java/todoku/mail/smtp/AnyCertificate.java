package todoku.mail.smtp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/// Takes every certificate during the handshake. Where it matters, a [CertificateCheck] looks at it right after: so all
/// connections share one context and its sessions, and one that is resumed is checked like a fresh one.
final class AnyCertificate extends X509ExtendedTrustManager {
    private static final SSLContext CONTEXT = context();

    private AnyCertificate() {}

    /// @param host whom to ask for, and under which name to remember the session; empty for the address
    static SSLSocket wrap(Socket socket, InetSocketAddress address, String host) throws IOException {
        String name = host.isEmpty() ? address.getHostString() : host;
        return (SSLSocket) CONTEXT.getSocketFactory().createSocket(socket, name, address.getPort(), true);
    }

    private static SSLContext context() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new AnyCertificate()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no TLS in this Java", e);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
