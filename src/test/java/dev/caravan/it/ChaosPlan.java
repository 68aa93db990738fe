package dev.caravan.it;

import java.util.Locale;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * All that happens in one call of the chaos: a function of the seed and the call's number, so that both sides know it. The number
 * travels in the model's name.
 *
 * @param words how many words the upstream says before it is through, or before it does what it does
 * @param choice for what the two sides decide at random on the way
 */
record ChaosPlan(int number, Dialect dialect, boolean stream, Upstream upstream, Client client, int words,
        long choice) {
    private static final Pattern NAME = Pattern.compile("number-(\\d+)-");
    private static final int LONG = 3_000;

    /** Which kind of provider is called. */
    enum Dialect {
        CHAT, ANTHROPIC, CHILD
    }

    /** What the upstream, or the model's process, does. */
    enum Upstream {
        WHOLE, LONG, SLOW, BYTES, TRUNCATED, RESET, STALL, SILENT, STUBBORN, GARBAGE, HTML, HUGE, ERROR429, ERROR500, ERROR529, GONE;

        /** Whether the message comes to its end. */
        boolean finishes() {
            return this == WHOLE || this == LONG || this == SLOW || this == BYTES;
        }

        /** Whether it says nothing more some time, so that a time-out has to end the call. */
        private boolean fallsSilent() {
            return this == STALL || this == SILENT || this == STUBBORN;
        }
    }

    /** What the client does. */
    enum Client {
        STAYS, PAUSES, LEAVES, BROKEN_BODY, HALF_BODY
    }

    static ChaosPlan of(long seed, int number) {
        Random random = new Random(seed * 1_000_003 + number);
        random.nextLong(); // the first number of neighbouring seeds is much the same
        Dialect dialect = Dialect.values()[random.nextInt(5) / 2];
        Upstream upstream = random.nextInt(5) < 2 ? Upstream.WHOLE : any(random);
        Client client = switch (random.nextInt(20)) {
            case 0 -> Client.BROKEN_BODY;
            case 1 -> Client.HALF_BODY;
            case 2, 3, 4, 5 -> Client.LEAVES;
            case 6, 7 -> Client.PAUSES;
            default -> Client.STAYS;
        };
        int words = upstream == Upstream.LONG ? LONG : 1 + random.nextInt(upstream == Upstream.BYTES ? 3 : 40);
        return new ChaosPlan(number, dialect, random.nextInt(3) > 0, applicable(upstream, dialect), client, words,
                random.nextLong());
    }

    private static Upstream any(Random random) {
        Upstream any = Upstream.values()[random.nextInt(Upstream.values().length)];
        // Twenty megabytes each: not so often.
        return any == Upstream.HUGE && random.nextInt(4) > 0 ? Upstream.RESET : any;
    }

    private static Upstream applicable(Upstream upstream, Dialect dialect) {
        return switch (upstream) {
            case BYTES -> dialect == Dialect.CHILD ? Upstream.WHOLE : upstream;
            case STUBBORN -> dialect == Dialect.CHILD ? upstream : Upstream.STALL;
            default -> upstream;
        };
    }

    /** The plan that the name of a model in the text of a request belongs to. */
    static ChaosPlan of(long seed, String request) {
        Matcher name = NAME.matcher(request);
        if (!name.find()) {
            throw new AssertionError("a request that no client has sent: " + request);
        }
        return of(seed, Integer.parseInt(name.group(1)));
    }

    /** The model to ask for. Who will fall silent is a provider with a short time-out, everybody else has one that is never met. */
    String model() {
        String provider = (upstream.fallsSilent() ? "brief-" : "") + dialect.name().toLowerCase(Locale.ROOT);
        return provider + "/number-" + number + "-words-" + words + "-" + upstream.name().toLowerCase(Locale.ROOT)
                + "-";
    }

    String body() {
        return stream ? Wire.streaming(model()) : Wire.request(model());
    }

    String word(int index) {
        return "call " + number + " word " + index + " ";
    }

    /** What a whole message says. */
    String text() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            text.append(word(i));
        }
        return text.toString();
    }

    /** For decisions of one side, the same each time that the call is made. */
    Random random() {
        return new Random(choice);
    }
}
