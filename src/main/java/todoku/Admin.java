package todoku;

import java.nio.file.Path;
import java.util.Optional;
import todoku.access.Operators;
import todoku.database.Database;
import todoku.database.EmbeddedPostgres;

/// A way back in from the command line, for whoever owns the machine.
final class Admin {
    private Admin() {}

    /// `reset LOGIN [--data DIR]`, while Todoku is stopped.
    static int run(String[] args) throws Exception {
        if (args.length < 2 || !args[0].equals("reset")) {
            System.err.println("todoku admin reset LOGIN [--data DIR]");
            return 2;
        }
        Path data = Path.of(args.length == 4 && args[2].equals("--data") ? args[3] : "data");
        String url = System.getenv("TODOKU_DATABASE_URL");
        if (url != null) {
            try (Database database = Database.open(url, null, null)) {
                return reset(database, args[1]);
            }
        }
        try (EmbeddedPostgres server = EmbeddedPostgres.start(data.resolve("postgres"));
                Database database = Database.open(server)) {
            return reset(database, args[1]);
        }
    }

    private static int reset(Database database, String login) {
        Optional<String> password = new Operators(database).reset(login);
        if (password.isEmpty()) {
            System.err.println("ログインID「" + login + "」はありません。（no such login）");
            return 1;
        }
        System.out.println("新しい初回パスワード（new first password）: " + password.get());
        return 0;
    }
}
