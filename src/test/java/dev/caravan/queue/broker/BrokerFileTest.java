package dev.caravan.queue.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.config.QueueConfig;
import dev.caravan.config.QueueConfig.Lanes;
import dev.caravan.config.QueueConfig.Redelivery;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.deployers.impl.FileConfigurationParser;
import org.junit.jupiter.api.Test;

class BrokerFileTest {

    @Test
    void theFileForABrokerOutsideHasTheSettingsOfTheOneInside() throws Exception {
        Configuration inside = new EmbeddedBroker(new QueueConfig(Path.of("data"), Optional.empty(), Optional.empty(),
                Lanes.DEFAULT, QueueConfig.DEFAULT_SHARE, QueueConfig.DEFAULT_ATTEMPTS, Redelivery.DEFAULT))
                .configuration();
        Configuration outside;
        try (InputStream file = Files.newInputStream(Path.of("examples/deploy/broker.xml"))) {
            outside = new FileConfigurationParser().parseMainConfig(file);
        }
        assertEquals(inside.getAddressSettings(), outside.getAddressSettings());
        assertEquals(inside.getGlobalMaxSize(), outside.getGlobalMaxSize());
        assertEquals(inside.getMinDiskFree(), outside.getMinDiskFree());
        assertEquals(inside.getIDCacheSize(), outside.getIDCacheSize());
        assertEquals(inside.isPersistDeliveryCountBeforeDelivery(), outside.isPersistDeliveryCountBeforeDelivery());
        assertEquals(inside.isPersistIDCache(), outside.isPersistIDCache());
        assertEquals(inside.getJournalType(), outside.getJournalType());
        assertEquals(inside.getJournalBufferTimeout_NIO(), outside.getJournalBufferTimeout_NIO());
        assertEquals(inside.getJournalPoolFiles(), outside.getJournalPoolFiles());
        assertEquals(inside.isJournalDatasync(), outside.isJournalDatasync());
    }
}
