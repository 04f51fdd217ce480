package todoku.tracking;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/// The few pages a reader of mail sees, in Japanese and English. They name no address: mails are forwarded.
final class Pages {
    private static final String STYLE =
            "body{font-family:sans-serif;max-width:32em;margin:4em auto;padding:0 1em;line-height:1.7;color:#222}"
                    + "h1{font-size:1.4em}button{font:inherit;padding:.7em 2em;cursor:pointer}";

    /// Nothing but our own style, and the form only to ourselves.
    static final String POLICY = "default-src 'none'; style-src 'sha256-" + hash(STYLE)
            + "'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    /// The form goes to the address of the page itself.
    static final String CONFIRM = page(
            "配信停止 / Unsubscribe",
            """
            <p>メールの配信を停止しますか？<br><span lang="en">Do you want to stop receiving these mails?</span></p>
            <form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click">
            <button type="submit">配信を停止する / <span lang="en">Unsubscribe</span></button></form>""");

    static final String DONE = page(
            "配信を停止しました / Unsubscribed",
            """
            <p>今後、メールは配信されません。<br><span lang="en">You will receive no more of these mails.</span></p>""");

    static final String NOT_FOUND = page(
            "ページが見つかりません / Not found",
            """
            <p>リンクが途中で切れていないかご確認ください。<br>\
            <span lang="en">Please check that the link is complete.</span></p>""");

    static final String TROUBLE = page(
            "処理できませんでした / Not done",
            """
            <p>メールのリンクをもう一度開いてください。<br>\
            <span lang="en">Please open the link in the mail again.</span></p>""");

    static final String BUSY = page(
            "混み合っています / Busy",
            """
            <p>しばらくしてからもう一度お試しください。<br>\
            <span lang="en">Please try again in a moment.</span></p>""");

    private Pages() {}

    private static String page(String title, String body) {
        return """
                <!DOCTYPE html>
                <html lang="ja"><head><meta charset="utf-8"><title>%s</title>
                <meta name="viewport" content="width=device-width, initial-scale=1"><style>%s</style></head>
                <body><h1>%s</h1>
                %s
                </body></html>
                """
                .formatted(title, STYLE, title, body);
    }

    private static String hash(String text) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java lacks SHA-256", e);
        }
    }
}
