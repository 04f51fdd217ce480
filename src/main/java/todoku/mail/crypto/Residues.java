package todoku.mail.crypto;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// Arithmetic modulo odd numbers of up to 1,024 bits, one number in each lane of the processor's vectors.
///
/// A number is 21 limbs of 50 bits, each limb a whole number in a double; limb `i` of lane `l` stands at
/// `i * LANES + l`. Products are Montgomery's, with R = 2^1050: so far above four times the modulus that nothing needs
/// to be compared or subtracted. Two fused multiply-adds make the exact product of two limbs: the first rounds it to a
/// multiple of 2^50, the second finds what is left (N. Emmart and others, "Faster Modular Exponentiation Using Double
/// Precision Floating Point Arithmetic on the GPU", ARITH 2018). No branch and no address depends on a number.
final class Residues {

    static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
    static final VectorSpecies<Long> LONGS = VectorSpecies.of(long.class, DOUBLES.vectorShape());

    static final int LANES = DOUBLES.length();
    static final int LIMB_BITS = 50;
    static final int LIMBS = 21;
    static final int R_BITS = LIMBS * LIMB_BITS;
    static final long LIMB = (1L << LIMB_BITS) - 1;

    /// Doubles of one number in every lane.
    static final int SIZE = LIMBS * LANES;

    private static final int HALF = LIMBS / 2 * LANES;

    static final int WINDOW_BITS = 4;
    private static final int POWERS = 1 << WINDOW_BITS;

    /// Doubles from here to twice this are multiples of 2^50: a product added to it is rounded to one.
    private static final double HIGH = 0x1p102;
    /// Doubles near it are whole numbers, and their bits count with them.
    private static final double LOW = 0x3p51;

    private static final double WHOLE = 0x1p52;
    private static final long HIGH_BITS = Double.doubleToRawLongBits(HIGH);
    private static final long LOW_BITS = Double.doubleToRawLongBits(LOW);
    private static final long WHOLE_BITS = Double.doubleToRawLongBits(WHOLE);
    /// What the bits of both add to a sum of limbs in each row.
    private static final long ROW_BITS = HIGH_BITS + LOW_BITS;

    private final double[] modulus;
    private final long[] negativeInverse;
    private final long[] sums = new long[SIZE];

    /// @param modulus         below 2^1024, odd
    /// @param negativeInverse of each lane: -1 / modulus modulo 2^50
    Residues(double[] modulus, long[] negativeInverse) {
        this.modulus = modulus;
        this.negativeInverse = negativeInverse;
    }

    /// `a * b / R`: below the modulus, or above it by less than its 2^-20th part; never above it when one of both is 1.
    ///
    /// @param a limbs below 2^51, as the sum of two results has
    /// @param b limbs below 2^50
    /// @param product may be one of both
    void multiply(double[] a, double[] b, double[] product) {
        begin();
        rows(a, b, SIZE, 1);
        end(product);
    }

    /// `a * a / R`, as [#multiply]: of the products of two limbs in different halves only one is made, doubled.
    void square(double[] a, double[] product) {
        begin();
        rows(a, a, HALF, 2);
        halfRows(a);
        end(product);
    }

    /// Adds the products of all limbs of `b` with those of `a` that stand before `until`.
    ///
    /// @param highTimes the higher half of `b` counts so often
    private void rows(double[] a, double[] b, int until, double highTimes) {
        double[] modulus = this.modulus;
        long[] sums = this.sums;
        var high = DoubleVector.broadcast(DOUBLES, HIGH);
        var highAndLow = DoubleVector.broadcast(DOUBLES, HIGH + LOW);
        var inverse = LongVector.fromArray(LONGS, negativeInverse, 0);
        for (int i = 0; i < until; i += LANES) {
            var ai = DoubleVector.fromArray(DOUBLES, a, i);
            var b0 = DoubleVector.fromArray(DOUBLES, b, 0);
            var n0 = DoubleVector.fromArray(DOUBLES, modulus, 0);
            var sum = LongVector.fromArray(LONGS, sums, 0).sub(LOW_BITS);
            var h = ai.fma(b0, high);
            var l = ai.fma(b0, highAndLow.sub(h));
            // m * modulus makes the lowest limb zero: it falls away, which divides by 2^50.
            var m = sum.add(l.reinterpretAsLongs())
                    .mul(inverse)
                    .and(LIMB)
                    .or(WHOLE_BITS)
                    .reinterpretAsDoubles()
                    .sub(WHOLE);
            var g = m.fma(n0, h);
            var carry = sum.add(l.add(m.fma(n0, h.sub(g))).reinterpretAsLongs())
                    .lanewise(VectorOperators.ASHR, LIMB_BITS)
                    .add(g.reinterpretAsLongs());
            for (int j = LANES; j < HALF; j += LANES) {
                var bj = DoubleVector.fromArray(DOUBLES, b, j);
                var nj = DoubleVector.fromArray(DOUBLES, modulus, j);
                h = ai.fma(bj, high);
                g = m.fma(nj, h);
                l = ai.fma(bj, highAndLow.sub(h)).add(m.fma(nj, h.sub(g)));
                LongVector.fromArray(LONGS, sums, j)
                        .add(carry)
                        .add(l.reinterpretAsLongs())
                        .intoArray(sums, j - LANES);
                carry = g.reinterpretAsLongs();
            }
            ai = ai.mul(highTimes);
            for (int j = HALF; j < SIZE; j += LANES) {
                var bj = DoubleVector.fromArray(DOUBLES, b, j);
                var nj = DoubleVector.fromArray(DOUBLES, modulus, j);
                h = ai.fma(bj, high);
                g = m.fma(nj, h);
                l = ai.fma(bj, highAndLow.sub(h)).add(m.fma(nj, h.sub(g)));
                LongVector.fromArray(LONGS, sums, j)
                        .add(carry)
                        .add(l.reinterpretAsLongs())
                        .intoArray(sums, j - LANES);
                carry = g.reinterpretAsLongs();
            }
            carry.intoArray(sums, SIZE - LANES);
        }
    }

    /// Goes on where [#rows] ended in the middle: the higher limbs of `a`, with each other.
    private void halfRows(double[] a) {
        double[] modulus = this.modulus;
        long[] sums = this.sums;
        var high = DoubleVector.broadcast(DOUBLES, HIGH);
        var highAndLow = DoubleVector.broadcast(DOUBLES, HIGH + LOW);
        var inverse = LongVector.fromArray(LONGS, negativeInverse, 0);
        for (int i = HALF; i < SIZE; i += LANES) {
            var ai = DoubleVector.fromArray(DOUBLES, a, i);
            var n0 = DoubleVector.fromArray(DOUBLES, modulus, 0);
            var sum = LongVector.fromArray(LONGS, sums, 0);
            var m = sum.mul(inverse)
                    .and(LIMB)
                    .or(WHOLE_BITS)
                    .reinterpretAsDoubles()
                    .sub(WHOLE);
            var g = m.fma(n0, high);
            var l = m.fma(n0, highAndLow.sub(g));
            var carry = sum.sub(LOW_BITS)
                    .add(l.reinterpretAsLongs())
                    .lanewise(VectorOperators.ASHR, LIMB_BITS)
                    .add(g.reinterpretAsLongs());
            for (int j = LANES; j < HALF; j += LANES) {
                var nj = DoubleVector.fromArray(DOUBLES, modulus, j);
                g = m.fma(nj, high);
                l = m.fma(nj, highAndLow.sub(g));
                LongVector.fromArray(LONGS, sums, j)
                        .add(carry)
                        .add(l.reinterpretAsLongs())
                        .intoArray(sums, j - LANES);
                carry = g.reinterpretAsLongs();
            }
            for (int j = HALF; j < SIZE; j += LANES) {
                var aj = DoubleVector.fromArray(DOUBLES, a, j);
                var nj = DoubleVector.fromArray(DOUBLES, modulus, j);
                var h = ai.fma(aj, high);
                g = m.fma(nj, h);
                l = ai.fma(aj, highAndLow.sub(h)).add(m.fma(nj, h.sub(g)));
                LongVector.fromArray(LONGS, sums, j)
                        .add(carry)
                        .add(l.reinterpretAsLongs())
                        .intoArray(sums, j - LANES);
                carry = g.reinterpretAsLongs();
            }
            carry.intoArray(sums, SIZE - LANES);
        }
    }

    /// Zero, less what the bits of the doubles will have added until a sum is used.
    private void begin() {
        for (int j = 0; j < LIMBS; j++) LongVector.broadcast(LONGS, -j * ROW_BITS).intoArray(sums, j * LANES);
    }

    /// Carries, and makes limbs of the sums.
    private void end(double[] product) {
        var carry = LongVector.zero(LONGS);
        for (int j = 0; j < LIMBS; j++) {
            long bits = (LIMBS - 1 - j) * ROW_BITS + HIGH_BITS;
            var sum = LongVector.fromArray(LONGS, sums, j * LANES).sub(bits).add(carry);
            carry = sum.lanewise(VectorOperators.ASHR, LIMB_BITS);
            sum.and(LIMB).or(WHOLE_BITS).reinterpretAsDoubles().sub(WHOLE).intoArray(product, j * LANES);
        }
    }

    /// `base` to the power of each lane's exponent, both in Montgomery's form.
    ///
    /// @param one      R modulo the modulus
    /// @param exponent windows of four bits, the highest first; window `w` of lane `l` stands at `w * LANES + l`
    double[] power(double[] base, double[] one, long[] exponent) {
        double[] powers = new double[POWERS * SIZE];
        double[] result = one.clone();
        System.arraycopy(one, 0, powers, 0, SIZE);
        for (int i = 1; i < POWERS; i++) {
            multiply(result, base, result);
            System.arraycopy(result, 0, powers, i * SIZE, SIZE);
        }
        double[] factor = new double[SIZE];
        choose(powers, exponent, 0, result);
        for (int w = LANES; w < exponent.length; w += LANES) {
            for (int i = 0; i < WINDOW_BITS; i++) square(result, result);
            choose(powers, exponent, w, factor);
            multiply(factor, result, result);
        }
        return result;
    }

    /// Reads all powers for each, so that which one is taken does not show in what is read.
    private static void choose(double[] powers, long[] exponent, int window, double[] chosen) {
        var which = LongVector.fromArray(LONGS, exponent, window);
        var bit0 = bit(which, 1);
        var bit1 = bit(which, 2);
        var bit2 = bit(which, 4);
        var bit3 = bit(which, 8);
        for (int i = 0; i < SIZE; i += LANES) {
            var to3 = pair(powers, i, bit0).blend(pair(powers, i + 2 * SIZE, bit0), bit1);
            var to7 = pair(powers, i + 4 * SIZE, bit0).blend(pair(powers, i + 6 * SIZE, bit0), bit1);
            var to11 = pair(powers, i + 8 * SIZE, bit0).blend(pair(powers, i + 10 * SIZE, bit0), bit1);
            var to15 = pair(powers, i + 12 * SIZE, bit0).blend(pair(powers, i + 14 * SIZE, bit0), bit1);
            to3.blend(to7, bit2).blend(to11.blend(to15, bit2), bit3).intoArray(chosen, i);
        }
    }

    private static DoubleVector pair(double[] powers, int at, VectorMask<Double> bit0) {
        return DoubleVector.fromArray(DOUBLES, powers, at)
                .blend(DoubleVector.fromArray(DOUBLES, powers, at + SIZE), bit0);
    }

    private static VectorMask<Double> bit(LongVector which, long bit) {
        return which.and(bit).compare(VectorOperators.NE, 0).cast(DOUBLES);
    }
}
