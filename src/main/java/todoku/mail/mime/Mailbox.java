package todoku.mail.mime;

import todoku.mail.address.MailAddress;

/// An address with the name people see. An empty name is no name.
public record Mailbox(String name, MailAddress address) {

    public static Mailbox of(MailAddress address) {
        return new Mailbox("", address);
    }
}
