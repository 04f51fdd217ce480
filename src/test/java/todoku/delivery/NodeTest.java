package todoku.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import todoku.database.TestDatabase;

class NodeTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    @TempDir
    Path directory;

    @Test
    void a_node_keeps_its_name_and_counts_its_starts() {
        long id;
        try (Node first = open()) {
            id = first.id;
            assertThat(first.boot).isEqualTo(1);
        }
        try (Node again = open()) {
            assertThat(again.id).isEqualTo(id);
            assertThat(again.boot).isEqualTo(2);
        }
        assertThat(directory.resolve("node.key.part")).doesNotExist();
    }

    @Test
    void a_name_that_a_full_disk_cut_off_is_refused_and_half_a_name_is_written_anew() throws Exception {
        Path key = directory.resolve("node.key");
        Files.createFile(key);
        assertThatThrownBy(this::open).isInstanceOf(IllegalStateException.class).hasMessageContaining(key + " is empty");

        Files.move(key, directory.resolve("node.key.part"));
        try (Node node = open()) {
            assertThat(node.boot).isEqualTo(1);
        }
        assertThat(Files.readString(key)).hasSize(36);
    }

    private Node open() {
        return Node.open(directory, database.client(), "os");
    }
}
