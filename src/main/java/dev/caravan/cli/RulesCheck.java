package dev.caravan.cli;

import dev.caravan.config.CaravanConfig;
import dev.caravan.config.ModelRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the rules that no request ever reaches. */
final class RulesCheck {
    private RulesCheck() {}

    static List<Finding> of(CaravanConfig config) {
        List<ModelRule> rules = config.models();
        if (rules.isEmpty()) {
            return List.of(Finding.warning("no rules: models are reached as provider/model only",
                    "add { match: \"*\", to: \"provider/model\" } under models"));
        }
        List<Finding> findings = new ArrayList<>();
        for (int i = 0; i < rules.size(); i++) {
            String match = rules.get(i).match();
            String name = "models[" + i + "] \"" + match + "\"";
            Optional<String> provider = namedProvider(config, match);
            Optional<Integer> before = covering(rules.subList(0, i), match);
            if (provider.isPresent()) {
                findings.add(Finding.warning(
                        name + " never matches: what begins with " + provider.get() + "/ goes to that provider at once",
                        "remove it, or match another name"));
            } else if (before.isPresent()) {
                findings.add(Finding.warning(
                        name + " never matches: models[" + before.get() + "] \"" + rules.get(before.get()).match()
                                + "\" matches the same before it",
                        "put it further up, or remove it"));
            }
        }
        return findings.isEmpty() ? List.of(Finding.ok(count(rules.size()))) : findings;
    }

    private static String count(int rules) {
        return rules == 1 ? "1 rule, which can match" : rules + " rules, each of which can match";
    }

    /** A name of the form {@code provider/model} or {@code provider,model} is looked up before all rules. */
    private static Optional<String> namedProvider(CaravanConfig config, String match) {
        for (int i = 1; i < match.length() - 1; i++) {
            char c = match.charAt(i);
            if (c == '/' || c == ',') {
                return Optional.of(match.substring(0, i)).filter(config.providers()::containsKey);
            }
        }
        return Optional.empty();
    }

    private static Optional<Integer> covering(List<ModelRule> before, String match) {
        for (int i = 0; i < before.size(); i++) {
            if (covers(before.get(i), match)) {
                return Optional.of(i);
            }
        }
        return Optional.empty();
    }

    /**
     * Whether a rule matches everything that a pattern does. It is asked for the pattern as if that were a name: its wildcards
     * are then only matched by wildcards. Only {@code ?} must not stand for a {@code *}.
     */
    private static boolean covers(ModelRule rule, String match) {
        boolean questionable = rule.match().indexOf('?') >= 0 && match.indexOf('*') >= 0;
        return !questionable && rule.matches(match);
    }
}
