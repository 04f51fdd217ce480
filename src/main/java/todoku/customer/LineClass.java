package todoku.customer;

/// What became of one line of an imported file (処理結果).
public enum LineClass {
    /// 成功: registered or overwritten.
    SUCCESS("成功"),
    /// 配信停止: registered or overwritten, and the file says that no mail is wanted.
    UNSUBSCRIBED("配信停止"),
    /// 失敗: refused whole; nothing of the line was taken.
    FAILURE("失敗"),
    /// その他: the address was there already and was not to be overwritten.
    OTHER("その他");

    private final String label;

    LineClass(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }
}
