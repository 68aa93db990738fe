package dev.caravan.queue.store;

import dev.caravan.message.ApiVersion;
import java.time.Instant;
import java.util.List;

/**
 * A request that is to be answered.
 *
 * @param batchId  the id of its batch
 * @param owner    the name of its client's key
 * @param betas    the values of the client's {@code anthropic-beta} headers
 * @param expires  when it need not be begun any more
 * @param retries  how many attempts beyond the first one count; below 0 when the first one does not either
 * @param failed   whether the last attempt is known to have failed; false also when it ended without a word
 * @param params   the request, JSON in UTF-8, not checked yet. Not copied
 */
public record Work(Wakeup wakeup, String batchId, String customId, String owner, ApiVersion version,
        List<String> betas, Instant expires, int retries, boolean failed,
        byte[] params) {
    public Work {
        betas = List.copyOf(betas);
    }
}
