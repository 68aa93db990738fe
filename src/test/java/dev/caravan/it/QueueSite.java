package dev.caravan.it;

import dev.caravan.testkit.ExternalBroker;
import dev.caravan.testkit.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Several nodes on one broker and one PostgreSQL, each a process of its own. */
final class QueueSite implements AutoCloseable {
    private final Path directory;
    private final CountingProvider provider;
    private final int consumers;
    private final int attempts;
    private final PostgresServer database;
    private final ExternalBroker broker;
    private final NavigableMap<String, QueueNode> nodes = new TreeMap<>();

    /** @param consumers of each node */
    QueueSite(Path directory, CountingProvider provider, int consumers, int attempts) throws IOException {
        this.directory = directory;
        this.provider = provider;
        this.consumers = consumers;
        this.attempts = attempts;
        database = PostgresServer.start();
        broker = ExternalBroker.start(Files.createDirectories(directory.resolve("broker")),
                Map.of("caravan.redelivery.delay", "200", "caravan.redelivery.most", "1000"));
    }

    /** Starts a node; the provider knows it by its name. */
    QueueNode add(String name) throws IOException {
        String yaml = """
            queue:
              attempts: %d
              lanes: { http: { consumers: %d }, exec: { consumers: 1 } }
              broker: %s
              broker-user: %s
              broker-password: %s
              store: %s
              store-user: %s
              store-password: %s
            providers:
              %s
            """.formatted(attempts, consumers, broker.url(), ExternalBroker.USER, ExternalBroker.PASSWORD,
                database.url(), PostgresServer.USER, PostgresServer.PASSWORD, provider.entry(name));
        QueueNode node = new QueueNode(directory.resolve(name), yaml);
        nodes.put(name, node);
        return node;
    }

    /** Asks a node to end, and waits until it has. */
    void remove(String name) throws InterruptedException {
        nodes.remove(name).stop();
    }

    /** All its parts as victims. */
    void expose(Kills kills) {
        kills.add("database", database::kill, database::restart);
        kills.add("broker", broker::kill, broker::restart);
        nodes.values().forEach(node -> kills.add("node", node::kill, node::start));
    }

    PostgresServer database() {
        return database;
    }

    ExternalBroker broker() {
        return broker;
    }

    /** A client of its first node. */
    NodeBatches client() {
        return nodes.firstEntry().getValue().client();
    }

    @Override
    public void close() {
        nodes.values().forEach(QueueNode::close);
        broker.close();
        database.close();
    }
}
