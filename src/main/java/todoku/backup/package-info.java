/// Backup: everything Todoku knows in one file that a person can carry, and back into any PostgreSQL.
/// [Backup] reads one snapshot while the engine goes on; [Restore] fills an empty database, which the next start finds restored.
@NullMarked
package todoku.backup;

import org.jspecify.annotations.NullMarked;
