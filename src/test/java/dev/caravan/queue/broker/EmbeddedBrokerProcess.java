package dev.caravan.queue.broker;

import java.nio.file.Path;

/** A process with an embedded broker, for a test to kill: sends messages, tells so, and stays. */
final class EmbeddedBrokerProcess {
    static final int COUNT = 1_000;
    static final String SENT = "sent";

    private EmbeddedBrokerProcess() {}

    public static void main(String[] arguments) throws Exception {
        Broker broker = Brokers.embedded(Path.of(arguments[0]));
        broker.start();
        Brokers.send(broker, "caravan.kept", COUNT);
        System.out.println(SENT);
        // Ends with the one who reads it, if nobody kills it.
        System.in.read();
        Runtime.getRuntime().halt(0);
    }
}
