package todoku;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// Invented customers of a Japanese shop, spread over the simulated providers as real ones are over the real ones. Their
/// domains are reserved names (RFC 2606): nobody will ever get mail there.
final class Crowd {
    /// More than anybody wants to watch; some 60 MB of file.
    static final int MOST = 1_000_000;

    private static final int OF_ALL = 1_000;
    /// Domains of their own, with a few people each.
    private static final int SMALL_DOMAINS = 100;
    private static final long NUMBERS_FROM = 30_000_000;
    /// No shop's list is clean. One of so many addresses is what its name says.
    private static final int ONE_OF = 300;
    private static final List<String> NAMES = List.of("filtered-", "full-", "suspended-");
    private static final int DECLINES_ONE_OF = 10;

    private static final List<String> FAMILIES = List.of("佐藤", "鈴木", "髙橋", "田中", "伊藤", "渡辺", "山本", "中村");
    private static final List<String> GIVEN = List.of("花子", "太郎", "さくら", "健一", "美咲", "翔太", "結衣");

    /// How many of a thousand live there.
    private record Home(String domain, int share) {}

    private static final List<Home> HOMES = List.of(
            new Home("gmail.example", 330),
            new Home("yahoo-japan.example", 168),
            new Home("docomo.example", 131),
            new Home("au.example", 93),
            new Home("icloud.example", 86),
            new Home("softbank.example", 58),
            new Home("outlook.example", 48),
            new Home("ymobile.example", 11),
            new Home("rakuten.example", 10),
            new Home("yahoo.example", 5),
            new Home("careful.example", 3),
            new Home("slow-house.example", 1));

    private Crowd() {}

    /// What an option says.
    static int size(String option, String written) {
        if (!written.matches("[0-9]{1,7}") || Integer.parseInt(written) < 1 || Integer.parseInt(written) > MOST)
            throw new IllegalArgumentException(option + ": 1–" + MOST + " で指定してください（give a number）: " + written);
        return Integer.parseInt(written);
    }

    static void write(int customers, Path file) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write("会員番号,姓,名,メールアドレス,会員ランク,メルマガ希望\r\n");
            for (int i = 0; i < customers; i++)
                out.write(String.format(
                        Locale.ROOT,
                        "%d,%s,%s,%s,%s,%s\r\n",
                        NUMBERS_FROM + i,
                        FAMILIES.get(i % FAMILIES.size()),
                        GIVEN.get(i % GIVEN.size()),
                        address(i),
                        i % 4 == 0 ? "ゴールド" : "レギュラー",
                        i % DECLINES_ONE_OF == DECLINES_ONE_OF - 1 ? "希望しない" : "希望する"));
        }
    }

    private static String address(int i) {
        String name = i % ONE_OF == 0 ? NAMES.get(i / ONE_OF % NAMES.size()) : "";
        return name + "user" + i + "@" + domain(i);
    }

    /// Well mixed, and the same in every run: a stride without a common divisor with a thousand.
    private static String domain(int i) {
        int place = (int) (i * 617L % OF_ALL);
        for (Home home : HOMES) {
            if (place < home.share()) return home.domain();
            place -= home.share();
        }
        return "shop-guest" + i / OF_ALL % SMALL_DOMAINS + ".example";
    }
}
