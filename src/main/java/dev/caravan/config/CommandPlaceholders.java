package dev.caravan.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What stands in braces in a command: <code>{java}</code>, <code>{classpath}</code> and its other name
 * <code>{caravan-jar}</code>. Other braces stay as they are, since arguments may hold JSON or code; but an argument that
 * is nothing else than a word in braces was meant as a placeholder.
 *
 * <p>There is none for anything of a request: the model and the prompt reach a process on its stdin only.
 */
final class CommandPlaceholders {

    private static final Pattern WORD = Pattern.compile("\\{[A-Za-z_-]{1,40}\\}");

    private final Map<String, Optional<String>> values = new LinkedHashMap<>();

    CommandPlaceholders(Installation installation) {
        Optional<String> classes = installation.classes().map(Object::toString);
        values.put("{java}", Optional.of(installation.java().toString()));
        values.put("{classpath}", classes);
        values.put("{caravan-jar}", classes);
    }

    String replace(String literal, ConfigNode at) {
        if (WORD.matcher(literal).matches() && !values.containsKey(literal)) {
            if (literal.equals(ModelRule.REQUESTED)) {
                at.problem("{model} is no part of a command; the process reads the requested model on its stdin");
            } else {
                at.unknown("placeholder", literal, values.keySet());
            }
            return literal;
        }
        String replaced = literal;
        for (Map.Entry<String, Optional<String>> placeholder : values.entrySet()) {
            if (replaced.contains(placeholder.getKey())) {
                if (placeholder.getValue().isEmpty()) {
                    at.problem(placeholder.getKey() + " is not known: Caravan runs from neither a jar nor a directory");
                }
                replaced = replaced.replace(placeholder.getKey(), placeholder.getValue().orElse(""));
            }
        }
        return replaced;
    }
}
