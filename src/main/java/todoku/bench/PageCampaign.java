package todoku.bench;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import todoku.bench.Visit.Answer;
import todoku.campaign.CampaignState;
import todoku.event.MailingId;

/// A campaign as an operator makes it at the pages, and what the database knows of it.
///
/// @param path of its page
record PageCampaign(FaultGround ground, long id, String path) {
    static final int SEEN = 303;
    static final int CONFLICT = 409;

    private static final Pattern NUMBER = Pattern.compile("/campaigns/(\\d+)");
    private static final Pattern VERSION = Pattern.compile("name=\"version\" value=\"(\\d+)\"");
    private static final int STATE_SECONDS = 120;
    private static final int LOOK_MILLIS = 5;

    /// Everything is chosen but the time, which is now.
    static PageCampaign draft(FaultGround ground, Visit operator, String name, long group) throws IOException {
        operator.get("/campaigns/new");
        Answer made = operator.post("/campaigns", Map.of("name", name, "group", "" + group));
        Matcher number = NUMBER.matcher(made.location());
        if (made.status() != SEEN || !number.find()) throw new IOException("no campaign was made: " + made);
        PageCampaign campaign = new PageCampaign(ground, Long.parseLong(number.group(1)), number.group());
        campaign.save(operator, "content", campaign.version(operator, "content"), Map.of(
                "mail", "" + ground.mail, "sender", "" + ground.sender));
        return campaign;
    }

    /// The version that a form of this step carries.
    String version(Visit operator, String step) throws IOException {
        Answer form = operator.get(path + "/" + step);
        Matcher version = VERSION.matcher(form.body());
        if (!version.find()) throw new IOException("no form at " + path + "/" + step + ": " + form);
        return version.group(1);
    }

    Answer save(Visit operator, String step, String version, Map<String, String> fields) throws IOException {
        Map<String, String> form = new LinkedHashMap<>(fields);
        form.put("version", version);
        return operator.post(path + "/" + step, form);
    }

    /// 「配信する」 on the last page, with what is typed there for a large and for the first campaign.
    Answer reserve(Visit operator, String version) throws IOException {
        return save(operator, "reserve", version, Map.of("typed", "" + ground.size, "atOnce", "true"));
    }

    /// Makes it start, and waits until it is being sent.
    Tally.Planned start(Visit operator) throws IOException {
        Answer reserved = reserve(operator, version(operator, "confirm"));
        if (reserved.status() != SEEN) throw new IOException("the campaign was not reserved: " + reserved);
        return started();
    }

    Tally.Planned started() throws IOException {
        if (!becomes(CampaignState.SENDING)) throw new IOException("the campaign does not start; it is " + state());
        return Tally.Planned.of(ground.database, mailing());
    }

    MailingId mailing() {
        return new MailingId(Long.parseLong(one("SELECT mailing_id::text FROM campaign WHERE id = :id")));
    }

    CampaignState state() {
        return CampaignState.valueOf(one("SELECT state FROM campaign WHERE id = :id"));
    }

    /// Waits for it; false when it takes too long.
    boolean becomes(CampaignState state) throws IOException {
        long limit = System.nanoTime() + STATE_SECONDS * 1_000_000_000L;
        while (state() != state) {
            if (System.nanoTime() > limit) return false;
            Programs.rest(LOOK_MILLIS);
        }
        return true;
    }

    private String one(String sql) {
        return ground.database.client().sql(sql).param("id", id).query(String.class).single();
    }
}
