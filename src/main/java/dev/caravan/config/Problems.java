package dev.caravan.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;

/** Collects the mistakes of one file: the first hundred that are found, and how many more there are. */
final class Problems {

    /** A file of nonsense has a mistake a word; nobody reads more than these, and memory is finite. */
    private static final int MOST = 100;

    private final String file;
    private final List<Problem> found = new ArrayList<>();
    private int unlisted;

    Problems(String file) {
        this.file = file;
    }

    void add(Optional<Mark> at, String path, String message) {
        add(new Problem(file, at.map(mark -> mark.getLine() + 1).orElse(0),
                at.map(mark -> mark.getColumn() + 1).orElse(0), path, message));
    }

    void add(int line, int column, String message) {
        add(new Problem(file, line, column, "", message));
    }

    /** A mistake in an environment variable that overrides the file. */
    void addVariable(String variable, String message) {
        add(new Problem("environment", 0, 0, variable, message));
    }

    private void add(Problem problem) {
        if (isFull()) {
            unlisted++;
        } else {
            found.add(problem);
        }
    }

    /** Whether further problems are only counted, so that it is not worth while to word them with care. */
    boolean isFull() {
        return found.size() >= MOST;
    }

    boolean isEmpty() {
        return found.isEmpty();
    }

    void throwIfAny() {
        if (found.isEmpty()) {
            return;
        }
        List<Problem> inOrder = new ArrayList<>(found);
        inOrder.sort(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column));
        if (unlisted > 0) {
            inOrder.add(new Problem(file, 0, 0, "", "and " + unlisted + " more mistakes"));
        }
        throw new ConfigException(inOrder);
    }
}
