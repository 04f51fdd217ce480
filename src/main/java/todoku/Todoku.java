package todoku;

/// Entry point: one program, one jar.
public final class Todoku {
    private Todoku() {}

    public static void main(String[] args) {
        System.out.println("todoku " + String.join(" ", args));
    }
}
