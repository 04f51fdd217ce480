package todoku;

import java.util.Arrays;
import org.slf4j.bridge.SLF4JBridgeHandler;
import todoku.bench.Bench;

/// Entry point: one program, one jar. The first argument is the command, the rest belong to it.
public final class Todoku {
    private Todoku() {}

    public static void main(String[] args) throws Exception {
        // Everything that logs, logs to one place (logback.xml).
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        String command = args.length == 0 ? "help" : args[0];
        String[] rest = args.length == 0 ? args : Arrays.copyOfRange(args, 1, args.length);
        switch (command) {
            case "start" -> System.exit(Server.run(rest));
            case "admin" -> System.exit(Admin.run(rest));
            case "backup" -> System.exit(BackupCommands.backup(rest));
            case "restore" -> System.exit(BackupCommands.restore(rest));
            case "why" -> System.exit(WhyCommand.run(rest));
            case "demo" -> System.exit(Demo.run(rest));
            case "bench" -> System.exit(Bench.run(rest));
            case "help" -> help();
            default -> {
                System.err.println("unknown command: " + command);
                help();
                System.exit(2);
            }
        }
    }

    private static void help() {
        System.out.println("""
                todoku start [--port N] [--listen ADDRESS] [--data DIR] [--empty | --sample N]
                    serves the pages at http://127.0.0.1:8025/ ; --empty without sample customers, --sample with so many
                todoku admin reset LOGIN [--data DIR]
                    a new first password for somebody who cannot sign in
                todoku why [MAILING[/ADDRESS or /NO] | campaign:ID[/...] | ADDRESS | DOMAIN] [--data DIR] [--json]
                    what a mail, a campaign or a destination waits for, in one sentence, also while Todoku runs
                todoku backup FILE [--data DIR] [--passphrase-file FILE]
                    everything in one file, keys under a passphrase, also while Todoku runs
                todoku restore FILE [--data DIR] [--passphrase-file FILE]
                    fills an empty database with it; what was being sent is held
                todoku demo [--customers FILE | --size N] [--addresses N] [--smtp HOST:PORT] [--json]
                    the main job, head-less: file in, campaign, delivery, table of figures
                """);
        System.out.print(Bench.HELP);
    }
}
