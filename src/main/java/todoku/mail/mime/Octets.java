package todoku.mail.mime;

import java.util.Arrays;

/// A growing array of octets, unsynchronised.
final class Octets {
    private byte[] bytes;
    private int size;

    Octets(int expected) {
        bytes = new byte[Math.max(16, expected)];
    }

    void put(int octet) {
        if (size == bytes.length) grow(1);
        bytes[size++] = (byte) octet;
    }

    void dropLast() {
        size--;
    }

    void crlf() {
        put('\r');
        put('\n');
    }

    void put(byte[] source, int from, int count) {
        if (bytes.length - size < count) grow(count);
        System.arraycopy(source, from, bytes, size, count);
        size += count;
    }

    /// The string must be ASCII: the caller has looked.
    @SuppressWarnings("deprecation") // the one getBytes that copies Latin-1 octets without an encoder
    void ascii(String text) {
        int count = text.length();
        if (bytes.length - size < count) grow(count);
        text.getBytes(0, count, bytes, size);
        size += count;
    }

    boolean endsWithLine() {
        return size > 1 && bytes[size - 1] == '\n';
    }

    byte[] toBytes() {
        return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    }

    private void grow(int more) {
        bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, Math.addExact(size, more)));
    }
}
