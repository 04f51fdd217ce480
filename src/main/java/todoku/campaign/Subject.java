package todoku.campaign;

import java.util.regex.Pattern;

/// A subject as people read it in lists: `{{ 姓 | default: 'お客さま' }} 様` is 「{姓} 様」.
final class Subject {
    private static final Pattern FIELD = Pattern.compile("\\{\\{-?\\s*([^|}]*?)\\s*(?:\\|[^}]*)?-?}}");
    private static final Pattern TAG = Pattern.compile("\\{%.*?%}");

    private Subject() {}

    static String shown(String liquid) {
        return TAG.matcher(FIELD.matcher(liquid).replaceAll("{$1}")).replaceAll("");
    }
}
