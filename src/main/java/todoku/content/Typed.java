package todoku.content;

import java.util.ArrayList;
import java.util.List;
import org.springframework.util.MultiValueMap;
import todoku.mail.charset.MailCharset;

/// What the composer's form holds, whether or not it can be kept.
///
/// @param act what to do with the blocks besides keeping them: `add:3`, `up:2`, `down:2`, `copy:2`, `delete:2`, or nothing
public record Typed(int version, String name, MailDraft draft, String act) {
    static Typed of(MultiValueMap<String, String> form) {
        List<String> texts = all(form, "text");
        List<String> htmls = all(form, "html");
        int count = Math.max(texts.size(), htmls.size());
        List<MailDraft.Block> blocks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            BlockRule rule = new BlockRule(
                    at(form, "ruleField", i).strip(), sign(at(form, "ruleSign", i)), at(form, "ruleValue", i).strip(), at(form, "condition", i));
            blocks.add(new MailDraft.Block(plain(at(form, "text", i)), plain(at(form, "html", i)), rule.condition()));
        }
        String act = one(form, "act");
        MailDraft draft = new MailDraft(
                format(one(form, "format")), charset(one(form, "charset")), one(form, "subject").replaceAll("[\\r\\n]+", " "), after(act, blocks));
        return new Typed(number(one(form, "version")), one(form, "name").strip(), draft, act);
    }

    private static List<MailDraft.Block> after(String act, List<MailDraft.Block> before) {
        List<MailDraft.Block> blocks = new ArrayList<>(before);
        int colon = act.indexOf(':');
        int at = colon < 0 ? 0 : number(act.substring(colon + 1));
        boolean there = at >= 1 && at <= blocks.size();
        switch (colon < 0 ? "" : act.substring(0, colon)) {
            case "add" -> blocks.add(Math.clamp(at, 0, blocks.size()), new MailDraft.Block("", "", null));
            case "up" -> {
                if (there && at > 1) blocks.add(at - 2, blocks.remove(at - 1));
            }
            case "down" -> {
                if (there && at < blocks.size()) blocks.add(at, blocks.remove(at - 1));
            }
            case "copy" -> {
                if (there) blocks.add(at, blocks.get(at - 1));
            }
            case "delete" -> {
                if (there) blocks.remove(at - 1);
            }
            default -> {}
        }
        return blocks;
    }

    /// The place of the block to go on with, counted from 1.
    int block() {
        int colon = act.indexOf(':');
        int at = colon < 0 ? 1 : number(act.substring(colon + 1));
        return switch (colon < 0 ? "" : act.substring(0, colon)) {
            case "add", "copy", "down" -> Math.min(at + 1, draft.blocks().size());
            case "up", "delete" -> Math.max(1, at - 1);
            default -> at;
        };
    }

    private static String plain(String typed) {
        return typed.replace("\r\n", "\n").replace('\r', '\n');
    }

    private static MailDraft.Format format(String name) {
        for (MailDraft.Format format : MailDraft.Format.values()) if (format.name().equals(name)) return format;
        return MailDraft.Format.MULTIPART;
    }

    private static MailCharset charset(String name) {
        for (MailCharset charset : MailCharset.values()) if (charset.name().equals(name)) return charset;
        return MailCharset.UTF_8;
    }

    private static String sign(String typed) {
        return BlockRule.SIGNS.contains(typed) ? typed : BlockRule.SIGNS.getFirst();
    }

    private static int number(String text) {
        return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
    }

    private static List<String> all(MultiValueMap<String, String> form, String name) {
        return form.getOrDefault(name, List.of());
    }

    private static String at(MultiValueMap<String, String> form, String name, int i) {
        List<String> values = all(form, name);
        return i < values.size() ? values.get(i) : "";
    }

    private static String one(MultiValueMap<String, String> form, String name) {
        return at(form, name, 0);
    }
}
