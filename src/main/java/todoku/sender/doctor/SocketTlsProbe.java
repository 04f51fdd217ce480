package todoku.sender.doctor;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/// Asks with the certificates this Java trusts.
public final class SocketTlsProbe implements TlsProbe {
    private static final int PATIENCE_MILLIS = 8_000;

    @Override
    public Answer ask(String host, int port) {
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(host, port), PATIENCE_MILLIS);
            plain.setSoTimeout(PATIENCE_MILLIS);
            return shake(plain, host, port);
        } catch (IOException e) {
            return new Answer(false, null, null);
        }
    }

    private static Answer shake(Socket plain, String host, int port) throws IOException {
        SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
        try (SSLSocket socket = (SSLSocket) factory.createSocket(plain, host, port, true)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            Instant until = null;
            for (Certificate certificate : socket.getSession().getPeerCertificates()) {
                if (!(certificate instanceof X509Certificate x509)) continue;
                Instant end = x509.getNotAfter().toInstant();
                if (until == null || end.isBefore(until)) until = end;
            }
            return new Answer(true, until, null);
        } catch (SSLException e) {
            return new Answer(true, null, String.valueOf(e.getMessage()));
        }
    }
}
