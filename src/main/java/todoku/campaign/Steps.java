package todoku.campaign;

import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import todoku.segment.Rules;
import todoku.web.Page;

/// The line of steps at the top of the wizard: what each came to.
@Component
class Steps {
    static final List<String> NAMES = List.of("target", "content", "time", "test", "confirm");

    private final Audience audience;
    private final Rules rules;
    private final Choices choices;

    Steps(Audience audience, Rules rules, Choices choices) {
        this.audience = audience;
        this.rules = rules;
        this.choices = choices;
    }

    List<Step> of(Page page, @Nullable Campaign campaign, String now) {
        List<Step> steps = new ArrayList<>();
        for (String name : NAMES) {
            String note = campaign == null ? "" : note(page, campaign, name);
            Step.State state = name.equals(now) ? Step.State.NOW : note.isEmpty() ? Step.State.OPEN : Step.State.DONE;
            String shown = name.equals(now) ? page.t("campaign.step.here") : note.isEmpty() ? page.t("campaign.step.open") : note;
            steps.add(new Step(steps.size() + 1, name, shown, state));
        }
        return steps;
    }

    private String note(Page page, Campaign campaign, String name) {
        Campaign.Draft draft = campaign.draft();
        return switch (name) {
            case "target" -> {
                boolean usable = !draft.target().groups().isEmpty()
                        && rules.problems(draft.target().rule()).isEmpty();
                if (!usable) yield "";
                Audience.Count count = audience.soon(draft.target());
                yield page.t(count.sampled() ? "campaign.about-n-mails" : "campaign.n-mails", page.number(count.planned()));
            }
            case "content" -> {
                MailChoice mail = choices.mail(draft.mailId());
                yield mail == null || draft.senderId() == null ? "" : mail.name();
            }
            case "time" -> when(page, draft.scheduledAt());
            case "test" -> {
                TestedMail tested = choices.tested(campaign);
                yield tested == null ? "" : page.t("campaign.tested", page.number(tested.addresses()));
            }
            default -> "";
        };
    }

    /// `11/27（金）10:00`, or that it starts at once.
    static String when(Page page, @Nullable Instant at) {
        if (at == null) return page.t("campaign.at-once");
        Locale locale = page.locale();
        return DateTimeFormatter.ofPattern(page.english() ? "EEE d MMM uuuu HH:mm" : "uuuu/MM/dd（E）HH:mm", locale)
                .format(at.atZone(page.zone()));
    }
}
