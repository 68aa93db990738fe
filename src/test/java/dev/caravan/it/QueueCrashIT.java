package dev.caravan.it;

import dev.caravan.testkit.LongRun;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A batch on one node that is killed again and again. {@code -Dcaravan.seed} has the kills made at the same moments again.
 *
 * @see QueueClusterIT
 */
@Timeout(300)
class QueueCrashIT {
    private static final int REQUESTS = 300;
    private static final int CONSUMERS = 4;
    private static final int KILLS = 3;

    @Test
    void aBatchSurvivesTheDeathsOfItsGateway(@TempDir Path directory) throws Exception {
        long seed = LongRun.seed("queue-crash");
        try (CountingProvider provider = new CountingProvider(Duration.ofMillis(50));
                QueueNode node = new QueueNode(directory, QueueNode.embedded(CONSUMERS, 100,
                        provider.entry("node")))) {
            CrashRun run = new CrashRun("queue-crash", seed, provider, node.client(), REQUESTS, CONSUMERS);
            Kills kills = new Kills(new Random(seed)).add("node", node::kill, node::start);
            run.with(kills, Duration.ofMillis(400), Duration.ofMillis(100),
                    batch -> kills.total() == KILLS || node.client().ended(batch));
        }
    }
}
