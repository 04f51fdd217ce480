package todoku.campaign;

/// Starts the installation anew, soon: an engine never changes where its mail goes while it runs.
@FunctionalInterface
public interface Restart {
    void soon();
}
