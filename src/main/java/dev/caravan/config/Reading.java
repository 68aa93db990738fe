package dev.caravan.config;

/**
 * What every node of a document is read with.
 *
 * @param problems    where mistakes go
 * @param environment where <code>${NAME}</code> is looked up
 * @param missing     what happens when a variable is not set and has no default
 */
record Reading(Problems problems, Environment environment, MissingVariable missing) {

    /** Told of a variable that is not set and has no default. */
    @FunctionalInterface
    interface MissingVariable {
        void report(ConfigNode at, String variable);
    }

    /** A reading where a missing variable is a mistake. */
    static Reading strict(Problems problems, Environment environment) {
        return new Reading(problems, environment, (at, variable) -> at.problem("environment variable " + variable
                + " is not set; set it, or give a default: ${" + variable + ":default}"));
    }

    Reading with(MissingVariable other) {
        return new Reading(problems, environment, other);
    }
}
