package todoku.delivery;

/// A recipient marked open and not yet judged: from here on exactly one outcome must be reported.
///
/// @param askedAt when its contents were asked for, by the boot clock
record Opened(Held held, Recipient recipient, Prepared prepared, long askedAt) {
    Key key() {
        return new Key(held.mailing().value(), recipient.no());
    }

    int attemptsBefore() {
        return switch (held) {
            case Held.Batch _ -> 0;
            case Held.Waiting waiting -> waiting.attempts();
        };
    }

    long batch() {
        return switch (held) {
            case Held.Batch batch -> batch.id;
            case Held.Waiting _ -> 0;
        };
    }

    boolean isDoubtful() {
        return held instanceof Held.Waiting waiting && waiting.doubtful();
    }
}
