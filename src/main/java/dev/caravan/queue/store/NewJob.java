package dev.caravan.queue.store;

import dev.caravan.message.ApiVersion;
import java.time.Duration;
import java.util.List;

/**
 * A job that is to be created.
 *
 * @param owner   the name of the client's key, empty where no keys are asked for
 * @param version the version of the API that its client speaks
 * @param betas   the values of its {@code anthropic-beta} headers
 * @param lane    the queue it goes to
 * @param life    after which time it expires
 * @param request a request of the Messages API, valid JSON in UTF-8. Not copied
 */
public record NewJob(String owner, ApiVersion version, List<String> betas, String lane, Duration life,
        byte[] request) {
    public NewJob {
        betas = List.copyOf(betas);
    }
}
