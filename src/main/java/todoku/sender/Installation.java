package todoku.sender;

import todoku.event.Event.Environment;

/// What the whole installation decides about its mail.
///
/// @param environment   SANDBOX: into the simulated internet; LIVE: to the real one
/// @param company       name of the sender that the law wants in advertising mail (特定電子メール法 §4)
/// @param postalAddress and where it can be found
/// @param contact       where complaints and questions go: a telephone number, an address or a URL
/// @param linkBaseUrl   public address of the link server, such as `https://click.example.jp`; empty: this machine
/// @param heloName      what we call ourselves towards other servers (RFC 5321 §4.1.1.1); empty: `localhost`
/// @param smartHost     `host:port` that takes all mail further; empty: straight to the MX hosts
/// @param sendingAddresses public IP addresses mail leaves from, separated by commas; empty: those of this machine
public record Installation(
        Environment environment,
        String company,
        String postalAddress,
        String contact,
        String linkBaseUrl,
        String heloName,
        String smartHost,
        String sendingAddresses,
        int version) {
    public static final int LONGEST = 200;

    public boolean live() {
        return environment == Environment.LIVE;
    }
}
