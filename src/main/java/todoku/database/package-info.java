/// Database: the PostgreSQL server inside, and the one door to any PostgreSQL.
///
/// [EmbeddedPostgres] runs a server of our own from the jar, with every safety on. [Database] opens a pool to it, or to
/// a server somebody else runs, brings the tables up to date, and gives transactions. [DatabaseClock] is
/// the time of day everybody goes by. This module knows no table.
@NullMarked
package todoku.database;

import org.jspecify.annotations.NullMarked;
