package todoku.mail.crypto;

import java.math.BigInteger;
import java.security.PrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import org.jspecify.annotations.Nullable;

/// What an RSA-2048 key brings into two lanes, one for each of its primes.
final class LaneKey {

    static final int OCTETS = 256;

    private static final BigInteger E = BigInteger.valueOf(65_537);

    /// One prime and what is computed with it.
    ///
    /// @param one  R, in limbs as all that follow
    /// @param r2   R²: times a number gives Montgomery's form of it
    /// @param r3   R³: the same of a number that is to be multiplied by R
    record Prime(
            BigInteger value,
            long[] modulus,
            long negativeInverse,
            long[] one,
            long[] r2,
            long[] r3,
            long[] exponent) {

        static Prime of(BigInteger prime, BigInteger exponent) {
            BigInteger r = BigInteger.ONE.shiftLeft(Residues.R_BITS);
            BigInteger limb = BigInteger.ONE.shiftLeft(Residues.LIMB_BITS);
            return new Prime(
                    prime,
                    limbs(prime),
                    limb.subtract(prime.modInverse(limb)).longValueExact(),
                    limbs(r.mod(prime)),
                    limbs(r.pow(2).mod(prime)),
                    limbs(r.pow(3).mod(prime)),
                    windows(exponent));
        }

        private static long[] windows(BigInteger exponent) {
            long[] windows = new long[OCTETS * 4 / Residues.WINDOW_BITS];
            for (int w = 0; w < windows.length; w++)
                windows[windows.length - 1 - w] = exponent.shiftRight(w * Residues.WINDOW_BITS)
                                .intValue()
                        & (1 << Residues.WINDOW_BITS) - 1;
            return windows;
        }
    }

    final Prime p;
    final Prime q;
    private final BigInteger coefficient;

    private LaneKey(RSAPrivateCrtKey key) {
        p = Prime.of(key.getPrimeP(), key.getPrimeExponentP());
        q = Prime.of(key.getPrimeQ(), key.getPrimeExponentQ());
        coefficient = key.getCrtCoefficient();
    }

    /// Nothing for a key that does not fit: another length or public exponent, or one that does not tell its primes.
    static @Nullable LaneKey of(PrivateKey key) {
        return key instanceof RSAPrivateCrtKey rsa
                        && rsa.getModulus().bitLength() == OCTETS * 8
                        && rsa.getPublicExponent().equals(E)
                        && fits(rsa.getPrimeP())
                        && fits(rsa.getPrimeQ())
                ? new LaneKey(rsa)
                : null;
    }

    private static boolean fits(BigInteger prime) {
        return prime.bitLength() == OCTETS * 4 && prime.testBit(0);
    }

    /// The one number with these remainders (Garner).
    BigInteger combined(BigInteger modP, BigInteger modQ) {
        return modP.subtract(modQ)
                .multiply(coefficient)
                .mod(p.value())
                .multiply(q.value())
                .add(modQ);
    }

    private static long[] limbs(BigInteger number) {
        long[] limbs = new long[Residues.LIMBS];
        for (int i = 0; i < limbs.length; i++)
            limbs[i] = number.shiftRight(i * Residues.LIMB_BITS).longValue() & Residues.LIMB;
        return limbs;
    }
}
