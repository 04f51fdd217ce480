package todoku.customer.source;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Driver;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The drivers. PostgreSQL's is our own; others are put into a folder of the server by whoever runs it, never sent by a form.
final class Drivers {
    /// In the data directory.
    static final String FOLDER = "drivers";

    private final Path folder;
    private @Nullable Driver mysql;

    Drivers(Path home) {
        this.folder = home.resolve(FOLDER);
    }

    Driver of(SourceKind kind) throws Trouble {
        return switch (kind) {
            case POSTGRESQL -> new org.postgresql.Driver();
            case MYSQL -> mysql();
        };
    }

    /// Once loaded it stays until the program ends. A driver that was put there later is found without a restart.
    private synchronized Driver mysql() throws Trouble {
        if (mysql == null) mysql = load(SourceKind.MYSQL);
        return mysql;
    }

    @SuppressWarnings("resource") // The driver loads its classes as long as it is used.
    private Driver load(SourceKind kind) throws Trouble {
        try {
            List<Path> jars = jars();
            if (jars.isEmpty()) throw new Trouble(Trouble.Kind.NO_DRIVER, FOLDER + "/*.jar");
            var loader = new Apart(jars.stream().map(Drivers::url).toArray(URL[]::new), Drivers.class.getClassLoader());
            return (Driver) loader.loadClass(kind.driver).getConstructor().newInstance();
        } catch (IOException | ReflectiveOperationException | ClassCastException | LinkageError e) {
            throw new Trouble(Trouble.Kind.NO_DRIVER, FOLDER + ": " + e);
        }
    }

    private List<Path> jars() throws IOException {
        if (!Files.isDirectory(folder)) return List.of();
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
        }
    }

    private static URL url(Path jar) {
        try {
            return jar.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The folder's classes come before ours, so that a driver brings what it needs along; what is in neither is Java's.
    private static final class Apart extends URLClassLoader {
        Apart(URL[] jars, ClassLoader ours) {
            super("drivers", jars, ours);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                @Nullable Class<?> known = findLoadedClass(name);
                if (known != null) return known;
                if (name.startsWith("java.") || name.startsWith("javax.") || name.startsWith("todoku.")) return super.loadClass(name, resolve);
                try {
                    return findClass(name);
                } catch (ClassNotFoundException e) {
                    return super.loadClass(name, resolve);
                }
            }
        }
    }
}
