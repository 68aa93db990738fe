package dev.caravan.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** The values of all runs: for a target and a metric one value a run, in the order of the runs. */
final class Measurements {

    private final Map<String, Map<Metric, List<Double>>> values = new TreeMap<>();

    void add(Target target, Metric metric, double value) {
        values.computeIfAbsent(target.name(), t -> new TreeMap<>()).computeIfAbsent(metric, m -> new ArrayList<>())
                .add(value);
    }

    /** The values of all runs. */
    List<Double> all(String target, Metric metric) {
        return values.getOrDefault(target, Map.of()).getOrDefault(metric, List.of());
    }

    /** The median of the runs; of the failures their sum, which no median may hide. */
    OptionalDouble value(String target, Metric metric) {
        double[] sorted = all(target, metric).stream().mapToDouble(Double::doubleValue).sorted().toArray();
        if (sorted.length == 0) {
            return OptionalDouble.empty();
        }
        if (metric.name().endsWith("_FAILED")) {
            return OptionalDouble.of(Arrays.stream(sorted).sum());
        }
        int half = sorted.length / 2;
        return OptionalDouble.of(sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2);
    }

    /** One target's value over another's; empty when one of them was not measured or the divisor is 0. */
    OptionalDouble ratio(String target, String other, Metric metric) {
        OptionalDouble a = value(target, metric);
        OptionalDouble b = value(other, metric);
        return a.isPresent() && b.isPresent() && b.getAsDouble() != 0
                ? OptionalDouble.of(a.getAsDouble() / b.getAsDouble())
                : OptionalDouble.empty();
    }

    /** Everything, for the results as JSON. */
    Map<String, Map<Metric, List<Double>>> asMap() {
        return values;
    }
}
