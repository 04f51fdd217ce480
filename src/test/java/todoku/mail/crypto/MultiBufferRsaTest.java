package todoku.mail.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// Signatures made side by side are those the provider makes alone, whatever the numbers are.
final class MultiBufferRsaTest {

    private final Random random = new Random(20_261_123);

    @Test
    void products_are_right_for_the_largest_the_smallest_and_any_numbers() {
        BigInteger r = BigInteger.TWO.pow(Residues.R_BITS);
        BigInteger limb = BigInteger.TWO.pow(Residues.LIMB_BITS);
        for (int round = 0; round < 200; round++) {
            double[] modulus = new double[Residues.SIZE];
            double[] a = new double[Residues.SIZE];
            double[] b = new double[Residues.SIZE];
            long[] inverse = new long[Residues.LANES];
            var expected = new ArrayList<BigInteger>();
            var moduli = new ArrayList<BigInteger>();
            for (int lane = 0; lane < Residues.LANES; lane++) {
                BigInteger n = odd(round + lane);
                BigInteger x = number(round, n);
                BigInteger y = number(round / 4, n);
                put(n, modulus, lane);
                put(x, a, lane);
                put(y, b, lane);
                inverse[lane] = limb.subtract(n.modInverse(limb)).longValueExact();
                moduli.add(n);
                expected.add(x.multiply(y).multiply(r.modInverse(n)).mod(n));
            }
            double[] product = new double[Residues.SIZE];
            new Residues(modulus, inverse).multiply(a, b, product);
            for (int lane = 0; lane < Residues.LANES; lane++) {
                BigInteger found = got(product, lane);
                assertThat(found.mod(moduli.get(lane))).isEqualTo(expected.get(lane));
                assertThat(found).isLessThanOrEqualTo(moduli.get(lane).add(moduli.get(lane).shiftRight(20)));
            }
        }
    }

    @Test
    void signatures_of_several_keys_at_once_are_those_of_the_provider() throws Exception {
        List<PrivateKey> keys = List.of(pair(2_048).getPrivate(), pair(2_048).getPrivate(), pair(2_048).getPrivate());
        for (int count = 1; count <= MultiBufferRsa.TOGETHER; count++) {
            var works = new ArrayList<MultiBufferRsa.Work>();
            var alone = new ArrayList<byte[]>();
            for (int i = 0; i < count; i++) {
                PrivateKey key = keys.get(i % keys.size());
                byte[] mail = octets();
                works.add(work(key, mail));
                alone.add(new RsaSigner(key).alone(mail));
            }
            assertThat(MultiBufferRsa.sign(works)).isDeepEqualTo(alone.toArray(byte[][]::new));
        }
    }

    @Test
    void a_signature_that_would_not_verify_does_not_leave() throws Exception {
        var key = (RSAPrivateCrtKey) pair(2_048).getPrivate();
        var broken = new BrokenKey(key);
        List<MultiBufferRsa.Work> works = List.of(work(broken, octets()), work(key, octets()));

        byte[][] signatures = MultiBufferRsa.sign(works.subList(0, Math.min(2, MultiBufferRsa.TOGETHER)));

        assertThat(signatures[0]).isNull();
        if (signatures.length > 1) assertThat(signatures[1]).hasSize(256);
    }

    @Test
    void keys_that_do_not_fit_are_signed_with_by_the_provider() throws Exception {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(new RSAKeyGenParameterSpec(2_048, RSAKeyGenParameterSpec.F0));
        for (KeyPair pair : List.of(pair(1_024), pair(3_072), generator.generateKeyPair())) {
            assertThat(LaneKey.of(pair.getPrivate())).isNull();
            byte[] mail = octets();
            assertVerifies(pair, mail, new RsaSigner(pair.getPrivate()).sign(mail));
        }
    }

    @Test
    void many_threads_get_each_its_own_signature() throws Exception {
        KeyPair pair = pair(2_048);
        var signer = new RsaSigner(pair.getPrivate());
        for (var trial : List.of(SigningQueue.Trial.FASTER, SigningQueue.Trial.NEVER_MADE, SigningQueue.Trial.SLOWER)) {
            var queue = new SigningQueue(trial);
            var mails = new ArrayList<byte[]>();
            var signatures = new ArrayList<Future<byte[]>>();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 101; i++) {
                    byte[] mail = octets();
                    Callable<byte[]> work = () -> queue.sign(signer, mail);
                    mails.add(mail);
                    signatures.add(threads.submit(work));
                }
            }
            for (int i = 0; i < mails.size(); i++) assertVerifies(pair, mails.get(i), signatures.get(i).get());
        }
    }

    private static MultiBufferRsa.Work work(PrivateKey key, byte[] mail) {
        return new MultiBufferRsa.Work(Objects.requireNonNull(LaneKey.of(key)), Crypto.sha256(mail));
    }

    private static KeyPair pair(int bits) throws Exception {
        var generator = KeyPairGenerator.getInstance("RSA", Crypto.PROVIDER);
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    private static void assertVerifies(KeyPair pair, byte[] mail, byte[] signature) throws Exception {
        var check = Signature.getInstance("SHA256withRSA");
        check.initVerify(pair.getPublic());
        check.update(mail);
        assertThat(check.verify(signature)).isTrue();
    }

    private byte[] octets() {
        byte[] octets = new byte[100];
        random.nextBytes(octets);
        return octets;
    }

    /// Of 1,024 bits: the largest of all, the smallest, or any.
    private BigInteger odd(int choice) {
        return switch (choice % 3) {
            case 0 -> BigInteger.TWO.pow(1_024).subtract(BigInteger.ONE);
            case 1 -> BigInteger.TWO.pow(1_023).add(BigInteger.ONE);
            default -> new BigInteger(1_024, random).setBit(1_023).setBit(0);
        };
    }

    private BigInteger number(int choice, BigInteger n) {
        return switch (choice % 4) {
            case 0 -> n.subtract(BigInteger.ONE);
            case 1 -> BigInteger.valueOf(choice % 8 / 4);
            // every limb at its largest
            case 2 -> BigInteger.TWO.pow(1_000).subtract(BigInteger.ONE);
            default -> new BigInteger(1_024, random).mod(n);
        };
    }

    private static void put(BigInteger number, double[] numbers, int lane) {
        for (int i = 0; i < Residues.LIMBS; i++)
            numbers[i * Residues.LANES + lane] =
                    number.shiftRight(i * Residues.LIMB_BITS).longValue() & Residues.LIMB;
    }

    private static BigInteger got(double[] numbers, int lane) {
        BigInteger number = BigInteger.ZERO;
        for (int i = Residues.LIMBS - 1; i >= 0; i--)
            number = number.shiftLeft(Residues.LIMB_BITS)
                    .add(BigInteger.valueOf((long) numbers[i * Residues.LANES + lane]));
        return number;
    }

    /// Its coefficient is wrong, as after a fault of memory: right modulo one prime, and so giving away both.
    private record BrokenKey(RSAPrivateCrtKey key) implements RSAPrivateCrtKey {
        @Override
        public BigInteger getCrtCoefficient() {
            return key.getCrtCoefficient().flipBit(3);
        }

        @Override
        public BigInteger getPublicExponent() {
            return key.getPublicExponent();
        }

        @Override
        public BigInteger getPrimeP() {
            return key.getPrimeP();
        }

        @Override
        public BigInteger getPrimeQ() {
            return key.getPrimeQ();
        }

        @Override
        public BigInteger getPrimeExponentP() {
            return key.getPrimeExponentP();
        }

        @Override
        public BigInteger getPrimeExponentQ() {
            return key.getPrimeExponentQ();
        }

        @Override
        public BigInteger getPrivateExponent() {
            return key.getPrivateExponent();
        }

        @Override
        public BigInteger getModulus() {
            return key.getModulus();
        }

        @Override
        public String getAlgorithm() {
            return "RSA";
        }

        @Override
        public String getFormat() {
            return key.getFormat();
        }

        @Override
        public byte[] getEncoded() {
            return key.getEncoded();
        }
    }
}
