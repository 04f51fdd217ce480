package todoku.event;

/// One event as the ledger keeps it. The id is the same whenever it is read, so whoever counts can count it once.
public record LedgerEntry(long id, Event event) {}
