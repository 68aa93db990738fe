package dev.caravan.queue.broker;

import dev.caravan.config.QueueConfig;
import dev.caravan.config.QueueConfig.Remote;
import dev.caravan.config.Secret;
import jakarta.jms.ConnectionFactory;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.CamelContext;
import org.apache.camel.component.jms.ConsumerType;
import org.apache.camel.component.jms.JmsComponent;
import org.apache.camel.component.jms.JmsConfiguration;
import org.apache.camel.support.service.ServiceSupport;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;
import org.springframework.core.task.VirtualThreadTaskExecutor;

/**
 * The broker of queued work, and how routes and code reach it. May be used by several threads once it is started.
 *
 * <p>Routes reach it as {@value #COMPONENT}. Consumers there take a message, do the work and commit, one message at a time; what they
 * throw rolls back and the broker delivers the message again, later each time, until it lays it down among the dead letters. The route
 * has to leave that to the broker ({@code errorHandler: noErrorHandler}).
 *
 * <p>For request and reply through it: a reply must not wait for the transaction that sends the request, so a route that asks and waits
 * needs {@code transacted=false} at its endpoint, and {@code requestTimeout} as long as an answer takes.
 */
public final class Broker extends ServiceSupport {

    /** The name of Camel's component for this broker. */
    public static final String COMPONENT = "caravan-jms";

    private static final Duration CALL = Duration.ofSeconds(30);
    private static final int MOST_CONNECTIONS = 4;
    /**
     * Messages are handed out one by one, so that the most urgent is always next and no consumer sits on work that another could do.
     * Connections that break are made anew by the consumers' containers and the pool, not by the client: it would go on with a
     * transaction that the broker has forgotten, and block whoever sends.
     */
    private static final Map<String, String> CLIENT = Map.of("consumerWindowSize", "0", "reconnectAttempts", "0",
            "initialConnectAttempts", "1", "callTimeout", String.valueOf(CALL.toMillis()), "useEpoll",
            "false", "useKQueue", "false");
    /** A broker outside is looked after; one in this process cannot be lost, however slow the process is for a while. */
    private static final Map<String, String> OUTSIDE = Map.of("clientFailureCheckPeriod", "10000", "connectionTTL",
            "30000");

    private final Optional<Remote> remote;
    private final Optional<EmbeddedBroker> embedded;
    private final ActiveMQConnectionFactory direct;
    private final JmsPoolConnectionFactory pool;

    /** Nothing is opened before {@link #start()}. */
    public Broker(QueueConfig config) {
        remote = config.broker();
        embedded = remote.isPresent() ? Optional.empty() : Optional.of(new EmbeddedBroker(config));
        direct = factory(remote.map(outside -> with(OUTSIDE, outside.url()))
                .orElseGet(() -> embedded.orElseThrow().url()));
        remote.flatMap(Remote::user).ifPresent(direct::setUser);
        remote.flatMap(Remote::password).map(Secret::reveal).ifPresent(direct::setPassword);
        pool = pool(direct);
    }

    private static ActiveMQConnectionFactory factory(String url) {
        ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(with(CLIENT, url));
        // Nobody sends Java objects, and reading one would run what its sender likes.
        factory.setDeserializationDenyList("*");
        return factory;
    }

    /** What the URL itself says wins. */
    private static String with(Map<String, String> options, String url) {
        String missing = new TreeMap<>(options).entrySet().stream()
                .filter(option -> !url.contains("?" + option.getKey() + "=")
                        && !url.contains("&" + option.getKey() + "="))
                .map(option -> option.getKey() + "=" + option.getValue()).collect(Collectors.joining("&"));
        return missing.isEmpty() ? url : url + (url.contains("?") ? "&" : "?") + missing;
    }

    private static JmsPoolConnectionFactory pool(ConnectionFactory factory) {
        JmsPoolConnectionFactory pool = new JmsPoolConnectionFactory();
        pool.setConnectionFactory(factory);
        pool.setMaxConnections(MOST_CONNECTIONS);
        pool.setBlockIfSessionPoolIsFullTimeout(CALL.toMillis());
        pool.setConnectionCheckInterval(CALL.toMillis());
        return pool;
    }

    /**
     * Starts it as a service of a context, which stops it behind its routes, and adds the component {@value #COMPONENT}.
     *
     * @throws Exception when it does not start, such as for a directory that is in use
     */
    public void addTo(CamelContext context) throws Exception {
        context.addService(this);
        context.addComponent(COMPONENT, component());
    }

    private JmsComponent component() {
        JmsConfiguration configuration = new JmsConfiguration();
        configuration.setConnectionFactory(direct);
        configuration.setListenerConnectionFactory(direct);
        configuration.setTemplateConnectionFactory(pool);
        configuration.setTransacted(true);
        configuration.setLazyCreateTransactionManager(false);
        configuration.setCacheLevelName("CACHE_CONSUMER");
        configuration.setMessageListenerContainerFactory(PatientListenerContainer::new);
        configuration.setConsumerType(ConsumerType.Custom);
        // A virtual thread that is interrupted gives up the socket that it waits on: so an attempt is stopped.
        configuration.setTaskExecutor(new VirtualThreadTaskExecutor("caravan-jms-"));
        // The container's own back-off stays.
        configuration.setRecoveryInterval(-1);
        return new JmsComponent(configuration);
    }

    /** Connections for those who send: few, shared and kept. Close what you take; it goes back to the pool. */
    public ConnectionFactory pool() {
        return pool;
    }

    /** For people: the address of the broker, without secrets. */
    public String address() {
        return remote.map(Remote::address).orElse("embedded");
    }

    @Override
    protected void doStart() throws Exception {
        if (embedded.isPresent()) {
            embedded.get().start();
        }
        pool.start();
    }

    @Override
    protected void doStop() throws Exception {
        pool.stop();
        direct.close();
        embedded.ifPresent(EmbeddedBroker::stop);
    }
}
