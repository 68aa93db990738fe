package dev.caravan.config;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A configuration that cannot be used, with all of its mistakes.
 *
 * <p>The message holds one mistake a line, as {@link Problem#toString()} writes it. It names no secret.
 */
public final class ConfigException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final List<Problem> problems;

    /**
     * @param problems the mistakes in the order of the file; at least one
     */
    public ConfigException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** The mistakes in the order of the file. */
    public List<Problem> problems() {
        return problems;
    }
}
