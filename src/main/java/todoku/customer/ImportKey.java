package todoku.customer;

/// The column by which an import knows that a line is about somebody who is there already. The names are stored.
public enum ImportKey {
    ADDRESS,

    /// 会員番号: the address may change.
    NUMBER;

    /// What two lines about the same person have in common. A line without it was refused.
    String of(Line.Good line) {
        return this == ADDRESS ? line.address().canonical() : String.valueOf(line.customerNumber());
    }
}
