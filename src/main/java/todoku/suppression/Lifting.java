package todoku.suppression;

/// How a wish to lift a suppression ended.
public sealed interface Lifting {
    record Lifted() implements Lifting {}

    record NotListed() implements Lifting {}

    record Kept(Suppression stands) implements Lifting {}
}
