package todoku.content;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// What is wrong in one source, in words a marketer can act on.
final class Problems {
    enum Kind {
        SOURCE_TOO_LONG("文章が長すぎます(%s文字まで)。", "The text is too long (at most %s characters)."),
        OUTPUT_NOT_CLOSED("「{{」が「}}」で閉じられていません。", "\"{{\" is not closed with \"}}\"."),
        TAG_NOT_CLOSED("「{%%」が「%%}」で閉じられていません。", "\"{%%\" is not closed with \"%%}\"."),
        BLOCK_NOT_CLOSED("「{%% %s %%}」に対応する終わりのタグがありません。", "\"{%% %s %%}\" has no end tag."),
        UNKNOWN_TAG("「%s」というタグはありません。", "There is no tag \"%s\"."),
        UNEXPECTED_TAG("「{%% %s %%}」に対応する始まりのタグがありません。", "\"{%% %s %%}\" has no opening tag."),
        UNKNOWN_FILTER("「%s」というフィルターはありません。", "There is no filter \"%s\"."),
        FILTER_ARGUMENTS("フィルター「%s」の引数の数が正しくありません。", "Filter \"%s\" has the wrong number of arguments."),
        DATE_FORMAT("日付の書式「%s」は使えません。", "The date format \"%s\" is not supported."),
        EMPTY_OUTPUT("「{{ }}」の中に差し込み項目がありません。", "There is no merge field inside \"{{ }}\"."),
        VALUE_EXPECTED("ここには差し込み項目か値が必要です。", "A merge field or a value is needed here."),
        CONDITION_EXPECTED("条件が書かれていません。", "The condition is missing."),
        EXPECTED("ここには「%s」が必要です。", "\"%s\" is needed here."),
        UNEXPECTED("「%s」はここには書けません。", "\"%s\" cannot stand here."),
        FULL_WIDTH("全角の「%s」は使えません。半角で書いてください。", "Full-width \"%s\" is not understood; use the half-width sign."),
        QUOTE_NOT_CLOSED("引用符が閉じられていません。", "The quotation mark is not closed."),
        NUMBER("数値「%s」は使えません。", "\"%s\" is not a usable number."),
        TOO_DEEP("入れ子が深すぎます(%s段まで)。", "Tags are nested too deeply (at most %s levels)."),
        TOO_MANY("項目が多すぎます(%s個まで)。", "Too many in a row (at most %s)."),
        LINK_CUT("リンクのURLの途中でタグが閉じられていません。", "A tag inside the address of a link is not closed there."),
        UNKNOWN_FIELD("差し込み項目「%s」は登録されていません。空欄になります。", "Merge field \"%s\" does not exist; it will be empty.");

        private final String japanese;
        private final String english;

        Kind(String japanese, String english) {
            this.japanese = japanese;
            this.english = english;
        }
    }

    private final String source;
    private final List<LiquidError> errors = new ArrayList<>();
    private final List<Compilation.Warning> warnings = new ArrayList<>();
    private final Set<String> warned = new LinkedHashSet<>();

    Problems(String source) {
        this.source = source;
    }

    void error(int at, Kind kind, Object... details) {
        if (errors.size() < Limits.ERRORS)
            errors.add(new LiquidError(line(at), column(at), kind.japanese.formatted(details), kind.english.formatted(details)));
    }

    /// Told once for each field, where it stands first.
    void unknownField(int at, String name) {
        if (warned.add(name) && warnings.size() < Limits.ERRORS)
            warnings.add(new Compilation.Warning(line(at), column(at),
                    Kind.UNKNOWN_FIELD.japanese.formatted(name), Kind.UNKNOWN_FIELD.english.formatted(name)));
    }

    List<LiquidError> errors() {
        return List.copyOf(errors);
    }

    List<Compilation.Warning> warnings() {
        return List.copyOf(warnings);
    }

    private int line(int at) {
        int line = 1;
        for (int i = source.indexOf('\n'); i >= 0 && i < at; i = source.indexOf('\n', i + 1)) line++;
        return line;
    }

    private int column(int at) {
        int start = at == 0 ? 0 : source.lastIndexOf('\n', at - 1) + 1;
        return source.codePointCount(start, at) + 1;
    }
}
