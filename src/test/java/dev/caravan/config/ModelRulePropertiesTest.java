package dev.caravan.config;

import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;

@Label("Whatever the pattern and the model")
class ModelRulePropertiesTest {

    @Property
    @Label("matching agrees with its definition")
    boolean agreesWithTheDefinition(@ForAll @StringLength(max = 8) @Chars({'a', 'b', '*', '?'}) String match,
            @ForAll @StringLength(max = 10) @CharRange(from = 'a', to = 'b') String model) {
        return new ModelRule(match, "openai", "gpt-5").matches(model) == defined(match, model);
    }

    private static boolean defined(String match, String model) {
        if (match.isEmpty()) {
            return model.isEmpty();
        }
        char first = match.charAt(0);
        String rest = match.substring(1);
        if (first == '*') {
            return defined(rest, model) || !model.isEmpty() && defined(match, model.substring(1));
        }
        return !model.isEmpty() && (first == '?' || first == model.charAt(0)) && defined(rest, model.substring(1));
    }
}
