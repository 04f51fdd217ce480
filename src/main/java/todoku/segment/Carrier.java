package todoku.segment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// 携帯キャリア: the domains of the mail they give their customers.
public enum Carrier {
    DOCOMO("docomo", "docomo", "docomo.ne.jp"),
    AU("au", "au", "au.com", "ezweb.ne.jp"),
    SOFTBANK(
            "SoftBank", "SoftBank", "softbank.ne.jp", "i.softbank.jp", "vodafone.ne.jp", "d.vodafone.ne.jp", "h.vodafone.ne.jp", "t.vodafone.ne.jp",
            "c.vodafone.ne.jp", "k.vodafone.ne.jp", "r.vodafone.ne.jp", "n.vodafone.ne.jp", "s.vodafone.ne.jp", "q.vodafone.ne.jp",
            "disney.ne.jp"),
    YMOBILE("Y!mobile", "Y!mobile", "ymobile.ne.jp", "ymobile1.ne.jp", "y-mobile.ne.jp", "yahoo.ne.jp", "emnet.ne.jp", "pdx.ne.jp", "wm.pdx.ne.jp", "willcom.com"),
    UQ("UQ mobile", "UQ mobile", "uqmobile.jp"),
    RAKUTEN("楽天モバイル", "Rakuten Mobile", "rakumail.jp");

    private final String label;
    private final String english;
    private final List<String> domains;

    Carrier(String label, String english, String... domains) {
        this.label = label;
        this.english = english;
        this.domains = List.of(domains);
    }

    public String label(boolean inJapanese) {
        return inJapanese ? label : english;
    }

    static Optional<Carrier> named(String name) {
        return Arrays.stream(values()).filter(carrier -> carrier.name().equals(name)).findFirst();
    }

    /// Names of carriers and of domains, as names of domains.
    static List<String> domains(List<String> named) {
        List<String> domains = new ArrayList<>();
        for (String name : named)
            Carrier.named(name).ifPresentOrElse(
                    carrier -> domains.addAll(carrier.domains), () -> domains.add(name.strip().toLowerCase(Locale.ROOT)));
        return domains;
    }
}
