package todoku.sender;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Secrets;
import todoku.mail.smime.SmimeIdentity;
import todoku.mail.smime.SmimeSigner;

/// The S/MIME certificates of profiles. Safe for many threads; keys are never shown and never logged.
public final class Certificates {
    /// How old the certificate may be that a mail is signed with.
    private static final Duration FRESH = Duration.ofSeconds(10);

    private final JdbcClient db;
    private final Secrets secrets;
    private final InstantSource clock;
    private final ConcurrentHashMap<Long, Kept> kept = new ConcurrentHashMap<>();

    Certificates(JdbcClient db, Secrets secrets, InstantSource clock) {
        this.db = db;
        this.secrets = secrets;
        this.clock = clock;
    }

    private record Kept(@Nullable SmimeIdentity identity, @Nullable SmimeSigner signer, Instant readAt) {}

    /// Who signs the mails of this profile from this address now; nobody when it has no certificate, or one that is not
    /// valid now or for another address: a bad signature looks worse than none.
    public @Nullable SmimeSigner signer(long sender, String from) {
        Instant now = clock.instant();
        Kept known = kept.get(sender);
        if (known == null || isOld(known, now))
            known = Objects.requireNonNull(kept.compute(sender, (id, other) -> other == null || isOld(other, now) ? load(id, now) : other));
        SmimeIdentity identity = known.identity();
        return identity != null && identity.problem(from, now) == null ? known.signer() : null;
    }

    private static boolean isOld(Kept known, Instant now) {
        return known.readAt().isBefore(now.minus(FRESH));
    }

    private Kept load(long sender, Instant now) {
        SmimeIdentity identity = identity(sender).orElse(null);
        return new Kept(identity, identity == null ? null : new SmimeSigner(identity), now);
    }

    /// The certificate as the profile's page shows it.
    public Optional<SenderCertificate> of(SenderProfile sender) {
        Instant now = clock.instant();
        return identity(sender.id())
                .map(identity -> new SenderCertificate(
                        identity.certificate().getSubjectX500Principal().getName(),
                        identity.certificate().getIssuerX500Principal().getName(),
                        identity.addresses(),
                        identity.notBefore(),
                        identity.notAfter(),
                        identity.problem(sender.address(), now)));
    }

    /// Replaces what the profile had; false when somebody changed the profile since that version was read.
    boolean put(long sender, SmimeIdentity identity, int version) {
        if (!claim(sender, version)) return false;
        db.sql(
                        """
                        INSERT INTO sender_certificate (sender_id, chain, private_key, added_at)
                        VALUES (:sender, :chain, :key, :now)
                        ON CONFLICT (sender_id) DO UPDATE
                           SET chain = excluded.chain, private_key = excluded.private_key, added_at = excluded.added_at
                        """)
                .param("sender", sender)
                .param("chain", identity.encodedChain())
                .param("key", secrets.seal("smime:" + sender, identity.key().getEncoded()))
                .param("now", Timestamp.from(clock.instant()))
                .update();
        return true;
    }

    /// Its mails go out without S/MIME from now on.
    boolean remove(long sender, int version) {
        return claim(sender, version)
                && db.sql("DELETE FROM sender_certificate WHERE sender_id = :sender")
                                .param("sender", sender)
                                .update()
                        == 1;
    }

    private boolean claim(long sender, int version) {
        return db.sql("UPDATE sender_profile SET version = version + 1 WHERE id = :id AND version = :version")
                        .param("id", sender)
                        .param("version", version)
                        .update()
                == 1;
    }

    private Optional<SmimeIdentity> identity(long sender) {
        return db.sql("SELECT chain, private_key FROM sender_certificate WHERE sender_id = :sender")
                .param("sender", sender)
                .query((row, n) -> SmimeIdentity.stored(row.getBytes(1), secrets.open("smime:" + sender, row.getBytes(2))))
                .optional();
    }
}
