package todoku.campaign;

import org.springframework.util.MultiValueMap;

/// What was entered of a spot mail, whether it may stand or not.
public record SpotForm(String reason, boolean noAdvertising, boolean evenOptedOut) {
    static final SpotForm EMPTY = new SpotForm("", false, false);

    static SpotForm read(MultiValueMap<String, String> form) {
        return new SpotForm(
                WizardPages.one(form, "reason").replace("\r\n", "\n").replace("\0", "").strip(),
                WizardPages.one(form, "noAdvertising").equals("true"),
                WizardPages.one(form, "evenOptedOut").equals("true"));
    }

    static SpotForm of(Spot spot, Reach reach) {
        return new SpotForm(spot.reason(), spot.noAdvertising(), reach == Reach.OPTED_OUT);
    }

    boolean fits() {
        return reason.length() <= Spot.REASON_LIMIT_CHARS;
    }

    Spot spot() {
        return new Spot(reason, noAdvertising);
    }

    Reach reach() {
        return evenOptedOut ? Reach.OPTED_OUT : Reach.MEMBERS;
    }
}
