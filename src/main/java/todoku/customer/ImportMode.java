package todoku.customer;

/// What an import does with the customers of its file. The names are stored.
public enum ImportMode {
    /// 追加のみ: whoever is there already stays as they are.
    ADD,
    /// 追加と上書き.
    ADD_AND_OVERWRITE,
    /// 更新のみ: nobody is added, and nobody is put into a group.
    OVERWRITE,
    /// 配信停止にする in the group.
    STOP,
    /// グループから外す: whoever had stopped mail stays in it, so that their word is not lost.
    LEAVE,
    /// 削除: everything of the customer.
    DELETE;

    /// Whether the values of the lines are taken; otherwise only who is meant.
    public boolean registers() {
        return this == ADD || this == ADD_AND_OVERWRITE || this == OVERWRITE;
    }

    boolean adds() {
        return this == ADD || this == ADD_AND_OVERWRITE;
    }

    public boolean overwrites() {
        return this == ADD_AND_OVERWRITE || this == OVERWRITE;
    }

    public boolean needsGroup() {
        return this != DELETE;
    }
}
