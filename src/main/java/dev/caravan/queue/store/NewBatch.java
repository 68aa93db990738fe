package dev.caravan.queue.store;

import dev.caravan.message.ApiVersion;
import java.time.Duration;
import java.util.List;

/**
 * A batch that is to be created.
 *
 * @param owner   the name of the client's key, empty where no keys are asked for
 * @param version the version of the API that its client speaks
 * @param betas   the values of its {@code anthropic-beta} headers
 * @param life    after which time requests without a result expire
 */
public record NewBatch(String owner, ApiVersion version, List<String> betas, Duration life) {
    public NewBatch {
        betas = List.copyOf(betas);
    }
}
