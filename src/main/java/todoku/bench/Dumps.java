package todoku.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What somebody else's server has taken: one file for each mail. A mail is theirs when its last line and the empty line
/// that `smtp-sink` writes at the final dot are there.
final class Dumps {
    private static final Pattern RECIPIENT = Pattern.compile("^X-Rcpt-Args: <([^>]+)>", Pattern.MULTILINE);
    private static final Pattern MESSAGE_ID = Pattern.compile("^Message-ID: *\\n? *<([^>]+)>", Pattern.MULTILINE | Pattern.CASE_INSENSITIVE);
    private static final String LAST_LINE = "--\n\n";

    private final Map<String, Integer> byMessageId = new HashMap<>();
    private final Map<String, Set<String>> recipients = new HashMap<>();
    private int cut;

    private Dumps() {}

    /// Counts them and takes them away.
    static Dumps takenFrom(Path folder) throws IOException {
        Dumps dumps = new Dumps();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                dumps.count(Files.readString(file, StandardCharsets.ISO_8859_1));
                Files.delete(file);
            }
        } catch (NoSuchFileException e) {
            throw new IOException("a dump went away while it was read", e);
        }
        return dumps;
    }

    private void count(String mail) {
        if (!mail.endsWith(LAST_LINE)) {
            cut++;
            return;
        }
        Matcher id = MESSAGE_ID.matcher(mail);
        Matcher recipient = RECIPIENT.matcher(mail);
        if (!id.find() || !recipient.find()) throw new IllegalStateException("not a mail of ours: " + mail.substring(0, Math.min(300, mail.length())));
        byMessageId.merge(id.group(1), 1, Integer::sum);
        recipients.computeIfAbsent(recipient.group(1).toLowerCase(Locale.ROOT), _ -> new HashSet<>()).add(id.group(1));
    }

    /// Mails taken more than once.
    long twice() {
        return byMessageId.values().stream().filter(times -> times > 1).count();
    }

    /// Of those, the ones to others than these.
    long twice(Set<String> announced) {
        long expected = announced.stream()
                .flatMap(address -> recipients.getOrDefault(address.toLowerCase(Locale.ROOT), Set.of()).stream())
                .filter(id -> byMessageId.getOrDefault(id, 0) > 1)
                .count();
        return twice() - expected;
    }

    boolean has(String address) {
        return recipients.containsKey(address.toLowerCase(Locale.ROOT));
    }

    int size() {
        return byMessageId.size();
    }

    /// Dialogues that ended in the middle of a mail.
    int cut() {
        return cut;
    }
}
