package dev.caravan.bench;

import java.util.List;

/**
 * How much is done in a run; nothing in it is without a bound in count and time.
 *
 * @param runs             how often each lane is run on each target
 * @param warmRequests     JSON requests before anything is counted, at 64 connections
 * @param warmSeconds      time after which the warm-up of JSON requests ends in any case; streams get a third of it
 * @param latencyRounds    rounds of the latency lane; in each, every target has its turn
 * @param latencyRequests  JSON requests of a turn
 * @param latencyStreams   streams of a turn
 * @param throughput       seconds that the requests and events lanes take
 * @param openStreams      streams of the open lane
 * @param openScript       what each of these brings
 */
record Plan(int runs, int warmRequests, double warmSeconds, int latencyRounds, int latencyRequests, int latencyStreams,
        int throughput,
        int openStreams, Script openScript) {

    /** The JSON reply: 40 words. */
    static final Script JSON = new Script(40, 0);
    /** A stream in which the first token is far from the end, for the time to first token. */
    static final Script FIRST_TOKEN = new Script(5, 2);
    /** A stream of the events lane. */
    static final Script EVENTS = new Script(200, 0);

    /** What a target is checked with before it is measured. */
    static final Script CHECK = new Script(20, 2);

    static Plan full(int runs) {
        return new Plan(runs, 50_000, 60, 20, 50, 20, 5, 1_000, new Script(500, 20));
    }

    /** A minute of all, to see that everything works; its numbers say little. */
    static Plan quick(int runs) {
        return new Plan(runs, 3_000, 6, 5, 40, 10, 2, 200, new Script(100, 20));
    }

    /** Everything that is asked for. */
    List<Script> scripts() {
        return List.of(JSON, FIRST_TOKEN, EVENTS, openScript, CHECK);
    }
}
