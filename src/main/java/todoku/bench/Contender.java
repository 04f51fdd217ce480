package todoku.bench;

import java.io.IOException;

/// Something that carries mail into the sinks.
interface Contender {
    String name();

    /// Sends so much that nothing is slow any more only because it is new.
    void warmUp() throws IOException, InterruptedException;

    Run run() throws IOException, InterruptedException;
}
