package dev.caravan.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text with environment variables in it: {@code ${NAME}} or {@code ${NAME:default}}; {@code $${} stands for
 * <code>${</code> itself.
 *
 * <p>The default reaches to the next <code>}</code> and holds no variable of its own. What a variable holds is never
 * looked at again for variables.
 */
record Template(List<Part> parts) {

    /** A piece of a template. */
    sealed interface Part {}

    /** Text that stands for itself. */
    record Literal(String text) implements Part {}

    /** The value of a variable. */
    record Variable(String name, Optional<String> fallback) implements Part {}

    /** A text that is no template. The message says why without quoting it. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message, null, false, false);
        }
    }

    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    static Template parse(String text) throws Malformed {
        List<Part> parts = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        Matcher name = NAME.matcher(text);
        int at = 0;
        while (at < text.length()) {
            if (text.startsWith("$${", at)) {
                literal.append("${");
                at += 3;
            } else if (text.startsWith("${", at)) {
                int end = text.indexOf('}', at);
                if (end < 0) {
                    throw new Malformed("`${` is not closed by `}` (write `$${` for the two characters themselves)");
                }
                if (!name.region(at + 2, end).lookingAt()
                        || name.end() < end && text.charAt(name.end()) != ':') {
                    throw new Malformed("`${` takes the name of an environment variable, as in ${NAME} or "
                            + "${NAME:default} (write `$${` for the two characters themselves)");
                }
                Optional<String> fallback = name.end() == end
                        ? Optional.empty()
                        : Optional.of(text.substring(name.end() + 1, end));
                if (fallback.filter(value -> value.contains("${")).isPresent()) {
                    throw new Malformed("the default of ${" + name.group() + ":…} cannot hold a variable itself");
                }
                if (!literal.isEmpty()) {
                    parts.add(new Literal(literal.toString()));
                    literal.setLength(0);
                }
                parts.add(new Variable(name.group(), fallback));
                at = end + 1;
            } else {
                literal.append(text.charAt(at++));
            }
        }
        if (!literal.isEmpty()) {
            parts.add(new Literal(literal.toString()));
        }
        return new Template(List.copyOf(parts));
    }

    /** Whether the text depends on the environment. */
    boolean hasVariables() {
        return parts.stream().anyMatch(Variable.class::isInstance);
    }
}
