package todoku.customer;

/// Two customers who are probably one person: their names are the same, and one of these.
public record DuplicatePair(Customer first, Customer second) {
    public boolean birthday() {
        return first.birthday() != null && first.birthday().equals(second.birthday());
    }

    public boolean telephone() {
        return first.telephone() != null && first.telephone().equals(second.telephone());
    }
}
