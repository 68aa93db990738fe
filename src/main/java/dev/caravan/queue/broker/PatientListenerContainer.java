package dev.caravan.queue.broker;

import java.time.Duration;
import java.time.Instant;
import org.apache.camel.component.jms.DefaultJmsMessageListenerContainer;
import org.apache.camel.component.jms.JmsEndpoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jms.support.JmsUtils;
import org.springframework.util.backoff.BackOffExecution;
import org.springframework.util.backoff.ExponentialBackOff;

/**
 * Consumers that wait for a broker that is away: they try again after 0.2 s, then less and less often, at least every 5 s. Spring's own
 * would tell of every try; this one tells when the broker goes and when it is back.
 */
final class PatientListenerContainer extends DefaultJmsMessageListenerContainer {

    private static final Logger LOG = LoggerFactory.getLogger(PatientListenerContainer.class);
    private static final Duration FIRST = Duration.ofMillis(200);
    private static final Duration LONGEST = Duration.ofSeconds(5);
    private static final double GROWTH = 1.5;

    PatientListenerContainer(JmsEndpoint endpoint) {
        super(endpoint);
        setBackOff(backOff());
    }

    private static ExponentialBackOff backOff() {
        ExponentialBackOff backOff = new ExponentialBackOff(FIRST.toMillis(), GROWTH);
        backOff.setMaxInterval(LONGEST.toMillis());
        return backOff;
    }

    @Override
    protected void handleListenerSetupFailure(Throwable failure, boolean alreadyRecovered) {
        if (!alreadyRecovered) {
            LOG.warn("Nothing is taken from {} for now: {}", getDestinationDescription(), failure.toString());
        }
    }

    @Override
    protected void refreshConnectionUntilSuccessful() {
        BackOffExecution pauses = backOff().start();
        Instant since = Instant.now();
        while (isRunning()) {
            try {
                if (sharedConnectionEnabled()) {
                    refreshSharedConnection();
                } else {
                    JmsUtils.closeConnection(createConnection());
                }
                LOG.info("The broker is there again for {}, after {} s", getDestinationDescription(),
                        Duration.between(since, Instant.now()).toSeconds());
                return;
            } catch (Exception e) {
                LOG.debug("The broker of {} is not there", getDestinationDescription(), e);
                applyBackOffTime(pauses);
            }
        }
    }
}
