package dev.caravan.exec;

/**
 * How the kept processes of a provider are at a moment.
 *
 * @param provider the provider's name
 * @param min how many it keeps also when there is nothing to do
 * @param starting processes that load
 * @param ready processes that take requests
 * @param draining processes that take no more and are about to be replaced or ended
 * @param running requests that processes have
 * @param waiting requests that wait
 * @param failure why the last process could not start, empty when it could
 * @param facts what the last process that came to be ready has said of its model
 */
public record PoolStatus(String provider, int min, int starting, int ready, int draining, int running, int waiting,
        String failure, WorkerFacts facts) {}
