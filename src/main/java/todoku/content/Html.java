package todoku.content;

/// HTML as text: nothing a value contains can leave its place.
final class Html {
    static void escape(String text, StringBuilder out) {
        int copied = 0;
        for (int i = 0; i < text.length(); i++) {
            String entity = switch (text.charAt(i)) {
                case '&' -> "&amp;";
                case '<' -> "&lt;";
                case '>' -> "&gt;";
                case '"' -> "&quot;";
                case '\'' -> "&#39;";
                default -> "";
            };
            if (entity.isEmpty()) continue;
            out.append(text, copied, i).append(entity);
            copied = i + 1;
        }
        out.append(text, copied, text.length());
    }

    static String escape(String text) {
        var out = new StringBuilder(text.length() + 16);
        escape(text, out);
        return out.toString();
    }

    private Html() {}
}
