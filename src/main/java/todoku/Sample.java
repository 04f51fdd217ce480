package todoku;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import todoku.campaign.Campaign;
import todoku.campaign.Target;
import todoku.content.MailDraft;
import todoku.customer.ImportChoices;
import todoku.customer.ImportProgress;
import todoku.database.Database;
import todoku.simulation.Behaviour;

/// What a new installation shows: invented customers at reserved example domains, a sender, a mail, and a campaign
/// that is delivered into the simulated internet.
final class Sample {
    /// So many at example.jp, example.com and example.net; more than these live with the simulated providers.
    static final int CUSTOMERS = 200;
    static final String GROUP = "メルマガ会員";
    private static final long DEPARTMENT = 1;
    private static final int EXPIRY_HOURS = 1;

    private final House house;
    private final Database database;
    private final int customers;

    Sample(House house, Database database, int customers) {
        this.house = house;
        this.database = database;
        this.customers = customers;
    }

    /// Once, into an installation where nobody has done anything yet.
    void prepare() throws IOException {
        boolean used = database.client()
                .sql("SELECT EXISTS (SELECT FROM customer) OR EXISTS (SELECT FROM mail) OR EXISTS (SELECT FROM mailing)")
                .query(Boolean.class)
                .single();
        if (used) return;
        house.internet.behave("example.net", new Behaviour.UnknownUsers(0.06));
        house.internet.behave("example.com", new Behaviour.GreyLists(0.3));
        long group = house.groups.findOrCreate(DEPARTMENT, GROUP).id();
        Path file = Files.createTempFile("todoku-sample", ".csv");
        try {
            write(customers, file);
            ImportProgress started = house.imports.start(file, new ImportChoices("sample.csv", group, false));
            house.imports.run(started.id(), file);
        } finally {
            Files.deleteIfExists(file);
        }
        long sender = house.senders.add("とどくショップ", "news@shop.example", "bounce@shop.example").id();
        long mail = house.mails.save(DEPARTMENT, "春の新作", MAIL);
        Campaign campaign = house.campaigns.create(
                DEPARTMENT,
                new Campaign.Draft(
                        "春の新作のご案内", null, new Target(List.of(group)), mail, sender, null, EXPIRY_HOURS),
                null);
        house.campaigns.reserve(campaign.id(), campaign.version(), null);
    }

    static final MailDraft MAIL = new MailDraft(
            MailDraft.Format.MULTIPART,
            "{{ 姓 | default: 'お客さま' }} 様、春の新作が届きました",
            List.of(
                    new MailDraft.Block(
                            """
                            {{ 姓 | default: 'お客さま' }} {{ 名 }} 様

                            いつもご利用ありがとうございます。春の新作をご案内します。
                            https://shop.example/spring

                            """,
                            """
                            <p>{{ 姓 | default: 'お客さま' }} {{ 名 }} 様</p>
                            <p>いつもご利用ありがとうございます。<a href="https://shop.example/spring">春の新作</a>をご案内します。</p>
                            """,
                            null),
                    new MailDraft.Block(
                            "ゴールド会員の方だけに、先行でご覧いただけます。\nhttps://shop.example/gold\n\n",
                            "<p>ゴールド会員の方だけに、<a href=\"https://shop.example/gold\">先行で</a>ご覧いただけます。</p>\n",
                            "会員ランク == \"ゴールド\""),
                    new MailDraft.Block(
                            "配信停止：{{ unsubscribe_url }}\nとどくショップ 東京都千代田区サンプル町1-1 info@shop.example\n",
                            "<p><a href=\"{{ unsubscribe_url }}\">配信停止</a>　とどくショップ 東京都千代田区サンプル町1-1 info@shop.example</p>\n",
                            null)));

    static void write(int customers, Path file) throws IOException {
        if (customers == CUSTOMERS) Files.writeString(file, customers(), StandardCharsets.UTF_8);
        else Crowd.write(customers, file);
    }

    private static String customers() {
        StringBuilder csv = new StringBuilder("会員番号,姓,名,メールアドレス,会員ランク,メルマガ希望\r\n");
        String[] families = {"佐藤", "鈴木", "髙橋", "田中", "伊藤"};
        String[] given = {"花子", "太郎", "さくら", "健一"};
        for (int i = 0; i < CUSTOMERS; i++) {
            csv.append(String.format(
                    Locale.ROOT,
                    "%d,%s,%s,user%d@%s,%s,%s\r\n",
                    20_000_000 + i,
                    families[i % families.length],
                    given[i % given.length],
                    i,
                    List.of("example.jp", "example.com", "example.net").get(i % 3),
                    i % 4 == 0 ? "ゴールド" : "レギュラー",
                    i % 10 == 0 ? "希望しない" : "希望する"));
        }
        return csv.toString();
    }
}
