package dev.caravan.config;

/**
 * Sends the requested models that match to a provider's model.
 *
 * @param match    the requested model, where {@code *} stands for any characters, also none, and {@code ?} for one
 * @param provider the name of a configured provider
 * @param model    the provider's model, where <code>{model}</code> stands for the requested name
 */
public record ModelRule(String match, String provider, String model) {

    /** What stands for the requested name in a target. */
    static final String REQUESTED = "{model}";

    /**
     * Whether the rule is for this model. Upper and lower case differ. Takes at most the product of both lengths in
     * steps, whatever the pattern.
     */
    public boolean matches(String requested) {
        int m = 0;
        int r = 0;
        int star = -1;
        int afterStar = 0;
        while (r < requested.length()) {
            char pattern = m < match.length() ? match.charAt(m) : 0;
            if (pattern == '*') {
                star = m++;
                afterStar = r;
            } else if (pattern == '?') {
                m++;
                r = requested.offsetByCodePoints(r, 1);
            } else if (m < match.length() && pattern == requested.charAt(r)) {
                m++;
                r++;
            } else if (star >= 0) {
                // Only the last star needs to grow: what a former one could take, this one can take too.
                afterStar = requested.offsetByCodePoints(afterStar, 1);
                r = afterStar;
                m = star + 1;
            } else {
                return false;
            }
        }
        while (m < match.length() && match.charAt(m) == '*') {
            m++;
        }
        return m == match.length();
    }

    /** Whether the rule is for a single model, which it names. */
    public boolean isExact() {
        return match.indexOf('*') < 0 && match.indexOf('?') < 0;
    }

    /** The provider's model for a requested one. */
    public String modelFor(String requested) {
        return model.replace(REQUESTED, requested);
    }
}
