package dev.caravan.bench;

/** A target can't be measured here; the message says why, for the report. */
final class Unavailable extends Exception {

    Unavailable(String reason) {
        super(reason);
    }
}
