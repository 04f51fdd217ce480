package todoku.mail.crypto;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Signs several mails with RSA-2048 at once, side by side in the lanes of the processor's vectors: PKCS #1 v1.5 with
/// SHA-256 (RFC 8017 §8.2). Every signature is checked with the public key before it leaves, so a mistake of the
/// arithmetic or of the machine neither goes out nor gives a prime away.
final class MultiBufferRsa {

    /// So many fit: each takes two lanes, one for each prime.
    static final int TOGETHER = Residues.LANES / 2;

    private static final int WORDS = LaneKey.OCTETS / Long.BYTES;
    private static final int E_SQUARES = 16;

    /// `00 01 FF … FF 00` and the name of the hash (RFC 8017 §9.2); the hash itself follows.
    private static final byte[] PADDING = padding();

    /// What one has to sign.
    ///
    /// @param hash SHA-256
    record Work(LaneKey key, byte[] hash) {}

    private final List<Work> works;
    private final double[] one = new double[Residues.SIZE];
    private final double[] r2 = new double[Residues.SIZE];
    private final double[] r3 = new double[Residues.SIZE];
    private final Residues residues;

    private MultiBufferRsa(List<Work> works) {
        this.works = works;
        double[] modulus = new double[Residues.SIZE];
        long[] inverse = new long[Residues.LANES];
        for (int lane = 0; lane < 2 * TOGETHER; lane++) {
            LaneKey.Prime prime = prime(lane);
            put(prime.modulus(), modulus, lane);
            put(prime.one(), one, lane);
            put(prime.r2(), r2, lane);
            put(prime.r3(), r3, lane);
            inverse[lane] = prime.negativeInverse();
        }
        residues = new Residues(modulus, inverse);
    }

    /// A signature for each, in order; nothing where the check failed.
    ///
    /// @param works one to [#TOGETHER]; several costs as much as one
    static byte[] @Nullable [] sign(List<Work> works) {
        return new MultiBufferRsa(works).signatures();
    }

    private byte[] @Nullable [] signatures() {
        long[][] messages = new long[works.size()][];
        for (int i = 0; i < messages.length; i++) messages[i] = padded(works.get(i).hash());
        double[] message = residues(messages);
        double[] roots = plain(residues.power(message, one, exponents()));

        byte[][] octets = new byte[works.size()][];
        long[][] signatures = new long[works.size()][];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = octets(works.get(i).key().combined(number(roots, 2 * i), number(roots, 2 * i + 1)));
            signatures[i] = words(octets[i]);
        }
        double[] signature = residues(signatures);
        double[] again = signature.clone();
        for (int i = 0; i < E_SQUARES; i++) residues.multiply(again, again, again);
        residues.multiply(again, signature, again);

        double[] expected = plain(message);
        double[] found = plain(again);
        byte[] @Nullable [] checked = new byte[octets.length][];
        for (int i = 0; i < octets.length; i++)
            if (isSame(expected, found, 2 * i) && isSame(expected, found, 2 * i + 1)) checked[i] = octets[i];
        return checked;
    }

    /// Lanes nobody needs repeat the first.
    private Work work(int lane) {
        return works.get(lane / 2 < works.size() ? lane / 2 : 0);
    }

    private LaneKey.Prime prime(int lane) {
        LaneKey key = work(lane).key();
        return lane % 2 == 0 ? key.p : key.q;
    }

    private long[] exponents() {
        int windows = prime(0).exponent().length;
        long[] exponents = new long[windows * Residues.LANES];
        for (int lane = 0; lane < 2 * TOGETHER; lane++) {
            long[] exponent = prime(lane).exponent();
            for (int w = 0; w < windows; w++) exponents[w * Residues.LANES + lane] = exponent[w];
        }
        return exponents;
    }

    /// Numbers of 2,048 bits modulo both primes, in Montgomery's form.
    private double[] residues(long[][] numbers) {
        double[] low = new double[Residues.SIZE];
        double[] high = new double[Residues.SIZE];
        for (int lane = 0; lane < 2 * TOGETHER; lane++) {
            long[] words = numbers[lane / 2 < numbers.length ? lane / 2 : 0];
            for (int i = 0; i < Residues.LIMBS; i++) {
                low[i * Residues.LANES + lane] = limb(words, i);
                high[i * Residues.LANES + lane] = limb(words, Residues.LIMBS + i);
            }
        }
        residues.multiply(low, r2, low);
        residues.multiply(high, r3, high);
        for (int i = 0; i < Residues.SIZE; i++) low[i] += high[i];
        residues.multiply(low, one, low);
        return low;
    }

    /// Out of Montgomery's form.
    private double[] plain(double[] number) {
        double[] plain = new double[Residues.SIZE];
        Arrays.fill(plain, 0, Residues.LANES, 1);
        residues.multiply(number, plain, plain);
        return plain;
    }

    private static void put(long[] limbs, double[] numbers, int lane) {
        for (int i = 0; i < Residues.LIMBS; i++) numbers[i * Residues.LANES + lane] = limbs[i];
    }

    private static BigInteger number(double[] numbers, int lane) {
        long[] words = new long[WORDS];
        for (int i = 0; i < Residues.LIMBS; i++) {
            long limb = (long) numbers[i * Residues.LANES + lane];
            int bit = i * Residues.LIMB_BITS;
            int shift = bit % Long.SIZE;
            words[bit / Long.SIZE] |= limb << shift;
            if (shift > Long.SIZE - Residues.LIMB_BITS) words[bit / Long.SIZE + 1] |= limb >>> Long.SIZE - shift;
        }
        ByteBuffer octets = ByteBuffer.allocate(LaneKey.OCTETS);
        for (int i = WORDS - 1; i >= 0; i--) octets.putLong(words[i]);
        return new BigInteger(1, octets.array());
    }

    private static boolean isSame(double[] some, double[] others, int lane) {
        boolean same = true;
        for (int i = lane; i < Residues.SIZE; i += Residues.LANES) same &= some[i] == others[i];
        return same;
    }

    private static long limb(long[] words, int limb) {
        int bit = limb * Residues.LIMB_BITS;
        int word = bit / Long.SIZE;
        int shift = bit % Long.SIZE;
        if (word >= words.length) return 0;
        long bits = words[word] >>> shift;
        if (shift > Long.SIZE - Residues.LIMB_BITS && word + 1 < words.length)
            bits |= words[word + 1] << Long.SIZE - shift;
        return bits & Residues.LIMB;
    }

    private static long[] padded(byte[] hash) {
        byte[] octets = Arrays.copyOf(PADDING, LaneKey.OCTETS);
        System.arraycopy(hash, 0, octets, LaneKey.OCTETS - hash.length, hash.length);
        return words(octets);
    }

    /// The lowest first.
    private static long[] words(byte[] octets) {
        long[] words = new long[WORDS];
        ByteBuffer from = ByteBuffer.wrap(octets);
        for (int i = WORDS - 1; i >= 0; i--) words[i] = from.getLong();
        return words;
    }

    private static byte[] octets(BigInteger number) {
        byte[] significant = number.toByteArray();
        byte[] octets = new byte[LaneKey.OCTETS];
        int length = Math.min(significant.length, octets.length);
        System.arraycopy(significant, significant.length - length, octets, octets.length - length, length);
        return octets;
    }

    private static byte[] padding() {
        byte[] name = HexFormat.of().parseHex("3031300d060960864801650304020105000420");
        byte[] padding = new byte[LaneKey.OCTETS];
        Arrays.fill(padding, (byte) 0xff);
        int end = LaneKey.OCTETS - 32 - name.length;
        padding[0] = 0;
        padding[1] = 1;
        padding[end - 1] = 0;
        System.arraycopy(name, 0, padding, end, name.length);
        return padding;
    }
}
