package dev.caravan.bench;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sees to it that a target answers right before it is measured: what does not arrive whole costs nothing. */
final class Check {

    private static final int MOST_QUOTED = 300;
    /** A text in a JSON reply, in an OpenAI chunk or in an Anthropic event; none of ours has an escape in it. */
    private static final Pattern TEXT = Pattern.compile("\"(?:text|content)\"\\s*:\\s*\"([^\"]*)\"");

    private Check() {}

    /**
     * Sends a JSON request and a stream and compares the texts with what the upstream sent.
     *
     * @throws Unavailable when one of them is not the upstream's
     */
    static void answers(Workplace place, Target target) throws Unavailable, IOException, InterruptedException {
        for (boolean stream : new boolean[]{false, true}) {
            String body = place.post(target, target.body(Plan.CHECK, stream));
            if (!text(body).equals(Plan.CHECK.text())) {
                throw new Unavailable(
                        (stream ? "its stream" : "its JSON reply") + " is not the upstream's answer but "
                                + body.substring(0, Math.min(body.length(), MOST_QUOTED)));
            }
        }
    }

    private static String text(String body) {
        StringBuilder text = new StringBuilder();
        for (Matcher m = TEXT.matcher(body); m.find();) {
            text.append(m.group(1));
        }
        return text.toString();
    }
}
