package todoku.simulation;

import java.util.Locale;
import todoku.mail.smtp.Answer;

/// What the operators say, as collected from bounce logs.
final class Words {
    private Words() {}

    static Answer unknownUser(String address) {
        return switch (domain(address)) {
            case "docomo.ne.jp" -> Answer.say(550, "Unknown user " + address);
            case "ezweb.ne.jp", "au.com" -> Answer.say(550, "<" + address + ">: User unknown");
            case "softbank.ne.jp", "i.softbank.jp" -> Answer.say(550, "Invalid recipient: <" + address + ">");
            case "gmail.com" -> Answer.say(550, """
                    5.1.1 The email account that you tried to reach does not exist. Please try
                    5.1.1 double-checking the recipient's email address for typos or
                    5.1.1 unnecessary spaces. - gsmtp""");
            default -> Answer.say(550, "5.1.1 <" + address + ">: Recipient address rejected: User unknown");
        };
    }

    static Answer mailboxFull(String address) {
        return Answer.say(452, "4.2.2 <" + address + ">: mailbox full");
    }

    static Answer greyListed(String address) {
        return domain(address).equals("gmail.com")
                ? Answer.say(451, "4.7.0 Temporary System Problem. Try again later. - gsmtp")
                : Answer.say(451, "4.7.1 <" + address + ">: Recipient address rejected: Greylisted");
    }

    static Answer tooMany() {
        return Answer.say(421, "4.7.0 too many messages in this connection").thenHangUp();
    }

    static String domain(String address) {
        return address.substring(address.lastIndexOf('@') + 1).toLowerCase(Locale.ROOT);
    }
}
