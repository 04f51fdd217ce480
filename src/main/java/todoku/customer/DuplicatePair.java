package todoku.customer;

/// Two customers who are probably one person: they have the same address, or their names are the same and one of these.
public record DuplicatePair(Customer first, Customer second) {
    public boolean address() {
        return first.addressId() == second.addressId();
    }

    public boolean birthday() {
        return first.birthday() != null && first.birthday().equals(second.birthday());
    }

    public boolean telephone() {
        return first.telephone() != null && first.telephone().equals(second.telephone());
    }
}
