package todoku.content;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import todoku.mail.charset.Iso2022Jp;
import todoku.mail.charset.MailCharset;

/// One thing to mend before a mail is sent (an error), or to look at (a warning).
///
/// @param block counted from 1; 0 for the subject or the whole mail
/// @param place what of it, in Japanese, such as `ブロック2のHTML`; empty for the whole mail
/// @param line  and column, counted from 1; 0 when it has no place in a text
public record Check(boolean error, int block, String place, int line, int column, String japanese, String english) {
    /// Mailbox providers cut a subject for display long before this; a header line may have no more (RFC 5322 §2.1.1).
    private static final int LONGEST_SUBJECT = 200;
    /// Gmail shows the rest of a larger mail behind a link.
    private static final int LARGEST_BYTES = 102 * 1024;
    private static final Check NO_UNSUBSCRIBE = warning(
            "配信停止のリンクがありません。広告・宣伝のメールには {{ unsubscribe_url }} を入れてください（特定電子メール法）。",
            "There is no unsubscribe link. Advertising mail needs {{ unsubscribe_url }}.");

    /// It is said of a mail one cannot unsubscribe by: right for advertising, wrong for spot mail.
    public boolean asksForUnsubscribe() {
        return equals(NO_UNSUBSCRIBE);
    }

    static List<Check> of(MailDraft draft, Set<String> fields) {
        List<Check> checks = new ArrayList<>();
        switch (CompiledMail.compile(draft, fields)) {
            case MailCompilation.Broken(var errors) -> errors.forEach(e -> checks.add(new Check(
                    true, e.place().block(), e.place().japanese(), e.error().line(), e.error().column(), e.error().japanese(),
                    e.error().english())));
            case MailCompilation.Compiled(var mail, var warnings) -> warnings.forEach(w -> checks.add(new Check(
                    false, w.place().block(), w.place().japanese(), w.warning().line(), w.warning().column(),
                    w.warning().japanese(), w.warning().english())));
        }
        whole(draft, checks);
        characters(draft, checks);
        return checks;
    }

    private static void whole(MailDraft draft, List<Check> checks) {
        if (draft.subject().isBlank())
            checks.add(0, new Check(true, 0, "件名", 0, 0, "件名が空です。件名を入力してください。", "The subject is empty. Write one."));
        if (draft.subject().length() > LONGEST_SUBJECT)
            checks.add(warning("件名が " + LONGEST_SUBJECT + " 文字を超えています。多くの受信箱では途中までしか表示されません。",
                    "The subject is longer than " + LONGEST_SUBJECT + " characters; most inboxes cut it."));
        StringBuilder all = new StringBuilder();
        boolean textEmpty = true;
        boolean htmlEmpty = true;
        for (MailDraft.Block block : draft.blocks()) {
            all.append(block.text()).append('\n').append(block.html()).append('\n');
            textEmpty &= block.text().isBlank();
            htmlEmpty &= block.html().isBlank();
        }
        if (draft.format().hasText() && textEmpty)
            checks.add(new Check(true, 1, "テキスト", 0, 0, "テキストの本文が空です。本文を入力するか、形式を HTML にしてください。",
                    "The text body is empty. Write it or change the format to HTML."));
        if (draft.format().hasHtml() && htmlEmpty)
            checks.add(new Check(true, 1, "HTML", 0, 0, "HTML の本文が空です。本文を入力するか、形式をテキストにしてください。",
                    "The HTML body is empty. Write it or change the format to text."));
        if (all.indexOf(Links.UNSUBSCRIBE_FIELD) < 0)
            checks.add(NO_UNSUBSCRIBE);
        if (all.length() > LARGEST_BYTES)
            checks.add(warning("本文が 102 KB を超えています。Gmail では途中で切れて表示されます。", "The body is over 102 KB; Gmail cuts it."));
    }

    /// What a mail in ISO-2022-JP cannot have, for everybody who gets that part.
    private static void characters(MailDraft draft, List<Check> checks) {
        if (draft.charset() != MailCharset.ISO_2022_JP) return;
        character(draft.subject(), 0, "件名", checks);
        for (int i = 0; i < draft.blocks().size(); i++) {
            MailDraft.Block block = draft.blocks().get(i);
            if (draft.format().hasText()) character(block.text(), i + 1, "ブロック" + (i + 1) + "のテキスト", checks);
            if (draft.format().hasHtml()) character(block.html(), i + 1, "ブロック" + (i + 1) + "のHTML", checks);
        }
    }

    private static void character(String source, int block, String place, List<Check> checks) {
        int at = Iso2022Jp.missing(source, 0);
        if (at < 0) return;
        int codePoint = source.codePointAt(at);
        String shown = Character.isISOControl(codePoint) ? "U+%04X".formatted(codePoint) : Character.toString(codePoint);
        String before = source.substring(0, at);
        int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
        int column = before.codePointCount(before.lastIndexOf('\n') + 1, at) + 1;
        checks.add(new Check(false, block, place, line, column,
                "「" + shown + "」は ISO-2022-JP にない文字です。このままではここを受け取る方へのメールは UTF-8 で送られます。ISO-2022-JP で送るには別の文字に書き換えてください。",
                "ISO-2022-JP has no “" + shown + "”: whoever gets this part gets the mail in UTF-8. Write it another way to send it in ISO-2022-JP."));
    }

    private static Check warning(String japanese, String english) {
        return new Check(false, 0, "", 0, 0, japanese, english);
    }
}
