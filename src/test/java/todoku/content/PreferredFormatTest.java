package todoku.content;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import todoku.customer.Memberships;
import todoku.customer.MergeValues;
import todoku.database.Secrets;
import todoku.database.TestDatabase;
import todoku.delivery.Composition;
import todoku.delivery.Recipient;
import todoku.event.AddressId;
import todoku.event.Event.Environment;
import todoku.event.MailingId;
import todoku.mailing.Mailings;
import todoku.sender.Senders;
import todoku.suppression.Suppressions;
import todoku.tracking.LinkTokens;

/// 希望形式: the parts of a mail that has both.
class PreferredFormatTest {
    private static final Instant NOW = Instant.parse("2026-01-05T00:00:00Z");

    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    @TempDir
    static Path home;

    private final InstantSource clock = () -> NOW;
    private final Mails mails = new Mails(database.database(), clock);
    private final MergeValues values = new MergeValues(database.client());

    @Test
    void whoever_wants_text_gets_the_text_alone_and_html_where_there_is_nothing_else() throws IOException {
        Secrets secrets = Secrets.at(home.resolve("key"));
        var senders = new Senders(database.client(), secrets, clock);
        long sender = senders.add("とどくショップ", "news@shop.example", "bounce@shop.example").id();
        var source = new MailSource(database.client(), mails, values, new Memberships(database.database()),
                new Suppressions(database.database(), clock), senders, new LinkTokens("http://127.0.0.1", secrets.derive("links")), ZoneId.of("Asia/Tokyo"));
        List<Recipient> recipients = List.of(recipient(1, "text@example.jp", "TEXT"), recipient(2, "html@example.jp", "HTML"), recipient(3, "any@example.jp", null));

        MailingId both = mailing(MailDraft.Format.MULTIPART, sender);
        assertThat(type(source, both, recipients, 1)).isEqualTo("text/plain");
        assertThat(type(source, both, recipients, 2)).isEqualTo("multipart/alternative");
        assertThat(type(source, both, recipients, 3)).isEqualTo("multipart/alternative");
        assertThat(type(source, mailing(MailDraft.Format.HTML, sender), recipients, 1)).isEqualTo("text/html");
    }

    private static String type(MailSource source, MailingId mailing, List<Recipient> recipients, int no) {
        var mail = (Composition.Mail) source.prepare(mailing, recipients).compose(no, "x@todoku.example", NOW);
        String line = new String(mail.header(), ISO_8859_1).lines().filter(each -> each.startsWith("Content-Type:")).findFirst().orElseThrow();
        return line.substring("Content-Type: ".length()).split(";", 2)[0];
    }

    private MailingId mailing(MailDraft.Format format, long sender) {
        long mail = mails.save(1, "春", new MailDraft(format, "春のご案内", List.of(new MailDraft.Block("こんにちは", "<p>こんにちは</p>", null))));
        return new Mailings(database.client(), clock).create(new Mailings.NewMailing(
                Mailings.Kind.SPOT, Environment.SANDBOX, 1, null, 100, mails.freeze(mail, values.names()), sender, NOW.plusSeconds(3600)));
    }

    private static Recipient recipient(int no, String address, @Nullable String format) {
        database.client().sql("INSERT INTO domain (name) VALUES ('example.jp') ON CONFLICT DO NOTHING").update();
        record Row(long customer, long address) {}
        Row row = database.client().sql("""
                WITH a AS (INSERT INTO address (canonical, as_written, domain_id) SELECT :address, :address, id FROM domain WHERE name = 'example.jp' RETURNING id)
                INSERT INTO customer (address_id, preferred_format, created_at, changed_at) SELECT id, :format, now(), now() FROM a RETURNING id, address_id
                """).param("address", address).param("format", format).query((r, n) -> new Row(r.getLong(1), r.getLong(2))).single();
        return new Recipient(no, new AddressId(row.address()), row.customer());
    }
}
