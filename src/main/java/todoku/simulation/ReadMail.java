package todoku.simulation;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.james.mime4j.dom.Body;
import org.apache.james.mime4j.dom.Entity;
import org.apache.james.mime4j.dom.Message;
import org.apache.james.mime4j.dom.Multipart;
import org.apache.james.mime4j.dom.TextBody;
import org.apache.james.mime4j.message.DefaultMessageBuilder;
import org.apache.james.mime4j.stream.MimeConfig;
import org.jspecify.annotations.Nullable;

/// A mail as a mail program shows it, read by somebody else's parser.
///
/// @param text and `html`: the first part of each kind, null when there is none
/// @param source as it came, without the bytes nobody can read
public record ReadMail(String subject, String from, String to, @Nullable String text, @Nullable String html, String source) {
    static ReadMail of(SimulatedMail mail) {
        DefaultMessageBuilder builder = new DefaultMessageBuilder();
        builder.setMimeEntityConfig(MimeConfig.PERMISSIVE);
        try {
            Message message = builder.parseMessage(new ByteArrayInputStream(mail.content()));
            return new ReadMail(
                    message.getSubject() == null ? "" : message.getSubject(),
                    message.getFrom() == null ? mail.from() : message.getFrom().toString(),
                    message.getTo() == null ? mail.to() : message.getTo().toString(),
                    part(message, "text/plain"),
                    part(message, "text/html"),
                    new String(mail.content(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static @Nullable String part(Entity entity, String type) throws IOException {
        Body body = entity.getBody();
        if (body instanceof Multipart parts) {
            for (Entity part : parts.getBodyParts()) {
                String found = part(part, type);
                if (found != null) return found;
            }
            return null;
        }
        if (!entity.getMimeType().equals(type) || !(body instanceof TextBody words)) return null;
        try (var reader = words.getReader()) {
            java.io.StringWriter all = new java.io.StringWriter();
            reader.transferTo(all);
            return all.toString();
        }
    }
}
