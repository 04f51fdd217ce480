package todoku.report;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/// What is kept for how long (保存期間), as it is stored. What deletes it asks the same row.
public final class Retention {
    /// As many as 配配メール keeps.
    static final int HAIHAI_MAILS = 100;

    static final int MOST_MAILS = 100_000;
    static final int MOST_DAYS = 36_500;
    static final int SHORTEST_SIGN_IN_DAYS = 30;
    static final int MOST_JOB_DAYS = 365;

    private final JdbcClient db;

    public Retention(JdbcClient db) {
        this.db = db;
    }

    /// @param mails  the details of so many mailings are kept; null: of any number
    /// @param days   details are kept so long; null: for ever
    /// @param signIn days of ログイン履歴
    /// @param job    days of 処理結果
    public record Setting(@Nullable Integer mails, @Nullable Integer days, int signIn, int job, int version) {
        /// The first field that cannot be; nothing when it can.
        Optional<String> wrongField() {
            if (mails != null && (mails < 1 || mails > MOST_MAILS)) return Optional.of("mails");
            if (days != null && (days < DetailRetention.SHORTEST_DAYS || days > MOST_DAYS)) return Optional.of("days");
            if (signIn < SHORTEST_SIGN_IN_DAYS || signIn > MOST_DAYS) return Optional.of("signIn");
            return job < 1 || job > MOST_JOB_DAYS ? Optional.of("job") : Optional.empty();
        }

        boolean forEver() {
            return mails == null && days == null;
        }
    }

    public Setting setting() {
        return db.sql("SELECT detail_mails, detail_days, sign_in_days, job_days, version FROM retention")
                .query((row, _) -> new Setting(
                        row.getObject(1, Integer.class), row.getObject(2, Integer.class), row.getInt(3), row.getInt(4), row.getInt(5)))
                .single();
    }

    /// False when somebody else changed it since that version was read.
    public boolean change(Setting wanted) {
        return db.sql("""
                UPDATE retention SET detail_mails = :mails, detail_days = :days, sign_in_days = :signIn, job_days = :job,
                       version = version + 1 WHERE version = :version
                """)
                        .param("mails", wanted.mails())
                        .param("days", wanted.days())
                        .param("signIn", wanted.signIn())
                        .param("job", wanted.job())
                        .param("version", wanted.version())
                        .update()
                == 1;
    }
}
