package todoku.web.api;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// NDJSON: many lines in one request, each registered or refused by itself.
///
/// Lines are registered in chunks while the request still comes; none waits longer than [#LONGEST_WAIT]. The results are
/// written when the last line has been read: a program that sends everything before it reads cannot block us, nor we it.
/// One that reads while it sends may ask for them chunk by chunk.
@Component
public class Lines {
    private static final Logger LOG = LoggerFactory.getLogger(Lines.class);
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Set<String> TYPES = Set.of("application/x-ndjson", "application/ndjson", "application/jsonl");

    /// Lines in one transaction: well below a second.
    private static final int CHUNK = 1_000;

    /// A line is registered after so long even when no other follows.
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    /// Bytes of one line: a customer with all fields filled.
    private static final int LINE_BYTES = 512 * 1024;

    /// Lines of one request; more are sent as several.
    private static final int MOST_LINES = 1_000_000;

    private final ApiDocument document;
    private final Problems problems;

    Lines(ApiDocument document, Problems problems) {
        this.document = document;
        this.problems = problems;
    }

    /// One line of the request.
    ///
    /// @param json null: `why` says what is wrong with it
    public record Line(int number, @Nullable JsonNode json, String why) {}

    /// What became of one line.
    ///
    /// @param result in a word: the same as of an import
    public record Result(int line, String result, String label, String reason) {}

    private static final Line END = new Line(0, null, "");

    /// Registers the lines as they come.
    ///
    /// @param schema its name in the document: lines that are not so do not reach `register`
    /// @param stream the results of a chunk are sent as soon as it is registered
    /// @param register in one transaction or several, in any order of its results
    /// @return how many ended how
    public Map<String, Integer> register(
            HttpServletRequest request, HttpServletResponse response, String schema, boolean stream, Function<List<Line>, List<Result>> register)
            throws IOException {
        String type = String.valueOf(request.getContentType()).split(";", 2)[0].strip();
        if (!TYPES.contains(type)) throw Refusal.of(HttpStatus.UNSUPPORTED_MEDIA_TYPE, "media-type", String.valueOf(request.getContentType()));
        Map<String, Integer> counts = new TreeMap<>();
        if (stream) {
            response.setContentType("application/x-ndjson");
            try {
                OutputStream out = new BufferedOutputStream(response.getOutputStream());
                answer(request, schema, register, out, true, counts);
                out.flush();
            } catch (IOException gone) {
                LOG.info("nobody reads the results of lines any more: {}", gone.toString());
            }
            return counts;
        }
        Path kept = Files.createTempFile("todoku-lines-", ".ndjson");
        try {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(kept))) {
                answer(request, schema, register, out, false, counts);
            }
            response.setContentType("application/x-ndjson");
            Files.copy(kept, response.getOutputStream());
            return counts;
        } finally {
            Files.deleteIfExists(kept);
        }
    }

    private void answer(
            HttpServletRequest request, String schema, Function<List<Line>, List<Result>> register, OutputStream out, boolean flushing,
            Map<String, Integer> counts)
            throws IOException {
        @Nullable String stopped = work(request, schema, register, out, flushing, counts);
        Map<String, Object> summary = new LinkedHashMap<>();
        summary.put("summary", counts);
        if (stopped != null) summary.put("stopped", stopped);
        out.write(JSON.writeValueAsBytes(summary));
        out.write('\n');
    }

    /// @return why not everything was looked at; null when everything was
    private @Nullable String work(
            HttpServletRequest request, String schema, Function<List<Line>, List<Result>> register, OutputStream out, boolean flushing,
            Map<String, Integer> counts)
            throws IOException {
        BlockingQueue<Line> queue = new ArrayBlockingQueue<>(2 * CHUNK);
        var reading = new Reading(request, schema, queue);
        Thread reader = Thread.ofVirtual().name("ndjson").start(reading);
        boolean any = false;
        try {
            while (true) {
                List<Line> chunk = chunk(queue);
                boolean last = !chunk.isEmpty() && chunk.getLast() == END;
                if (last) chunk.removeLast();
                if (!chunk.isEmpty()) {
                    try {
                        write(chunk, register, out, counts);
                        if (flushing) out.flush();
                    } catch (RuntimeException e) {
                        if (!any) throw e;
                        LOG.error("lines from {} on were not registered", chunk.getFirst().number(), e);
                        return problems.say(request, new Wrong("", "web.api.lines.stopped", chunk.getFirst().number()));
                    }
                    any = true;
                }
                if (last) return reading.trouble == null ? null : problems.say(request, reading.trouble);
            }
        } finally {
            reader.interrupt();
        }
    }

    /// What has come within [#LONGEST_WAIT] of the first of them, as far as it is not too much.
    private static List<Line> chunk(BlockingQueue<Line> queue) {
        try {
            List<Line> chunk = new ArrayList<>(List.of(queue.take()));
            long until = System.nanoTime() + LONGEST_WAIT.toNanos();
            while (chunk.size() < CHUNK && chunk.getLast() != END) {
                @Nullable Line next = queue.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (next == null) break;
                chunk.add(next);
            }
            return chunk;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static void write(List<Line> chunk, Function<List<Line>, List<Result>> register, OutputStream out, Map<String, Integer> counts)
            throws IOException {
        Map<Integer, Result> results = new TreeMap<>();
        chunk.stream().filter(line -> line.json() == null)
                .forEach(line -> results.put(line.number(), new Result(line.number(), "FAILURE", "失敗", line.why())));
        List<Line> good = chunk.stream().filter(line -> line.json() != null).toList();
        if (!good.isEmpty()) register.apply(good).forEach(result -> results.put(result.line(), result));
        for (Result result : results.values()) counts.merge(result.result(), 1, Integer::sum);
        for (Result result : results.values()) {
            out.write(JSON.writeValueAsBytes(result));
            out.write('\n');
        }
    }

    /// Reads the request on a thread of its own, so that the lines that are here do not wait for those that are not.
    private final class Reading implements Runnable {
        private final HttpServletRequest request;
        private final JsonNode schema;
        private final BlockingQueue<Line> queue;
        private volatile @Nullable Wrong trouble;
        private int number;

        Reading(HttpServletRequest request, String schema, BlockingQueue<Line> queue) {
            this.request = request;
            this.schema = document.json().at("/components/schemas/" + schema);
            this.queue = queue;
        }

        @Override
        public void run() {
            try {
                try (InputStream in = new BufferedInputStream(request.getInputStream(), 1 << 16)) {
                    read(in);
                } catch (IOException e) {
                    trouble = new Wrong("", "web.api.lines.cut", number);
                }
                queue.put(END);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void read(InputStream in) throws IOException, InterruptedException {
            var line = new ByteArrayOutputStream();
            boolean tooLong = false;
            int b;
            do {
                b = in.read();
                if (b >= 0 && b != '\n') {
                    if (line.size() < LINE_BYTES) line.write(b);
                    else tooLong = true;
                    continue;
                }
                number++;
                byte[] bytes = line.toByteArray();
                if (number > MOST_LINES && !isBlank(bytes)) {
                    trouble = new Wrong("", "web.api.lines.many", MOST_LINES);
                    return;
                }
                if (!isBlank(bytes)) queue.put(tooLong ? bad(number, new Wrong("", "web.api.lines.long", LINE_BYTES / 1024)) : line(bytes));
                line.reset();
                tooLong = false;
            } while (b >= 0);
        }

        private Line line(byte[] bytes) {
            try {
                JsonNode json = Json.read(bytes);
                List<Wrong> wrongs = SchemaCheck.check(document, schema, json);
                if (wrongs.isEmpty()) return new Line(number, json, "");
                return new Line(number, null,
                        wrongs.stream().map(wrong -> "「" + wrong.field() + "」: " + problems.say(request, wrong)).collect(Collectors.joining("、")));
            } catch (Refusal malformed) {
                return new Line(number, null, problems.say(request, malformed));
            }
        }

        private Line bad(int number, Wrong wrong) {
            return new Line(number, null, problems.say(request, wrong));
        }

        private static boolean isBlank(byte[] bytes) {
            for (byte b : bytes) if (b != ' ' && b != '\t' && b != '\r') return false;
            return true;
        }
    }

    /// Groups what has the same shape, for statements that write one shape. The order among those about the same thing stays.
    ///
    /// @param about names of what an element is about
    public static <T> List<List<T>> alike(List<T> all, Function<T, ?> shape, Function<T, List<String>> about) {
        Set<String> seen = new HashSet<>();
        boolean apart = all.stream().flatMap(each -> about.apply(each).stream()).allMatch(seen::add);
        if (apart) return List.copyOf(all.stream().collect(Collectors.groupingBy(shape, LinkedHashMap::new, Collectors.toList())).values());
        List<List<T>> runs = new ArrayList<>();
        for (T each : all) {
            if (runs.isEmpty() || !shape.apply(runs.getLast().getLast()).equals(shape.apply(each))) runs.add(new ArrayList<>());
            runs.getLast().add(each);
        }
        return runs;
    }
}
