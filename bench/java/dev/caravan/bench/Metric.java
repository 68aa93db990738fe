package dev.caravan.bench;

import java.util.Locale;

/** What the lanes measure. */
enum Metric {
    READY("start", "start to ready", "s", 2), //
    JSON_P50("latency", "JSON, 1 connection, p50", "ms", 3), //
    JSON_P99("latency", "JSON, 1 connection, p99", "ms", 3), //
    FIRST_TOKEN_P50("latency", "first token, 1 connection, p50", "ms", 3), //
    FIRST_TOKEN_P99("latency", "first token, 1 connection, p99", "ms", 3), //
    LATENCY_FAILED("latency", "1 connection, failed", "", 0), //
    REQUESTS("requests", "JSON, 64 connections", "requests/s", 0), //
    REQUESTS_FAILED("requests", "JSON, 64 connections, failed", "", 0), //
    EVENTS("events", "32 streams of 200 events", "events/s", 0), //
    EVENTS_FAILED("events", "32 streams of 200 events, failed", "", 0), //
    OPEN_FIRST_TOKEN_P50("open", "open streams, first token, p50", "ms", 1), //
    OPEN_FIRST_TOKEN_P99("open", "open streams, first token, p99", "ms", 1), //
    OPEN_GAP_P50("open", "open streams, gap, p50", "ms", 1), //
    OPEN_GAP_P99("open", "open streams, gap, p99", "ms", 1), //
    OPEN_FAILED("open", "open streams, failed", "", 0), //
    OPEN_RESIDENT("open", "open streams, resident memory, highest", "MB", 0);

    private final String lane;
    private final String label;
    private final String unit;
    private final int decimals;

    Metric(String lane, String label, String unit, int decimals) {
        this.lane = lane;
        this.label = label;
        this.unit = unit;
        this.decimals = decimals;
    }

    /** The lane's name in options and results. */
    String lane() {
        return lane;
    }

    /** What is measured and its unit, for a table. */
    String label() {
        return label + (unit.isEmpty() ? "" : " (" + unit + ")");
    }

    /** A value of this metric, rounded for a table. */
    String show(double value) {
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }
}
