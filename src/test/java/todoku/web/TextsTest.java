package todoku.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The words of the product are complete in both languages.
class TextsTest {
    private static final Pattern USED = Pattern.compile("\\bt\\(\\s*\"([a-z][A-Za-z0-9.-]*[A-Za-z0-9])\"\\s*[,)]");
    private static final Pattern ARGUMENT = Pattern.compile("\\{([0-9])}");

    private final Texts texts = new Texts();

    @Test
    void every_japanese_text_has_its_english_one_and_the_other_way_round() {
        assertThat(texts.english().keySet()).containsExactlyInAnyOrderElementsOf(texts.japanese().keySet());
    }

    @Test
    void both_languages_use_the_same_arguments() {
        texts.japanese().forEach((key, text) -> assertThat(arguments(texts.english().get(key)))
                .as(key)
                .isEqualTo(arguments(text)));
    }

    @Test
    void every_key_a_template_or_page_names_exists() throws IOException {
        Set<String> missing = new TreeSet<>();
        for (Path root : new Path[] {Path.of("src/main/jte"), Path.of("src/main/java")}) {
            try (Stream<Path> files = Files.walk(root)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Matcher used = USED.matcher(Files.readString(file));
                    while (used.find()) if (!texts.has(used.group(1))) missing.add(file.getFileName() + ": " + used.group(1));
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    /// Templates put these keys together. (As text: this module knows no reasons.)
    @Test
    void every_reason_of_a_failure_has_its_name_and_its_sentence() throws IOException {
        Matcher constant = Pattern.compile("(?m)^    ([A-Z_]+)\\(About").matcher(
                Files.readString(Path.of("src/main/java/todoku/event/Reason.java")));
        Set<String> missing = new TreeSet<>();
        int reasons = 0;
        for (; constant.find(); reasons++)
            for (String key : new String[] {"report.reason.", "report.why."})
                if (!texts.has(key + constant.group(1))) missing.add(key + constant.group(1));
        assertThat(missing).isEmpty();
        assertThat(reasons).isGreaterThan(15);
    }

    @Test
    void no_text_is_empty() {
        for (Map<String, String> words : Set.of(texts.japanese(), texts.english()))
            words.forEach((key, text) -> assertThat(text).as(key).isNotBlank());
    }

    private static Set<String> arguments(String text) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = ARGUMENT.matcher(text);
        while (matcher.find()) found.add(matcher.group(1));
        return found;
    }
}
