package todoku.mail.smime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Security;
import java.security.cert.CertificateEncodingException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.HexFormat;
import java.util.Locale;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.Time;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.DefaultSignedAttributeTableGenerator;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import todoku.mail.crypto.Crypto;
import todoku.mail.mime.MailBytes;

/// Makes `multipart/signed` of a mail: detached, SHA-256 (RFC 8551 §3.5.3). Safe for many threads.
///
/// What describes the body goes inward with it; everything else of the header stays outside, where filters and DKIM
/// look. The mail given must be 7 bits with CRLF line ends, as [todoku.mail.mime.MimeWriter] writes it.
public final class SmimeSigner {
    private static final byte[] CRLF = {'\r', '\n'};
    private static final int LINE_CHARS = 76;
    private static final Base64.Encoder MIME = Base64.getMimeEncoder(LINE_CHARS, CRLF);
    private static final int BOUNDARY_OCTETS = 10;
    private static final String ABOUT_BODY = "content-";

    private final SmimeIdentity identity;
    private final PrivateKey key;
    private final String algorithm;
    private final Provider provider;
    private final JcaCertStore chain;

    public SmimeSigner(SmimeIdentity identity) {
        this.identity = identity;
        boolean rsa = identity.key().getAlgorithm().equals("RSA");
        this.algorithm = rsa ? "SHA256withRSA" : "SHA256withECDSA";
        this.provider = provider(algorithm);
        try {
            this.key = KeyFactory.getInstance(rsa ? "RSA" : "EC", provider(rsa ? "RSA" : "EC", provider))
                    .generatePrivate(new PKCS8EncodedKeySpec(identity.key().getEncoded()));
            this.chain = new JcaCertStore(identity.chain());
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("cannot sign with " + identity, e);
        }
    }

    private static Provider provider(String algorithm) {
        if (Crypto.PROVIDER.getService("Signature", algorithm) != null) return Crypto.PROVIDER;
        return Security.getProviders("Signature." + algorithm)[0];
    }

    private static Provider provider(String algorithm, Provider wanted) {
        if (wanted.getService("KeyFactory", algorithm) != null) return wanted;
        return Security.getProviders("KeyFactory." + algorithm)[0];
    }

    /// The signed mail. The same mail at the same time gives the same bytes with an RSA key.
    public MailBytes sign(MailBytes mail, Instant at) {
        StringBuilder outside = new StringBuilder(mail.header().length + 256);
        StringBuilder inside = new StringBuilder(256);
        split(new String(mail.header(), StandardCharsets.ISO_8859_1), outside, inside);
        byte[] description = inside.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        byte[] entity = Arrays.copyOf(description, description.length + mail.body().length);
        System.arraycopy(mail.body(), 0, entity, description.length, mail.body().length);

        byte[] signature = MIME.encode(signature(entity, at));
        String boundary = boundary(entity);
        outside.append("Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n micalg=sha-256; boundary=\"")
                .append(boundary)
                .append("\"\r\n");
        byte[] before = ("--" + boundary + "\r\n").getBytes(StandardCharsets.US_ASCII);
        byte[] between = ("\r\n--" + boundary
                        + "\r\nContent-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n"
                        + "Content-Transfer-Encoding: base64\r\n"
                        + "Content-Disposition: attachment; filename=\"smime.p7s\"\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] after = ("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.US_ASCII);
        return new MailBytes(
                outside.toString().getBytes(StandardCharsets.ISO_8859_1), joined(before, entity, between, signature, after));
    }

    /// Fields whose name begins with `Content-` go inside, with their continuation lines.
    private static void split(String header, StringBuilder outside, StringBuilder inside) {
        StringBuilder to = outside;
        for (int at = 0; at < header.length(); ) {
            int end = header.indexOf("\r\n", at);
            end = end < 0 ? header.length() : end + 2;
            if (header.charAt(at) != ' ' && header.charAt(at) != '\t')
                to = header.regionMatches(true, at, ABOUT_BODY, 0, ABOUT_BODY.length()) ? inside : outside;
            to.append(header, at, end);
            at = end;
        }
    }

    private byte[] signature(byte[] entity, Instant at) {
        try {
            var attributes = new ASN1EncodableVector();
            attributes.add(new Attribute(CMSAttributes.signingTime, new DERSet(new Time(Date.from(at), Locale.ROOT))));
            var signer = new JcaSignerInfoGeneratorBuilder(
                            new JcaDigestCalculatorProviderBuilder().build())
                    .setSignedAttributeGenerator(new DefaultSignedAttributeTableGenerator(new AttributeTable(attributes)))
                    .build(new JcaContentSignerBuilder(algorithm).setProvider(provider).build(key), identity.certificate());
            var generator = new CMSSignedDataGenerator();
            generator.addSignerInfoGenerator(signer);
            generator.addCertificates(chain);
            return generator.generate(new CMSProcessableByteArray(entity), false).getEncoded(ASN1Encoding.DER);
        } catch (OperatorCreationException | CertificateEncodingException | CMSException | IOException e) {
            throw new IllegalStateException("cannot sign with " + identity, e);
        }
    }

    /// `=_` stands in no encoded body ([todoku.mail.mime.MimeWriter]); the rest keeps it apart from the boundary inside.
    private static String boundary(byte[] entity) {
        return "=_s" + HexFormat.of().formatHex(Crypto.sha256(entity), 0, BOUNDARY_OCTETS);
    }

    private static byte[] joined(byte[]... pieces) {
        int size = 0;
        for (byte[] piece : pieces) size += piece.length;
        byte[] whole = new byte[size];
        int at = 0;
        for (byte[] piece : pieces) {
            System.arraycopy(piece, 0, whole, at, piece.length);
            at += piece.length;
        }
        return whole;
    }
}
