package todoku.delivery;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.sender.OwnAddresses;

/// Tells those who examine a sender from which addresses its mail leaves.
public final class PoolAddresses implements OwnAddresses {
    /// Each costs some questions to DNS.
    private static final int MOST = 20;

    private final JdbcClient db;
    private final boolean ipv6;

    public PoolAddresses(JdbcClient db, boolean ipv6) {
        this.db = db;
        this.ipv6 = ipv6;
    }

    @Override
    public List<Own> of(@Nullable Long pool) {
        return db.sql("""
                SELECT host(ip) AS ip, helo_name FROM sending_ip
                 WHERE state = 'IN_USE'
                   AND (pool_id = :pool::bigint
                        OR :pool::bigint IS NULL AND pool_id IN (
                           SELECT marketing_pool_id FROM egress_setting UNION SELECT transactional_pool_id FROM egress_setting
                            UNION SELECT pool_id FROM category WHERE pool_id IS NOT NULL))
                 ORDER BY id LIMIT :most
                """)
                .param("pool", pool)
                .param("most", MOST)
                .query((row, _) -> {
                    String ip = row.getString("ip");
                    return new Own(ip == null ? null : InetAddress.ofLiteral(ip), row.getString("helo_name"));
                })
                .list();
    }

    @Override
    public boolean ipv6() {
        return ipv6;
    }
}
