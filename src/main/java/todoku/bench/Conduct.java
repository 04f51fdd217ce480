package todoku.bench;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One way in which a receiving server is not as it should be.
///
/// @param words octets as they are sent; of an answer, without the end of its line
record Conduct(Step step, Manner manner, String words, When when) {
    /// At what it is so.
    enum Step {
        GREETING,
        /// EHLO alone.
        EHLO,
        /// EHLO and HELO.
        HELLO,
        STARTTLS,
        MAIL,
        RCPT,
        DATA,
        /// After the final dot.
        DOT;

        /// Null for any other command.
        static @Nullable Step of(String command) {
            String word = command.length() < 4 ? "" : command.substring(0, 4).toUpperCase(Locale.ROOT);
            return switch (word) {
                case "EHLO" -> EHLO;
                case "HELO" -> HELLO;
                case "STAR" -> STARTTLS;
                case "MAIL" -> MAIL;
                case "RCPT" -> RCPT;
                case "DATA" -> DATA;
                default -> null;
            };
        }

        boolean isAt(Step command) {
            return this == command || this == HELLO && command == EHLO;
        }
    }

    /// How the words come.
    enum Manner {
        /// As an answer; after a 421 it closes.
        SAYS,
        /// Octet by octet, again and again.
        DRIPS,
        /// Again and again, as fast as they are read.
        REPEATS,
        /// Does not say that it knows STARTTLS.
        HIDES,
        /// Agrees to encrypt and goes away.
        BREAKS,
        /// Agrees to encrypt and says nothing more.
        HANGS,
        /// Encrypts with another certificate; the words are its [Certificates.Kind].
        SHOWS
    }

    /// How often it is so.
    enum When {
        ALWAYS,
        /// Only the first time a recipient is named.
        FIRST_TIME,
        /// As soon as a connection has carried [Refuser#ENOUGH] mails.
        ENOUGH,
        /// For [Refuser#WHILE_SECONDS].
        FOR_A_WHILE,
        /// On the first connection, the third …
        EVERY_OTHER
    }

    static Conduct says(Step step, String words) {
        return new Conduct(step, Manner.SAYS, words, When.ALWAYS);
    }

    static Conduct says(Step step, String words, When when) {
        return new Conduct(step, Manner.SAYS, words, when);
    }

    static Conduct drips(Step step, String words) {
        return new Conduct(step, Manner.DRIPS, words, When.ALWAYS);
    }

    static Conduct repeats(Step step, String words) {
        return new Conduct(step, Manner.REPEATS, words, When.ALWAYS);
    }

    static Conduct hides(When when) {
        return new Conduct(Step.HELLO, Manner.HIDES, "", when);
    }

    static Conduct encrypts(Manner manner) {
        return new Conduct(Step.STARTTLS, manner, "", When.ALWAYS);
    }

    static Conduct shows(Certificates.Kind certificate) {
        return new Conduct(Step.STARTTLS, Manner.SHOWS, certificate.name(), When.ALWAYS);
    }

    /// As one line that can be printed.
    @Override
    public String toString() {
        String printable = words.replaceAll("[^ -~]+", ".");
        return step + " " + manner + (when == When.ALWAYS ? "" : " " + when) + (words.isEmpty() ? "" : " \"" + printable + "\"");
    }
}
