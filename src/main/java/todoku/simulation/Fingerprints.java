package todoku.simulation;

/// Which mails have been seen, in eight bytes each, so that a run of millions can be checked for duplicates.
final class Fingerprints {
    /// 256 MB; some 25 million mails. Later ones are not remembered.
    private static final int MAX_SLOTS = 1 << 25;
    private static final int FIRST_SLOTS = 1 << 12;

    private long[] slots = new long[FIRST_SLOTS];
    private int used;

    /// False when it was there already.
    synchronized boolean add(long fingerprint) {
        long value = fingerprint == 0 ? 1 : fingerprint;
        if (used >= slots.length / 4 * 3 && slots.length < MAX_SLOTS) grow();
        int slot = find(slots, value);
        if (slots[slot] == value) return false;
        if (used < slots.length / 4 * 3) {
            slots[slot] = value;
            used++;
        }
        return true;
    }

    private void grow() {
        long[] larger = new long[slots.length * 2];
        for (long value : slots) if (value != 0) larger[find(larger, value)] = value;
        slots = larger;
    }

    private static int find(long[] slots, long value) {
        int mask = slots.length - 1;
        int slot = (int) (value ^ value >>> 32) & mask;
        while (slots[slot] != 0 && slots[slot] != value) slot = slot + 1 & mask;
        return slot;
    }

    /// FNV-1a with a final mix (splitmix64), so that neighbouring addresses fall far apart.
    static long of(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        hash = (hash ^ hash >>> 30) * 0xbf58476d1ce4e5b9L;
        hash = (hash ^ hash >>> 27) * 0x94d049bb133111ebL;
        return hash ^ hash >>> 31;
    }

    /// Whether this address belongs to that share, independently for each salt.
    static boolean within(double share, String salt, String address) {
        return (of(salt + address) >>> 11) * 0x1.0p-53 < share;
    }
}
