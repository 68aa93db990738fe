package dev.caravan.queue.broker;

import dev.caravan.config.QueueConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.impl.ActiveMQServerImpl;
import org.apache.activemq.artemis.core.settings.impl.AddressFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.camel.support.service.ServiceSupport;

/**
 * An ActiveMQ Artemis inside this process, with its journal on disk. Only this process reaches it. A message is on the disk when its
 * sender is told so, and is there again after the process was killed.
 *
 * <p>{@code examples/deploy/broker.xml} has the same settings for a broker outside.
 */
final class EmbeddedBroker extends ServiceSupport {

    /** Where messages go that were delivered in vain as often as they may be; each queue has one of its own there. */
    static final String DEAD_LETTERS = "caravan.dead";
    /** Where messages go that nobody has taken in time. */
    static final String EXPIRED = "caravan.expired";

    /** Messages beyond it stay on disk, however many there are. */
    private static final long MOST_MEMORY = 64L << 20;
    private static final int PAGE = 1 << 20;
    private static final int READ_AHEAD = 4 * PAGE;
    /** With less of the disk free nothing more is taken, so that what is there can still be moved. */
    private static final long LEAST_DISK = 128L << 20;
    /** How many of the identifiers are remembered by which a message that comes twice is known, for each address. */
    private static final int REMEMBERED_IDS = 20_000;
    /** How long a write waits for others to share its sync, in ns; 0.5 ms is what a disk takes anyway. */
    private static final int WRITE_GATHERING = 500_000;

    /** How many files of the journal are kept for use again when nothing is in them. */
    private static final int KEPT_FILES = 10;

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final int number = NUMBERS.getAndIncrement();
    private final Path directory;
    private final QueueConfig config;
    private DirectoryLock lock;
    private ActiveMQServer server;

    EmbeddedBroker(QueueConfig config) {
        this.config = config;
        this.directory = config.directory().resolve("broker");
    }

    /** For connections of this process. */
    String url() {
        return "vm://" + number;
    }

    /**
     * Takes the directory and starts.
     *
     * @throws IOException when the directory cannot be written, or is in use
     */
    @Override
    protected void doStart() throws Exception {
        Files.createDirectories(directory);
        lock = DirectoryLock.take(directory);
        AtomicReference<Exception> failure = new AtomicReference<>();
        server = new ActiveMQServerImpl(configuration());
        server.registerActivationFailureListener(failure::set);
        try {
            server.start();
            if (!server.isActive()) {
                throw new IOException("the broker does not start with what is in " + directory, failure.get());
            }
        } catch (Exception e) {
            doStop();
            throw e;
        }
    }

    @Override
    protected void doStop() throws Exception {
        try {
            if (server != null) {
                server.stop();
            }
        } finally {
            if (lock != null) {
                lock.close();
            }
        }
    }

    Configuration configuration() throws Exception {
        ConfigurationImpl configuration = new ConfigurationImpl();
        configuration.setBrokerInstance(directory.toFile());
        configuration.setName("caravan");
        configuration.setPersistenceEnabled(true).setJournalType(JournalType.NIO).setJournalDatasync(true)
                .setJournalSyncTransactional(true).setJournalSyncNonTransactional(true)
                .setJournalBufferTimeout_NIO(WRITE_GATHERING).setJournalPoolFiles(KEPT_FILES);
        // A request that takes this process down with it must not be tried for ever.
        configuration.setPersistDeliveryCountBeforeDelivery(true);
        configuration.setIDCacheSize(REMEMBERED_IDS).setPersistIDCache(true);
        configuration.setGlobalMaxSize(MOST_MEMORY).setMinDiskFree(LEAST_DISK);
        configuration.setSecurityEnabled(false).setJMXManagementEnabled(false);
        configuration.addAcceptorConfiguration("in-vm", url());
        // Queues of clients for their answers: the broker would warn of each that it knows no such addresses for it.
        configuration.addAddressSetting("#", new AddressSettings().setDeadLetterAddress(SimpleString.of(DEAD_LETTERS))
                .setExpiryAddress(SimpleString.of(EXPIRED)));
        configuration.addAddressSetting("caravan.#", ofMessages());
        // What is in the store is counted there: attempts that find no provider do not count.
        configuration.addAddressSetting("caravan.work.#", new AddressSettings().setMaxDeliveryAttempts(-1));
        // The JMS door counts itself, so that a request is answered even if each of its attempts took the process down.
        configuration.addAddressSetting("caravan.requests.#", new AddressSettings().setMaxDeliveryAttempts(-1));
        configuration.addAddressSetting(DEAD_LETTERS, ofDeadLetters());
        return configuration;
    }

    private AddressSettings ofMessages() {
        QueueConfig.Redelivery redelivery = config.redelivery();
        return paged().setMaxDeliveryAttempts(config.attempts()).setRedeliveryDelay(redelivery.delay().toMillis())
                .setRedeliveryMultiplier(redelivery.multiplier()).setMaxRedeliveryDelay(redelivery.most().toMillis())
                .setDeadLetterAddress(SimpleString.of(DEAD_LETTERS)).setAutoCreateDeadLetterResources(true)
                .setExpiryAddress(SimpleString.of(EXPIRED)).setAutoCreateExpiryResources(true);
    }

    /** What is there stays there until somebody takes it away. */
    private static AddressSettings ofDeadLetters() {
        return paged().setMaxDeliveryAttempts(-1);
    }

    private static AddressSettings paged() {
        return new AddressSettings().setAddressFullMessagePolicy(AddressFullMessagePolicy.PAGE).setPageSizeBytes(PAGE)
                .setMaxReadPageBytes(READ_AHEAD).setMaxReadPageMessages(-1)
                .setDefaultAddressRoutingType(RoutingType.ANYCAST).setDefaultQueueRoutingType(RoutingType.ANYCAST)
                .setAutoCreateAddresses(true).setAutoCreateQueues(true).setAutoDeleteAddresses(false)
                .setAutoDeleteQueues(false);
    }
}
