package todoku.customer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import todoku.TestServer;

class DropDirectoryTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    private static final Instant NOW = Instant.parse("2026-11-22T00:00:00Z");

    @TempDir
    Path directory;

    @BeforeAll
    static void choices_saved_from_an_import() throws IOException {
        long group = server.part(Groups.class).findOrCreate(1, "店の会員").id();
        Path file = Files.writeString(Files.createTempFile("first", ".csv"), "メールアドレス,姓\nfirst@example.jp,一\n");
        CustomerImport imports = server.part(CustomerImport.class);
        long id = imports.run(imports.start(file, new ImportChoices("first.csv", group, true)).id(), file).id();
        TestServer.Visitor admin = server.admin();
        assertThat(admin.get("/imports/" + id).body()).contains("この設定を名前を付けて保存");
        assertThat(admin.post("/imports/" + id + "/profile", Map.of("name", "../etc")).body()).contains("文字・数字");
        assertThat(admin.post("/imports/" + id + "/profile", Map.of("name", "店")).body()).contains("店の会員", "追加");
        assertThat(admin.post("/imports/" + id + "/profile", Map.of("name", "店")).body()).contains("すでにあります");
    }

    @Test
    void a_file_at_rest_is_imported_once_and_moved_with_its_refused_lines() throws Exception {
        look(NOW);
        Path folder = directory.resolve("店"), file = folder.resolve("a.csv");
        Files.writeString(file, "メールアドレス,姓\ndropped@example.jp,山田\nこわれた,佐藤\n");
        look(NOW);
        look(NOW.plusSeconds(29));
        assertThat(found("dropped@example.jp")).isFalse();
        Files.writeString(file, "メールアドレス,姓\ndropped@example.jp,山田\nこわれた,佐藤\nlater@example.jp,伊藤\n");
        look(NOW.plusSeconds(30));
        assertThat(folder.resolve("done")).doesNotExist();
        look(NOW.plusSeconds(60));
        lookUntilGone(file, NOW.plusSeconds(61));
        assertThat(found("dropped@example.jp")).isTrue();
        assertThat(found("later@example.jp")).isTrue();
        assertThat(names(folder.resolve("done"))).hasSize(2).anyMatch(name -> name.matches("\\d+-a\\.csv"))
                .anyMatch(name -> name.matches("\\d+-a\\.csv\\.refused\\.csv"));
        assertThat(server.admin().get("/audit").body()).contains("一括登録");
        assertThat(server.database().client().sql("SELECT count(*) FROM customer_import WHERE file_name = 'a.csv'").query(Integer.class).single()).isOne();
    }

    @Test
    void what_is_no_list_is_put_aside_with_the_reason() throws Exception {
        Path folder = Files.createDirectories(directory.resolve("店"));
        Files.writeString(folder.resolve("b.csv"), "姓,名\n山田,花子\n");
        Files.write(folder.resolve("c.xls"), new byte[] {(byte) 0xD0, (byte) 0xCF, 0x11, (byte) 0xE0});
        Files.writeString(folder.resolve(".d.csv"), "x");
        look(NOW);
        look(NOW.plusSeconds(30));
        lookUntilGone(folder.resolve("b.csv"), NOW.plusSeconds(31));
        assertThat(names(folder)).containsExactlyInAnyOrder("failed", ".d.csv");
        assertThat(names(folder.resolve("failed"))).hasSize(4);
        assertThat(texts(folder.resolve("failed"))).contains("メールアドレスの列がありません", ".xls）は読めません");
    }

    @Test
    void what_a_crash_cut_off_before_it_began_is_taken_again_and_what_came_meanwhile_is_not_lost() throws Exception {
        Path folder = Files.createDirectories(directory.resolve("店")), file = folder.resolve("e.csv");
        Files.writeString(file, "メールアドレス\nagain@example.jp\n");
        CustomerImport imports = server.part(CustomerImport.class);
        long group = server.part(Groups.class).find("店の会員").orElseThrow().id();
        long cut = imports.start(file, new ImportChoices("e.csv", group, true)).id();
        server.database().client().sql("INSERT INTO import_drop (import_id, folder, file, bytes, changed_at) VALUES (:id, '店', 'e.csv', 1, now())")
                .param("id", cut).update();
        look(NOW);
        assertThat(imports.progress(cut).state()).isEqualTo(ImportProgress.State.STOPPED);
        look(NOW.plusSeconds(30));
        lookUntilGone(file, NOW.plusSeconds(31));
        assertThat(found("again@example.jp")).isTrue();

        long ended = imports.start(Files.writeString(folder.resolve(".f"), "姓\nx\n"), new ImportChoices("e.csv", group, true)).id();
        server.database().client().sql("INSERT INTO import_drop (import_id, folder, file, bytes, changed_at) VALUES (:id, '店', 'e.csv', 1, now())")
                .param("id", ended).update();
        Files.writeString(file, "メールアドレス\nfresh@example.jp\n");
        look(NOW.plusSeconds(100));
        assertThat(file).exists();
        look(NOW.plusSeconds(130));
        lookUntilGone(file, NOW.plusSeconds(131));
        assertThat(found("fresh@example.jp")).isTrue();
    }

    private void look(Instant now) {
        server.part(DropDirectory.class).look(directory, now);
    }

    /// The imports run in threads of their own.
    private void lookUntilGone(Path file, Instant now) {
        long giveUp = System.nanoTime() + 60_000_000_000L;
        while (Files.exists(file) && System.nanoTime() < giveUp) look(now);
    }

    private static boolean found(String address) {
        return !server.part(Customers.class).search(address, 1).isEmpty();
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static String texts(Path folder) throws IOException {
        var text = new StringBuilder();
        for (String name : names(folder)) if (name.endsWith(".txt")) text.append(Files.readString(folder.resolve(name), StandardCharsets.UTF_8));
        return text.toString();
    }
}
