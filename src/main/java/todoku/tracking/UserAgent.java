package todoku.tracking;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import todoku.event.Device;

/// What the header `User-Agent` plainly tells about a reader's device; where there is doubt it tells nothing.
final class UserAgent {
    /// Nobody's device has more to say.
    private static final int LONGEST_CHARS = 500;

    /// Fetch pictures and links for others: the image proxies of Gmail, Yahoo and Outlook, scanners, and programs.
    private static final List<String> OTHERS = List.of(
            "googleimageproxy", "ggpht.com", "yahoomailproxy", "mailproxy", "bot", "crawler", "spider", "scanner", "preview", "headless",
            "proofpoint", "barracuda", "mimecast", "facebookexternalhit", "curl", "wget", "python", "java/", "go-http-client", "okhttp");

    private static final List<String> FEATURE_PHONES =
            List.of("docomo/", "kddi-", "up.browser", "softbank/", "vodafone/", "j-phone/", "willcom", "emobile/");

    private UserAgent() {}

    /// Null when it tells nothing. Apple's Mail Privacy Protection says `Mozilla/5.0` and no more.
    static @Nullable Device device(@Nullable String header) {
        if (header == null) return null;
        String text = header.substring(0, Math.min(header.length(), LONGEST_CHARS)).toLowerCase(Locale.ROOT);
        if (OTHERS.stream().anyMatch(text::contains)) return null;
        if (FEATURE_PHONES.stream().anyMatch(text::contains)) return Device.FEATURE_PHONE;
        if (text.contains("iphone") || text.contains("ipod") || text.contains("windows phone")) return Device.SMARTPHONE;
        if (text.contains("ipad") || text.contains("kindle") || text.contains("silk/")) return Device.TABLET;
        if (text.contains("android")) return text.contains("mobile") ? Device.SMARTPHONE : Device.TABLET;
        if (text.contains("windows nt") || text.contains("cros ") || text.contains("x11;")) return Device.PC;
        return text.contains("macintosh") && isNoTablet(text) ? Device.PC : null;
    }

    /// Safari and Mail of an iPad say that they are a Macintosh, word for word; these programs do not run there under this name.
    private static boolean isNoTablet(String text) {
        return text.contains("chrome/") || text.contains("firefox/") || text.contains("thunderbird/") || text.contains("microsoft outlook");
    }
}
