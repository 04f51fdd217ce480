package todoku.mail.dns;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.lookup.LookupSession;

/// Asks DNS each time: whoever looks at the answer has just changed the zone.
public final class DnsTextRecords implements TextRecords {
    private static final int PATIENCE_SECONDS = 8;

    private final LookupSession dns;

    public DnsTextRecords(Resolver resolver) {
        this.dns = LookupSession.builder().resolver(resolver).build();
    }

    @Override
    public List<String> of(String name) {
        try {
            List<String> texts = new ArrayList<>();
            var answer = dns.lookupAsync(Name.fromString(name, Name.root), Type.TXT)
                    .toCompletableFuture()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            for (Record record : answer.getRecords())
                if (record instanceof TXTRecord text) texts.add(String.join("", text.getStrings()));
            return texts;
        } catch (TextParseException | ExecutionException | TimeoutException e) {
            return List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }
}
