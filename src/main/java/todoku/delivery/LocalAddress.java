package todoku.delivery;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/// Whether an address is one of this machine's: the operating system lets us begin a connection from it, or not.
final class LocalAddress {
    private LocalAddress() {}

    static boolean isHere(InetAddress address) {
        try (Socket trial = new Socket()) {
            trial.bind(new InetSocketAddress(address, 0));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
