package dev.caravan.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * One thing that Caravan holds itself to, and what was measured.
 *
 * @param what  the floor in words
 * @param value what was measured, in words
 * @param met   whether that reaches it
 */
record Floor(String what, String value, boolean met) {

    /** All floors for which there are measurements. */
    static List<Floor> all(Measurements m) {
        List<Floor> floors = new ArrayList<>();
        atLeast(floors, m, "at least 8 times ccr's requests/s", Metric.REQUESTS, Targets.CCR, 8);
        atLeast(floors, m, "at least 5 times ccr's events/s", Metric.EVENTS, Targets.CCR, 5);
        atLeast(floors, m, "at least 0.2 of nginx's requests/s", Metric.REQUESTS, Targets.NGINX, 0.2);
        atLeast(floors, m, "at least 0.2 of nginx's events/s", Metric.EVENTS, Targets.NGINX, 0.2);
        m.value(Targets.CARAVAN, Metric.READY)
                .ifPresent(s -> floors.add(new Floor("ready less than 3 s after its start", show(s) + " s", s < 3)));
        added(m).ifPresent(ms -> floors.add(
                new Floor("less than 1 ms added to the first token at one connection, p50", show(ms) + " ms", ms < 1)));
        m.value(Targets.CARAVAN, Metric.OPEN_FAILED)
                .ifPresent(n -> floors.add(
                        new Floor("none of the open streams failed", String.format(Locale.ROOT, "%.0f", n), n == 0)));
        m.ratio(Targets.CARAVAN, Targets.BARE, Metric.OPEN_GAP_P99).ifPresent(
                r -> floors.add(new Floor("p99 of the gap with open streams at most 3 times the bare upstream's",
                        show(r), r <= 3)));
        m.value(Targets.CARAVAN, Metric.OPEN_RESIDENT).ifPresent(mb -> floors.add(
                new Floor("less than 512 MB resident with open streams", String.format(Locale.ROOT, "%.0f MB", mb),
                        mb < 512)));
        return floors;
    }

    private static void atLeast(List<Floor> floors, Measurements m, String what, Metric metric, String other,
            double least) {
        m.ratio(Targets.CARAVAN, other, metric).ifPresent(r -> floors.add(new Floor(what, show(r), r >= least)));
    }

    private static OptionalDouble added(Measurements m) {
        OptionalDouble caravan = m.value(Targets.CARAVAN, Metric.FIRST_TOKEN_P50);
        OptionalDouble bare = m.value(Targets.BARE, Metric.FIRST_TOKEN_P50);
        return caravan.isPresent() && bare.isPresent()
                ? OptionalDouble.of(caravan.getAsDouble() - bare.getAsDouble())
                : OptionalDouble.empty();
    }

    private static String show(double value) {
        // 0.196 must not look like 0.20.
        return String.format(Locale.ROOT, value < 1 ? "%.3f" : "%.2f", value);
    }
}
