package dev.caravan.queue.store;

import dev.caravan.message.ApiVersion;
import java.util.List;

/**
 * An attempt at a job that is to be made now.
 *
 * @param job     the job's number
 * @param id      what clients call it
 * @param owner   the name of its client's key
 * @param betas   the values of the client's {@code anthropic-beta} headers
 * @param attempt which one this is, from 1; an attempt that died unnoticed counts
 * @param deferred how many of the attempts before do not count
 * @param request the request, JSON in UTF-8. Not copied
 */
public record JobWork(long job, String id, String lane, String owner, ApiVersion version, List<String> betas,
        int attempt, int deferred, byte[] request) {
    public JobWork {
        betas = List.copyOf(betas);
    }
}
