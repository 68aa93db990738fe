package dev.caravan.config;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A place in the document: a node, its path, and typed ways to read it.
 *
 * <p>A way to read answers the value, or adds a problem and answers nothing, so that a reader goes on and finds the
 * next mistake. A node without a value ({@code key:}) reads as an empty mapping or list, and as nothing else.
 */
final class ConfigNode {

    private static final Pattern WHOLE_NUMBER = Pattern.compile("[-+]?[0-9]{1,18}");
    /** RFC 8259, sections 3 and 6. */
    private static final Pattern JSON_NUMBER_OR_BOOLEAN = Pattern
            .compile("true|false|-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?");
    private static final Duration LEAST_DURATION = Duration.ofMillis(1);
    private static final Duration MOST_DURATION = Duration.ofHours(24);

    private final Node node;
    /** Where the key stands that this is the value of: the place of what is missing. */
    private final Optional<Mark> keyMark;
    private final String path;
    private final Reading reading;
    private final boolean secret;

    ConfigNode(Node node, Optional<Mark> keyMark, String path, Reading reading) {
        this(node, keyMark, path, reading, false);
    }

    private ConfigNode(Node node, Optional<Mark> keyMark, String path, Reading reading, boolean secret) {
        this.node = node;
        this.keyMark = keyMark;
        this.path = path;
        this.reading = reading;
        this.secret = secret;
    }

    /** The same place; no message shows its value, nor one of a list's items. */
    ConfigNode asSecret() {
        return new ConfigNode(node, keyMark, path, reading, true);
    }

    /** The same place, read under another rule for missing variables. */
    ConfigNode with(Reading.MissingVariable missing) {
        return new ConfigNode(node, keyMark, path, reading.with(missing), secret);
    }

    /**
     * The same place with what its mapping lacks from a preset.
     *
     * @param name where the preset is named, which is where what comes from it is said to stand
     */
    ConfigNode with(MappingNode preset, ConfigNode name) {
        return node instanceof MappingNode own
                ? new ConfigNode(Presets.merged(own, preset, name.node.getStartMark()), keyMark, path, reading, secret)
                : this;
    }

    String path() {
        return path;
    }

    /** The line of the value, from 1. */
    int line() {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    }

    boolean isMapping() {
        return node instanceof MappingNode;
    }

    /** Whether it is a list without items. */
    boolean isEmptyList() {
        return isNothing() || node instanceof SequenceNode sequence && sequence.getValue().isEmpty();
    }

    // Mistakes

    /** A mistake in the value. */
    void problem(String message) {
        reading.problems().add(isNothing() ? keyMark : node.getStartMark(), path, message);
    }

    /** The value is not what is expected. */
    void expected(String what) {
        problem("expected " + what + ", found " + found());
    }

    /** A key is missing in this mapping. */
    void missing(String key, String what) {
        reading.problems().add(keyMark, path, "the key `" + key + "` is missing: " + what);
    }

    /** The text read here is none of the valid names. */
    void unknown(String what, String given, Collection<String> valid) {
        String suggestion = reading.problems().isFull() ? "" : NearestName.suggestion(given, valid);
        problem("unknown " + what + " " + shown(given) + suggestion);
    }

    /** A text read here as a message may show it: what comes of the environment stays as it was written. */
    String shown(String text) {
        return Found.quoted(hasVariables() ? value() : text);
    }

    private String found() {
        if (secret) {
            return Found.kindOf(node);
        }
        return hasVariables() ? "what the environment gives for " + Found.quoted(value()) : Found.in(node);
    }

    // Collections

    /** A mapping of these keys only; others are mistakes. */
    Optional<ConfigMap> mapping(String expectation, List<String> keys) {
        Optional<ConfigMap> mapping = mapping(expectation);
        mapping.ifPresent(map -> map.allowOnly(keys));
        return mapping;
    }

    /** A mapping of any keys. */
    Optional<ConfigMap> mapping(String expectation) {
        if (isNothing()) {
            return Optional.of(new ConfigMap(this, List.of(), reading, secret));
        }
        if (node instanceof MappingNode map) {
            return Optional.of(new ConfigMap(this, map.getValue(), reading, secret));
        }
        expected(expectation);
        return Optional.empty();
    }

    /** The items of a list. */
    List<ConfigNode> list(String expectation) {
        if (isNothing()) {
            return List.of();
        }
        if (!(node instanceof SequenceNode sequence)) {
            expected(expectation);
            return List.of();
        }
        List<ConfigNode> items = new ArrayList<>();
        for (Node item : sequence.getValue()) {
            String itemPath = path + "[" + items.size() + "]";
            items.add(new ConfigNode(item, item.getStartMark(), itemPath, reading, secret));
        }
        return items;
    }

    // Scalars

    /** A text that is not empty, its variables replaced. */
    Optional<String> text(String expectation) {
        return optionalText(expectation).flatMap(text -> {
            if (!text.isEmpty()) {
                return Optional.of(text);
            }
            expected(expectation + " that is not empty");
            return Optional.empty();
        });
    }

    /** A text, its variables replaced. It is empty only where its variables are; an empty text itself is a mistake. */
    Optional<String> optionalText(String expectation) {
        if (!isText()) {
            expected(expectation + (isScalar() && !isNothing() ? " (put it in quotes)" : ""));
            return Optional.empty();
        }
        if (value().isEmpty()) {
            expected(expectation + " that is not empty");
            return Optional.empty();
        }
        return expand(UnaryOperator.identity());
    }

    /**
     * A text, or a number or a boolean as it is written: what is passed on as text anyway.
     *
     * @param literals changes what the file itself says; what the environment says stays as it is
     */
    Optional<String> scalar(String expectation, UnaryOperator<String> literals) {
        if (!isScalar() || isNothing()) {
            expected(expectation);
            return Optional.empty();
        }
        return expand(literals);
    }

    /** A text, a number or a boolean as JSON. A text is a text, unless its variables give a number or a boolean. */
    Optional<String> json(String expectation) {
        return scalar(expectation, UnaryOperator.identity()).flatMap(text -> {
            boolean isPlain = JSON_NUMBER_OR_BOOLEAN.matcher(text).matches();
            if (isPlain && (!isText() || hasVariables())) {
                return Optional.of(text);
            }
            if (isText()) {
                return Optional.of('"' + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(text)) + '"');
            }
            expected(expectation);
            return Optional.empty();
        });
    }

    /** A boolean, or a text whose variables give one. */
    Optional<Boolean> bool() {
        String expectation = "true or false";
        if (!node.getTag().equals(Tag.BOOL) && !hasVariables()) {
            expected(expectation);
            return Optional.empty();
        }
        return expand(UnaryOperator.identity()).flatMap(text -> {
            if (!text.equals("true") && !text.equals("false")) {
                expected(expectation);
                return Optional.empty();
            }
            return Optional.of(text.equals("true"));
        });
    }

    /** A whole number, or a text whose variables give one. */
    Optional<Integer> integer(int least, int most) {
        String expectation = "a whole number from " + least + " to " + most;
        if (!node.getTag().equals(Tag.INT) && !hasVariables()) {
            boolean inQuotes = isText() && WHOLE_NUMBER.matcher(value()).matches();
            expected(expectation + (inQuotes ? " without quotes" : ""));
            return Optional.empty();
        }
        return expand(UnaryOperator.identity()).flatMap(text -> {
            Optional<Integer> number = integer(text, least, most);
            if (number.isEmpty()) {
                expected(expectation);
            }
            return number;
        });
    }

    /** The whole number that a text is, when it is one and within the bounds. */
    static Optional<Integer> integer(String text, int least, int most) {
        if (!WHOLE_NUMBER.matcher(text).matches()) {
            return Optional.empty();
        }
        BigInteger number = new BigInteger(text);
        boolean within = number.compareTo(BigInteger.valueOf(least)) >= 0
                && number.compareTo(BigInteger.valueOf(most)) <= 0;
        return within ? Optional.of(number.intValue()) : Optional.empty();
    }

    /** A duration from 1 ms to 24 h. */
    Optional<Duration> duration() {
        return measure(Units.A_DURATION, Units::duration, Units::durationMeantBy).flatMap(duration -> {
            if (duration.compareTo(LEAST_DURATION) >= 0 && duration.compareTo(MOST_DURATION) <= 0) {
                return Optional.of(duration);
            }
            expected("a duration from 1ms to 24h");
            return Optional.empty();
        });
    }

    /** A size in bytes, from 1 KB to the given one. */
    Optional<Long> size(long most) {
        return measure(Units.A_SIZE, Units::size, Units::sizeMeantBy).flatMap(size -> {
            if (size >= 1024 && size <= most) {
                return Optional.of(size);
            }
            expected("a size from 1KB to " + Units.sizeText(most));
            return Optional.empty();
        });
    }

    private <T> Optional<T> measure(String what, Function<String, Optional<T>> unit,
            Function<String, Optional<String>> meaning) {
        Optional<String> text = isScalar() && !isNothing() ? expand(UnaryOperator.identity()) : Optional.of("");
        return text.flatMap(given -> {
            Optional<T> value = unit.apply(given);
            if (value.isEmpty()) {
                String withoutUnit = Found.isNumber(node) ? ", which has no unit" : "";
                Optional<String> meant = hasVariables() ? Optional.empty() : meaning.apply(given);
                problem("expected " + what + ", found " + found() + withoutUnit
                        + meant.map(m -> "; did you mean `" + m + "`?").orElse(""));
            }
            return value;
        });
    }

    /** One of the named values. */
    <T> Optional<T> choice(String what, Map<String, T> names) {
        return text("one of " + String.join(", ", names.keySet())).flatMap(given -> {
            Optional<T> value = Optional.ofNullable(names.get(given));
            if (value.isEmpty()) {
                unknown(what, given, names.keySet());
            }
            return value;
        });
    }

    private Optional<String> expand(UnaryOperator<String> literals) {
        Template template;
        try {
            template = Template.parse(value());
        } catch (Template.Malformed e) {
            problem(e.getMessage());
            return Optional.empty();
        }
        StringBuilder text = new StringBuilder();
        boolean complete = true;
        for (Template.Part part : template.parts()) {
            switch (part) {
                case Template.Literal literal -> text.append(literals.apply(literal.text()));
                case Template.Variable variable -> {
                    Optional<String> value = reading.environment().get(variable.name()).or(variable::fallback);
                    if (value.isEmpty()) {
                        reading.missing().report(this, variable.name());
                        complete = false;
                    }
                    value.ifPresent(text::append);
                }
            }
        }
        if (complete && text.indexOf("\0") >= 0) {
            problem("a NUL character cannot be passed on");
            return Optional.empty();
        }
        return complete ? Optional.of(text.toString()) : Optional.empty();
    }

    private boolean hasVariables() {
        try {
            return isText() && Template.parse(value()).hasVariables();
        } catch (Template.Malformed e) {
            return false;
        }
    }

    private String value() {
        return ((ScalarNode) node).getValue();
    }

    private boolean isScalar() {
        return node instanceof ScalarNode;
    }

    boolean isNothing() {
        return isScalar() && node.getTag().equals(Tag.NULL);
    }

    private boolean isText() {
        return isScalar() && !isNothing() && !Found.isNumber(node) && !node.getTag().equals(Tag.BOOL);
    }
}
