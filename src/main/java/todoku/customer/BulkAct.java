package todoku.customer;

/// What can be done to many customers at once. The names are stored.
public enum BulkAct {
    /// グループに追加: as 配信中; whoever is in it stays as they are.
    JOIN,
    /// グループから外す: those who are 配信中.
    LEAVE,
    /// 配信停止 in the group.
    STOP,
    /// 配信禁止 in the group.
    BAN,
    /// A field of the house gets a value.
    SET_FIELD,
    /// クリーニング済にする.
    CLEAN,
    /// クリーニングフラグを外す.
    UNCLEAN,
    /// Everything of the customer.
    DELETE;

    public boolean needsGroup() {
        return this == JOIN || this == LEAVE || this == STOP || this == BAN;
    }

    public boolean needsNote() {
        return this == CLEAN || this == UNCLEAN;
    }

    /// What it was before is lost: asked again, with the number.
    public boolean isFinal() {
        return this == SET_FIELD || this == DELETE;
    }
}
