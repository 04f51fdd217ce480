package todoku.customer.source;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import javax.net.SocketFactory;

/// Sockets for the drivers, who know this class by its name: each checks the very address it is about to connect to, so a name
/// that means something else a moment later leads nowhere. Whoever connects says for which host, in [#FOR].
public final class GuardedSockets extends SocketFactory {
    static final ScopedValue<Way> FOR = ScopedValue.newInstance();

    /// @param host as it was typed
    record Way(OutsideHosts hosts, String host) {}

    public GuardedSockets() {}

    @Override
    public Socket createSocket() {
        return new Guarded();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port));
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress from, int fromPort) throws IOException {
        return connected(new InetSocketAddress(host, port));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port));
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort) throws IOException {
        return connected(new InetSocketAddress(host, port));
    }

    private static Socket connected(InetSocketAddress to) throws IOException {
        var socket = new Guarded();
        socket.connect(to);
        return socket;
    }

    private static final class Guarded extends Socket {
        @Override
        public void connect(SocketAddress to, int timeout) throws IOException {
            if (!(to instanceof InetSocketAddress target)) throw new SocketException("not an address: " + to);
            if (target.getAddress() == null) throw new UnknownHostException(target.getHostString());
            if (!FOR.isBound()) throw new SocketException("nobody said for which host");
            FOR.get().hosts().check(FOR.get().host(), target.getAddress());
            super.connect(to, timeout);
        }

        @Override
        public void connect(SocketAddress to) throws IOException {
            connect(to, 0);
        }
    }
}
