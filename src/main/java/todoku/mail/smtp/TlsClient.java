package todoku.mail.smtp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/// Our side of TLS on one connection.
final class TlsClient implements AutoCloseable {
    private static final Slots SLOTS = new Slots();

    private final SSLSocket socket;
    private final String server;
    private final int slot;
    private boolean open = true;

    /// Does the handshake.
    /// @param host whom to ask for; empty for nobody
    static TlsClient over(Socket plain, InetSocketAddress address, String host) throws IOException {
        String server = host.isEmpty() ? address.getHostString() : host;
        int slot = SLOTS.take(server);
        try {
            // Java remembers one session for each name and port; the name is nothing else to it here.
            SSLSocket socket = AnyCertificate.wrap(plain, server + "#" + slot, address.getPort());
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setServerNames(names(host));
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return new TlsClient(socket, server, slot);
        } catch (IOException | RuntimeException e) {
            SLOTS.give(server, slot);
            throw e;
        }
    }

    private TlsClient(SSLSocket socket, String server, int slot) {
        this.socket = socket;
        this.server = server;
        this.slot = slot;
    }

    private static List<SNIServerName> names(String host) {
        try {
            return host.indexOf('.') > 0 && !host.endsWith(".") ? List.of(new SNIHostName(host)) : List.of();
        } catch (IllegalArgumentException e) {
            return List.of();
        }
    }

    SSLSocket socket() {
        return socket;
    }

    /// As they sent it; of a resumed session, as they sent it then.
    List<X509Certificate> certificates() throws IOException {
        List<X509Certificate> chain = new ArrayList<>();
        for (Certificate each : socket.getSession().getPeerCertificates())
            if (each instanceof X509Certificate known) chain.add(known);
        if (chain.isEmpty()) throw new IOException("no certificate");
        return List.copyOf(chain);
    }

    /// No other connection goes on with this session: the next one sees the certificate they have then.
    void forget() {
        socket.getSession().invalidate();
    }

    /// The connection is closed; another may go on with its session.
    @Override
    public void close() {
        if (open) SLOTS.give(server, slot);
        open = false;
    }
}
