package todoku.customer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// One column of an export. Its header is what an import knows it by.
public sealed interface ExportColumn {
    /// Columns in one file: as many as an import reads.
    int MOST = 300;

    /// As forms and the database name it.
    String id();

    String header();

    /// Whether a file has it unless the operator chooses otherwise: with these an import makes the same customers again.
    default boolean usual() {
        return false;
    }

    record Address() implements ExportColumn {
        @Override
        public String id() {
            return "address";
        }

        @Override
        public String header() {
            return "メールアドレス";
        }

        @Override
        public boolean usual() {
            return true;
        }
    }

    record Standard(StandardField field) implements ExportColumn {
        @Override
        public String id() {
            return field.column;
        }

        @Override
        public String header() {
            return field.label;
        }

        @Override
        public boolean usual() {
            return true;
        }
    }

    record Custom(Field field) implements ExportColumn {
        @Override
        public String id() {
            return "field " + field.key();
        }

        @Override
        public String header() {
            return field.key();
        }

        @Override
        public boolean usual() {
            return true;
        }
    }

    /// 配信状態 in a group.
    ///
    /// @param only the file is of one group, and an import into it takes the states over
    record InGroup(Group group, boolean only) implements ExportColumn {
        @Override
        public String id() {
            return "group " + group.id();
        }

        @Override
        public String header() {
            return only ? "配信状態" : "配信状態（" + group.name() + "）";
        }

        @Override
        public boolean usual() {
            return only;
        }
    }

    /// What this house knows by itself. An import takes none of it.
    enum Known implements ExportColumn {
        CLEANED("クリーニングフラグ"),
        CLEANED_WHY("クリーニングの理由"),
        CLEANED_AT("クリーニング日時"),
        CREATED("システム登録日時"),
        CHANGED("システム更新日時");

        private final String header;

        Known(String header) {
            this.header = header;
        }

        @Override
        public String id() {
            return "known " + name();
        }

        @Override
        public String header() {
            return header;
        }

        /// Whether an import leaves a column of this name alone.
        static boolean is(String header) {
            return header.startsWith("配信状態（") || Arrays.stream(values()).anyMatch(known -> known.header.equals(header));
        }
    }

    /// What a file of these customers can have, in the order of the columns.
    static List<ExportColumn> of(Selection selection, List<Field> fields, Collection<Group> groups) {
        List<ExportColumn> all = new ArrayList<>();
        all.add(new Address());
        for (StandardField field : StandardField.values()) all.add(new Standard(field));
        fields.forEach(field -> all.add(new Custom(field)));
        for (Group group : groups)
            all.add(new InGroup(group, selection instanceof Selection.InGroup(long id, var state) && id == group.id()));
        all.addAll(List.of(Known.values()));
        return all;
    }

    /// Those of them that were chosen, in their order; nothing when one of the names is unknown, or there are none or too many.
    static Optional<List<ExportColumn>> chosen(List<ExportColumn> all, Collection<String> ids) {
        List<ExportColumn> chosen = all.stream().filter(column -> ids.contains(column.id())).toList();
        boolean known = chosen.size() == ids.stream().distinct().count();
        return known && !chosen.isEmpty() && chosen.size() <= MOST ? Optional.of(chosen) : Optional.empty();
    }
}
