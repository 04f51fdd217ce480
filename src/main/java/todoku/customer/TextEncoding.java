package todoku.customer;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// How a text file was written. The ladder: byte order mark, strict UTF-8, strict windows-31j (what Excel in Japan
/// writes), EUC-JP, ISO-2022-JP. Two rungs need a second look: ISO-2022-JP is plain ASCII to UTF-8 and is known by its
/// escape sequences; most EUC-JP is also valid windows-31j and is known by the kana it shows when read as EUC-JP.
enum TextEncoding {
    UTF_8(StandardCharsets.UTF_8, 0),
    UTF_8_MARKED(StandardCharsets.UTF_8, 3),
    UTF_16LE_MARKED(StandardCharsets.UTF_16LE, 2),
    UTF_16BE_MARKED(StandardCharsets.UTF_16BE, 2),
    UTF_16LE(StandardCharsets.UTF_16LE, 0),
    UTF_16BE(StandardCharsets.UTF_16BE, 0),
    WINDOWS_31J(Charset.forName("windows-31j"), 0),
    EUC_JP(Charset.forName("EUC-JP"), 0),
    ISO_2022_JP(Charset.forName("ISO-2022-JP"), 0);

    private static final int BUFFER_CHARS = 1 << 16;
    private static final int BEGINNING_OCTETS = 1 << 20;

    final Charset charset;
    private final int markBytes;

    TextEncoding(Charset charset, int markBytes) {
        this.charset = charset;
        this.markBytes = markBytes;
    }

    /// The encoding in which the whole file can be read without one bad byte, or nothing.
    static Optional<TextEncoding> of(Path file) throws IOException {
        Optional<TextEncoding> marked = marked(file);
        if (marked.isPresent()) return marked.filter(encoding -> encoding.canRead(file));
        if (UTF_8.canRead(file))
            return Optional.of(hasJisEscape(file) && ISO_2022_JP.canRead(file) ? ISO_2022_JP : UTF_8);
        if (WINDOWS_31J.canRead(file))
            return Optional.of(EUC_JP.kana(file) > 0 ? EUC_JP : WINDOWS_31J);
        return EUC_JP.canRead(file) ? Optional.of(EUC_JP) : Optional.empty();
    }

    /// What [#of] will say, if the whole file can be read so, as its beginning shows; nothing when that leaves a doubt.
    static Optional<TextEncoding> ofBeginning(Path file) throws IOException {
        if (marked(file).isPresent()) return Optional.empty();
        byte[] start;
        try (InputStream in = Files.newInputStream(file)) {
            start = in.readNBytes(BEGINNING_OCTETS);
        }
        int end = start.length;
        // In none of these is a line feed a part of another character.
        while (end > 0 && start[end - 1] != '\n') end--;
        if (UTF_8.kana(start, end) > 0) return Optional.of(UTF_8);
        boolean japanese = UTF_8.kana(start, end) < 0 && EUC_JP.kana(start, end) < 0 && WINDOWS_31J.kana(start, end) >= 0;
        return japanese ? Optional.of(WINDOWS_31J) : Optional.empty();
    }

    /// The encoding somebody chose, with or without a mark, if the whole file can be read in it.
    static Optional<TextEncoding> as(ImportEncoding chosen, Path file) throws IOException {
        Optional<TextEncoding> marked = marked(file);
        TextEncoding encoding = switch (chosen) {
            case UTF_8 -> marked.equals(Optional.of(UTF_8_MARKED)) ? UTF_8_MARKED : UTF_8;
            case UTF_16 -> marked.filter(each -> each.markBytes == 2).orElse(zerosFirst(file) ? UTF_16BE : UTF_16LE);
            case WINDOWS_31J -> WINDOWS_31J;
            case EUC_JP -> EUC_JP;
            case ISO_2022_JP -> ISO_2022_JP;
        };
        return Optional.of(encoding).filter(each -> each.canRead(file));
    }

    /// Commas and line ends of UTF-16 have their zero byte first when the high byte is first.
    private static boolean zerosFirst(Path file) throws IOException {
        byte[] start;
        try (InputStream in = Files.newInputStream(file)) {
            start = in.readNBytes(BUFFER_CHARS);
        }
        int even = 0, odd = 0;
        for (int i = 0; i < start.length; i++)
            if (start[i] == 0) {
                if (i % 2 == 0) even++;
                else odd++;
            }
        return even > odd;
    }

    /// The text without its byte order mark; a bad byte is an exception, never a replacement character.
    Reader open(Path file) throws IOException {
        InputStream in = Files.newInputStream(file);
        try {
            in.skipNBytes(markBytes);
        } catch (IOException e) {
            in.close();
            throw e;
        }
        return reader(in);
    }

    private Reader reader(InputStream in) {
        return new BufferedReader(new InputStreamReader(in, charset.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT).onUnmappableCharacter(CodingErrorAction.REPORT)), BUFFER_CHARS);
    }

    private static Optional<TextEncoding> marked(Path file) throws IOException {
        byte[] start = new byte[3];
        int length;
        try (InputStream in = Files.newInputStream(file)) {
            length = in.readNBytes(start, 0, start.length);
        }
        if (length == 3 && (start[0] & 0xFF) == 0xEF && (start[1] & 0xFF) == 0xBB && (start[2] & 0xFF) == 0xBF)
            return Optional.of(UTF_8_MARKED);
        if (length >= 2 && (start[0] & 0xFF) == 0xFF && (start[1] & 0xFF) == 0xFE) return Optional.of(UTF_16LE_MARKED);
        if (length >= 2 && (start[0] & 0xFF) == 0xFE && (start[1] & 0xFF) == 0xFF) return Optional.of(UTF_16BE_MARKED);
        return Optional.empty();
    }

    private boolean canRead(Path file) {
        return kana(file) >= 0;
    }

    /// How many full-width kana the file shows in this encoding, or -1 when it cannot be read in it.
    private int kana(Path file) {
        try (Reader in = open(file)) {
            return kana(in);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private int kana(byte[] text, int end) throws IOException {
        return kana(reader(new ByteArrayInputStream(text, 0, end)));
    }

    private static int kana(Reader in) throws IOException {
        int kana = 0;
        char[] buffer = new char[BUFFER_CHARS];
        try {
            for (int length; (length = in.read(buffer)) >= 0; )
                for (int i = 0; i < length; i++) if (buffer[i] >= '\u3041' && buffer[i] <= '\u30FE') kana++;
            return kana;
        } catch (CharacterCodingException e) {
            return -1;
        }
    }

    /// False when a look at the bytes rules it out; UTF-16 is full of zero bytes.
    boolean mayHoldNul(Path file) throws IOException {
        if (charset == StandardCharsets.UTF_16LE || charset == StandardCharsets.UTF_16BE) return true;
        byte[] buffer = new byte[BUFFER_CHARS];
        try (InputStream in = Files.newInputStream(file)) {
            for (int length; (length = in.read(buffer)) >= 0; )
                for (int i = 0; i < length; i++) if (buffer[i] == 0) return true;
            return false;
        }
    }

    private static boolean hasJisEscape(Path file) throws IOException {
        try (InputStream in = new java.io.BufferedInputStream(Files.newInputStream(file), BUFFER_CHARS)) {
            for (int b = in.read(); b >= 0; b = in.read()) if (b == 0x1B && in.read() == '$') return true;
            return false;
        }
    }
}
