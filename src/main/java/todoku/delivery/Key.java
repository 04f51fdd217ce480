package todoku.delivery;

/// One recipient of one mailing.
record Key(long mailing, int no) {}
