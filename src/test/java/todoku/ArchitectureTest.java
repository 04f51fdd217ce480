package todoku;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// The table of who may use whom (docs/ARCHITECTURE.md). A module that is not in the table may not exist.
class ArchitectureTest {
    /// What every module above them may use.
    private static final Set<String> EVERYBODY = Set.of("mail", "access", "web", "job", "database");

    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            Map.entry(
                    "report",
                    Set.of(
                            "campaign",
                            "content",
                            "segment",
                            "customer",
                            "suppression",
                            "tracking",
                            "guard",
                            "delivery",
                            "sender",
                            "mailing",
                            "event")),
            Map.entry(
                    "campaign",
                    Set.of(
                            "guard",
                            "content",
                            "segment",
                            "customer",
                            "tracking",
                            "delivery",
                            "mailing",
                            "sender",
                            "suppression",
                            "event")),
            Map.entry(
                    "content",
                    Set.of("segment", "customer", "suppression", "tracking", "delivery", "mailing", "sender", "event")),
            Map.entry("metrics", Set.of("delivery", "event")),
            Map.entry("guard", Set.of("delivery", "mailing", "event")),
            Map.entry("segment", Set.of("customer", "customer.record", "tracking", "mailing", "event")),
            Map.entry("customer.record", Set.of("customer")),
            Map.entry(
                    "customer.consent",
                    Set.of("customer", "customer.record", "customer.timeline", "suppression", "mailing", "event")),
            Map.entry("customer.timeline", Set.of("customer", "customer.record", "event")),
            Map.entry("customer", Set.of("suppression", "mailing", "event")),
            Map.entry("suppression", Set.of("event", "mailing")),
            Map.entry("tracking", Set.of("mailing", "event")),
            Map.entry("delivery", Set.of("mailing", "sender", "event")),
            Map.entry("sender", Set.of("event")),
            Map.entry("mailing", Set.of("event")),
            Map.entry("event", Set.of()),
            Map.entry("simulation", Set.of()),
            Map.entry("backup", Set.of("customer", "customer.record", "sender", "mailing", "event")),
            Map.entry(
                    "bench",
                    Set.of(
                            "backup",
                            "guard",
                            "campaign",
                            "content",
                            "segment",
                            "customer",
                            "customer.record",
                            "suppression",
                            "tracking",
                            "delivery",
                            "sender",
                            "mailing",
                            "event",
                            "simulation")),
            Map.entry("access", Set.of("database", "web")),
            Map.entry("web", Set.of("database", "access")),
            Map.entry("job", Set.of("database")),
            Map.entry("database", Set.of()),
            Map.entry("mail", Set.of()));

    /// Packages that are modules of their own within another one.
    private static final Set<String> WITHIN = Set.of("customer.consent", "customer.record", "customer.timeline");

    private static final Set<String> FOUNDATION = Set.of("access", "web", "job", "database", "mail");

    private static final JavaClasses HOUSE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("todoku");

    @Test
    void a_module_uses_only_what_the_table_allows() {
        Set<String> broken = new TreeSet<>();
        for (JavaClass user : HOUSE) {
            String from = module(user);
            if (from.isEmpty()) continue; // the entry point wires everything
            for (Dependency dependency : user.getDirectDependenciesFromSelf()) {
                String to = module(dependency.getTargetClass());
                if (to.isEmpty() || to.equals(from) || allowed(from, to)) continue;
                broken.add(from + " uses " + to + ": " + dependency.getDescription());
            }
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void every_module_stands_in_the_table() {
        Set<String> modules = new TreeSet<>();
        HOUSE.forEach(c -> modules.add(module(c)));
        modules.remove("");
        assertThat(MAY_USE.keySet()).containsAll(modules);
    }

    @Test
    void the_standards_of_mail_know_neither_spring_nor_a_database() {
        Set<String> broken = new TreeSet<>();
        for (JavaClass user : HOUSE) {
            if (!module(user).equals("mail")) continue;
            for (Dependency dependency : user.getDirectDependenciesFromSelf()) {
                String name = dependency.getTargetClass().getPackageName();
                if (List.of("org.springframework", "java.sql", "javax.sql").stream()
                        .anyMatch(name::startsWith)) broken.add(dependency.getDescription());
            }
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void nobody_knows_outside_databases_but_who_wires_everything() {
        Set<String> broken = new TreeSet<>();
        for (JavaClass user : HOUSE) {
            if (user.getPackageName().equals("todoku") || user.getPackageName().equals("todoku.customer.source")) continue;
            for (Dependency dependency : user.getDirectDependenciesFromSelf())
                if (dependency.getTargetClass().getPackageName().equals("todoku.customer.source") && !user.getName().startsWith("gg.jte"))
                    broken.add(dependency.getDescription());
        }
        assertThat(broken).isEmpty();
    }

    private static boolean allowed(String from, String to) {
        return MAY_USE.getOrDefault(from, Set.of()).contains(to)
                || (EVERYBODY.contains(to) && !FOUNDATION.contains(from));
    }

    private static String module(JavaClass type) {
        String name = type.getPackageName();
        if (!name.startsWith("todoku.")) return "";
        String rest = name.substring("todoku.".length());
        if (WITHIN.contains(rest)) return rest;
        int dot = rest.indexOf('.');
        return dot < 0 ? rest : rest.substring(0, dot);
    }
}
