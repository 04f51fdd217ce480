package todoku.mail.smtp;

import java.net.InetAddress;
import java.util.List;

/// A mail our server has read to its end.
/// @param content as it was before dot-stuffing; not to be changed
public record Incoming(InetAddress peer, String helo, String from, List<String> recipients, byte[] content) {}
