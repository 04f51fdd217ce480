package todoku.report;

import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.access.Operator;
import todoku.customer.CardPart;
import todoku.customer.Customer;
import todoku.customer.SharedAddresses;
import todoku.database.Database;
import todoku.delivery.standing.Standing;
import todoku.delivery.standing.Standings;
import todoku.event.AddressId;

/// これから届くメール on the page of a customer: where each stands, and when it is tried next.
@Component
class PendingMails implements CardPart {
    private final JdbcClient db;
    private final Standings standings;
    private final SharedAddresses sharing;

    PendingMails(Database database, Standings standings) {
        this.db = database.client();
        this.standings = standings;
        this.sharing = new SharedAddresses(database.client());
    }

    @Override
    public String name() {
        return "pending";
    }

    @Override
    public List<PendingMail> of(Customer customer, Operator operator) {
        return standings.underWay(new AddressId(customer.addressId()), customer.id(), sharing.holders(customer.addressId())).stream().flatMap(mail -> pending(mail).stream()).toList();
    }

    /// Empty when it has ended since.
    private Optional<PendingMail> pending(Standings.Mail mail) {
        return standings.of(mail.mailing(), mail.no()).filter(standing -> !standing.hasEnded()).map(standing -> pending(mail, standing));
    }

    private PendingMail pending(Standings.Mail mail, Standing standing) {
        return db.sql("""
                SELECT m.environment, m.created_at, c.id AS campaign, v.subject, b.reason
                  FROM mailing m
                  LEFT JOIN mail_version v ON v.id = m.mail_version_id
                  LEFT JOIN campaign c ON c.mailing_id = m.id
                  LEFT JOIN waiting_bounce b ON b.mailing_id = m.id AND b.no = :no
                 WHERE m.id = :mailing
                """)
                .param("mailing", mail.mailing().value())
                .param("no", mail.no())
                .query((row, _) -> new PendingMail(
                        mail.no(), row.getObject("campaign", Long.class), row.getString("subject"),
                        row.getString("environment").equals("SANDBOX"), row.getTimestamp("created_at").toInstant(), standing,
                        row.getString("reason")))
                .single();
    }
}
