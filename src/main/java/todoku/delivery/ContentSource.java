package todoku.delivery;

import java.util.List;
import todoku.event.MailingId;

/// Where mails come from. The engine asks at the last moment.
public interface ContentSource {
    /// Fetches what these recipients need and asks again who must not be mailed. May throw: then it is asked again.
    Prepared prepare(MailingId mailing, List<Recipient> recipients);
}
