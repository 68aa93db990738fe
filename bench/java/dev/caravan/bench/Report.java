package dev.caravan.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * The results of a run, as Markdown and as JSON.
 *
 * @param machine      where and when
 * @param plan         how much was done
 * @param load         what sent the JSON requests
 * @param targets      what was measured
 * @param skipped      what was not, with the reason
 * @param measurements what was found
 */
record Report(Map<String, String> machine, Plan plan, String load, List<Target> targets, Map<String, String> skipped,
        Measurements measurements) {

    private static final List<Metric> THROUGHPUTS = List.of(Metric.REQUESTS, Metric.EVENTS);
    private static final List<Metric> LATENCIES = List.of(Metric.JSON_P50, Metric.JSON_P99, Metric.FIRST_TOKEN_P50,
            Metric.FIRST_TOKEN_P99);

    /** The tables. */
    String markdown() {
        StringBuilder out = new StringBuilder();
        machine.forEach((key, value) -> out.append("- ").append(key).append(": ").append(value).append('\n'));
        out.append("- runs: ").append(plan.runs())
                .append(", interleaved over the targets; medians, failures summed up\n");
        out.append("- load of the JSON requests at 64 connections: ").append(load).append('\n');
        out.append("- warm-up of each target: ").append(String.format(Locale.ROOT, "%,d", plan.warmRequests()))
                .append(" requests or ")
                .append(Math.round(plan.warmSeconds())).append(" s, and streams\n");
        out.append("- open streams: ").append(plan.openStreams()).append(", each of ")
                .append(plan.openScript().tokens())
                .append(" events, one every ").append(plan.openScript().intervalMillis()).append(" ms\n");
        targets.forEach(t -> out.append("- ").append(t.name()).append(": ").append(t.description()).append('\n'));
        skipped.forEach((name, reason) -> out.append("- skipped: ").append(name).append(", ")
                .append(reason)
                .append('\n'));
        values(out);
        added(out);
        ratios(out);
        floors(out);
        return out.toString();
    }

    private void values(StringBuilder out) {
        head(out, "Measured", targets.stream().map(Target::name).toList());
        for (Metric metric : Metric.values()) {
            if (targets.stream().allMatch(t -> measurements.all(t.name(), metric).isEmpty())) {
                continue;
            }
            row(out, metric.label(),
                    targets.stream().map(t -> show(metric, measurements.value(t.name(), metric))).toList());
        }
    }

    private void added(StringBuilder out) {
        List<String> others = targets.stream().map(Target::name).filter(name -> !name.equals(Targets.BARE)).toList();
        if (others.isEmpty() || measurements.all(Targets.BARE, Metric.JSON_P50).isEmpty()) {
            return;
        }
        head(out, "Added to the bare upstream's", others);
        for (Metric metric : LATENCIES) {
            double bare = measurements.value(Targets.BARE, metric).orElseThrow();
            row(out, metric.label(), others.stream().map(t -> {
                OptionalDouble value = measurements.value(t, metric);
                return show(metric, value.isPresent() ? OptionalDouble.of(value.getAsDouble() - bare) : value);
            }).toList());
        }
    }

    /** What each target reaches of each other: the row over the column. */
    private void ratios(StringBuilder out) {
        for (Metric metric : THROUGHPUTS) {
            List<String> names = targets.stream().map(Target::name).filter(t -> !measurements.all(t, metric).isEmpty())
                    .toList();
            if (names.size() > 1) {
                head(out, metric.label() + ", ratio to", names);
                names.forEach(name -> row(out, name, names.stream().map(other -> {
                    OptionalDouble ratio = measurements.ratio(name, other, metric);
                    return ratio.isPresent() ? String.format(Locale.ROOT, "%.2f", ratio.getAsDouble()) : "–";
                }).toList()));
            }
        }
    }

    private void floors(StringBuilder out) {
        List<Floor> floors = Floor.all(measurements);
        if (!floors.isEmpty()) {
            head(out, "What Caravan holds itself to", List.of("measured", "met"));
            floors.forEach(f -> row(out, f.what(), List.of(f.value(), f.met() ? "yes" : "**no**")));
        }
    }

    private static void head(StringBuilder out, String first, List<String> columns) {
        out.append('\n');
        row(out, first, columns);
        out.append("|---|").append("---:|".repeat(columns.size())).append('\n');
    }

    private static void row(StringBuilder out, String first, List<String> cells) {
        out.append("| ").append(first).append(" | ").append(String.join(" | ", cells)).append(" |\n");
    }

    private static String show(Metric metric, OptionalDouble value) {
        return value.isPresent() ? metric.show(value.getAsDouble()) : "–";
    }

    /** Writes {@code results.md} and {@code results.json}, the latter with the value of every run. */
    void write(Path directory) throws IOException {
        Files.writeString(directory.resolve("results.md"), markdown());
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("machine", machine);
        json.put("plan", plan);
        json.put("load", load);
        json.put("targets", targets.stream().collect(Collectors.toMap(Target::name, Target::description)));
        json.put("skipped", skipped);
        json.put("metrics", Arrays.stream(Metric.values())
                .collect(Collectors.toMap(Metric::name, m -> Map.of("lane", m.lane(), "label", m.label()))));
        json.put("runs", measurements.asMap());
        json.put("floors", Floor.all(measurements));
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT)
                .writeValue(directory.resolve("results.json").toFile(), json);
    }
}
