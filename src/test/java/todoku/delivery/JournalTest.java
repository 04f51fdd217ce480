package todoku.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import todoku.event.MailingId;
import todoku.mailing.Result;

class JournalTest {
    private static final int RECORD = 512;
    private static final int HEADS = 2;

    @TempDir
    Path directory;

    Path file;
    final List<Journal.Entry> heard = new ArrayList<>();

    @BeforeEach
    void name() {
        file = directory.resolve("journal");
    }

    @Test
    void what_was_written_is_read_again_in_order() throws Exception {
        try (Journal journal = Journal.open(file, 64)) {
            journal.dot(key(1));
            journal.dot(key(2));
            journal.outcome(delivered(1), heard::add);
            journal.outcome(delivered(3), heard::add);
        }
        try (Journal again = Journal.open(file, 64)) {
            assertThat(again.foundFrom(0)).isEqualTo(heard);
            assertThat(again.isDotOpen(key(1))).isFalse();
            assertThat(again.isDotOpen(key(2))).isTrue();
            assertThat(again.next()).isEqualTo(4);
        }
    }

    @Test
    void a_torn_record_counts_as_not_written_and_all_others_are_read() throws Exception {
        try (Journal journal = Journal.open(file, 64)) {
            for (int no = 1; no <= 3; no++) {
                journal.dot(key(no));
                journal.outcome(delivered(no), heard::add);
            }
        }
        tear(5);
        try (Journal again = Journal.open(file, 64)) {
            assertThat(again.foundFrom(0)).isEqualTo(heard.subList(0, 2));
            assertThat(again.isDotOpen(key(3))).isTrue(); // its answer was torn: unknown
        }
        tear(4);
        try (Journal again = Journal.open(file, 64)) {
            assertThat(again.isDotOpen(key(3))).isFalse(); // its dot was torn: the dot itself was never written
            assertThat(again.foundFrom(0)).hasSize(2);
        }
    }

    @Test
    void a_torn_head_gives_way_to_the_one_before_it() throws Exception {
        try (Journal journal = Journal.open(file, 64)) {
            journal.used(1);
            for (int no = 1; no <= 3; no++) journal.outcome(delivered(no), heard::add);
            journal.committed(1);
            journal.committed(2);
        }
        tear(-HEADS); // the third head written
        try (Journal again = Journal.open(file, 64)) {
            assertThat(again.committed()).isEqualTo(1);
            assertThat(again.lastBoot()).isEqualTo(1);
            assertThat(again.foundFrom(1)).isEqualTo(heard.subList(1, 3));
        }
    }

    @Test
    void a_full_journal_takes_no_dot_but_has_kept_room_for_every_answer() throws Exception {
        try (Journal journal = Journal.open(file, 8)) {
            int dots = 0;
            while (journal.hasRoom()) journal.dot(key(++dots));
            int most = dots;
            assertThat(most).isEqualTo(4);
            assertThatThrownBy(() -> journal.dot(key(most + 1))).isInstanceOf(Journal.Full.class);
            for (int no = 1; no <= dots; no++) journal.outcome(delivered(no), heard::add);
            assertThat(journal.hasRoom()).isFalse();
            journal.committed(8);
            assertThat(journal.hasRoom()).isTrue();
        }
    }

    @Test
    void a_record_is_not_overwritten_before_it_is_committed() throws Exception {
        try (Journal journal = Journal.open(file, 8)) {
            for (int round = 0; round < 20; round++) {
                journal.dot(key(round));
                journal.outcome(delivered(round), heard::add);
                if (round > 0) journal.committed(2L * round);
            }
        }
        try (Journal again = Journal.open(file, 8)) {
            assertThat(again.foundFrom(again.committed())).isEqualTo(heard.subList(19, 20));
        }
    }

    @Test
    void a_new_file_knows_nothing_of_earlier_starts() {
        try (Journal journal = Journal.open(file, 8)) {
            assertThat(journal.lastBoot()).isZero();
            journal.used(3);
        }
        try (Journal again = Journal.open(file, 8)) {
            again.used(4);
            assertThat(again.knows(2)).isFalse();
            assertThat(again.knows(3)).isTrue();
        }
    }

    @Test
    void a_smaller_setting_loses_no_record() throws Exception {
        try (Journal journal = Journal.open(file, 64)) {
            for (int no = 1; no <= 40; no++) journal.outcome(delivered(no), heard::add);
        }
        try (Journal again = Journal.open(file, 8)) {
            assertThat(again.foundFrom(0)).isEqualTo(heard);
        }
        assertThat(Files.size(file)).isEqualTo((HEADS + 64) * RECORD);
    }

    private void tear(int record) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {42, 42, 42}), (long) (HEADS + record) * RECORD + 20);
        }
    }

    private static Key key(int no) {
        return new Key(7, no);
    }

    private static Outcome delivered(int no) {
        var at = Instant.parse("2026-04-01T01:00:00Z");
        return new Outcome(new MailingId(7), no, 1, 1, 1, Result.State.DELIVERED, null, "250 2.0.0 届いた", at, at, false);
    }
}
