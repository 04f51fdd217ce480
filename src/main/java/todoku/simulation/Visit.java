package todoku.simulation;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import todoku.mail.smtp.Answer;
import todoku.mail.smtp.Incoming;
import todoku.mail.smtp.Session;
import todoku.mail.smtp.Stage;

/// One connection to the simulated internet. A provider with hosts of its own counts from the greeting on; at the shared
/// host of all other domains the first recipient says whose connection it is.
final class Visit implements Session {
    private static final Answer OK = Answer.say(250, "2.1.0 Ok");

    private final SimulatedInternet internet;
    private final Doormen doormen;
    private SimulatedProvider provider;
    private InetAddress peer = InetAddress.getLoopbackAddress();
    private @Nullable Doorman doorman;
    /// About us, not yet said.
    private @Nullable Said complaint;
    /// About the recipient, not yet said.
    private @Nullable Said bad;
    private String to = "";
    private int mails;
    private int taken;
    private Duration thinking = Duration.ZERO;

    Visit(SimulatedInternet internet, Doormen doormen, SimulatedProvider provider) {
        this.internet = internet;
        this.doormen = doormen;
        this.provider = provider;
    }

    @Override
    public Answer connected(InetAddress peer) {
        if (!peer.isLoopbackAddress()) return Answer.say(554, "5.7.1 this internet is simulated").thenHangUp();
        this.peer = peer;
        if (!provider.isDefault()) enter(doormen.at(provider, "", peer));
        return at(Stage.GREETING, Answer.say(220, "ESMTP simulated"));
    }

    @Override
    public Answer mail(String from) {
        thinking = Duration.ZERO;
        to = "";
        complaint = null;
        bad = null;
        if (doorman != null) begin(doorman);
        return at(Stage.MAIL, OK);
    }

    @Override
    public Answer rcpt(String to) {
        this.to = to;
        String address = to.toLowerCase(Locale.ROOT);
        String domain = address.substring(address.lastIndexOf('@') + 1);
        List<Behaviour> scripted = internet.scripted(domain);
        Answer usual = Answer.say(250, "2.1.5 Ok");
        if (scripted != null) {
            complaint = null;
            return scripted(scripted, address, usual);
        }
        Doorman known = doorman;
        if (known == null) {
            provider = doormen.of(domain);
            known = doormen.at(provider, domain, peer);
            enter(known);
            if (complaint == null) begin(known);
        }
        notice(address, known);
        return at(Stage.RCPT, usual);
    }

    @Override
    public Answer message(Incoming mail) {
        Answer usual = Answer.say(250, "2.0.0 Ok: taken by the simulation").after(thinking);
        Answer answer = at(Stage.DOT, usual);
        if (answer.reply() == null || !answer.reply().isPositive()) return answer;
        taken++;
        internet.take(mail);
        return answer;
    }

    @Override
    public void ended() {
        if (doorman != null) doorman.leaves();
    }

    private void enter(Doorman doorman) {
        this.doorman = doorman;
        complain(doorman.enters(doormen.now()));
    }

    private void begin(Doorman doorman) {
        complain(doorman.begins(doormen.now(), ++mails));
    }

    private void complain(@Nullable Occasion occasion) {
        complaint = occasion == null ? null : provider.says(occasion);
    }

    private void notice(String address, Doorman doorman) {
        Occasion about = provider.about(address);
        if (about == Occasion.GREY && !internet.isFirstAttempt(address)) about = null;
        doorman.named(about == Occasion.UNKNOWN, doormen.now());
        bad = about == null ? null : provider.says(about);
    }

    /// What is said at this stage: first what is about us.
    private Answer at(Stage stage, Answer usual) {
        Said said = complaint;
        // Who should have been told earlier is told now.
        if (said != null && (said.stage() == stage || said.stage().compareTo(stage) < 0 && stage == Stage.RCPT)) {
            complaint = null;
            complained(provider, said);
            Answer answer = said.answer(usual, to, peer, doormen.faster());
            if (said.slow() == null) return answer;
            usual = answer;
        }
        if (bad != null && bad.stage() == stage) return bad.answer(usual, to, peer, doormen.faster());
        return usual;
    }

    /// As a test or a person has decided for this domain.
    private Answer scripted(List<Behaviour> script, String address, Answer usual) {
        SimulatedProvider speaker = doormen.of(address.substring(address.lastIndexOf('@') + 1));
        for (Behaviour behaviour : script) {
            Occasion occasion =
                    switch (behaviour) {
                        case Behaviour.Accepts() -> null;
                        case Behaviour.GreyLists(double share) ->
                            Fingerprints.within(share, "grey ", address) && internet.isFirstAttempt(address) ? Occasion.GREY : null;
                        case Behaviour.MailboxFull(double share) ->
                            Fingerprints.within(share, "full ", address) ? Occasion.FULL : null;
                        case Behaviour.UnknownUsers(double share) ->
                            Fingerprints.within(share, "unknown ", address) ? Occasion.UNKNOWN : null;
                        case Behaviour.RateLimited(int most) -> taken >= most ? Occasion.CONNECTION_FULL : null;
                        case Behaviour.Slow(Duration perMail) -> {
                            thinking = perMail;
                            yield null;
                        }
                    };
            if (occasion == null) continue;
            Said said = speaker.says(occasion);
            if (!occasion.isPersonal()) complained(speaker, said);
            return said.answer(usual, to, peer, doormen.faster());
        }
        return usual;
    }

    private void complained(SimulatedProvider who, Said said) {
        internet.complained(who.name() + ", " + peer.getHostAddress() + ": " + said.shortly());
    }
}
