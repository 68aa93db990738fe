package dev.caravan.exec;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;

/** A log that takes one line, which holds this, only when it is closed. */
final class StuckLog extends AbstractAppender implements AutoCloseable {
    private final String what;
    private final CountDownLatch stuck = new CountDownLatch(1);
    private final CountDownLatch free = new CountDownLatch(1);

    private StuckLog(String what) {
        super("stuck", null, null, true, Property.EMPTY_ARRAY);
        this.what = what;
    }

    static StuckLog attach(String what) {
        StuckLog log = new StuckLog(what);
        log.start();
        root().addAppender(log);
        return log;
    }

    private static Logger root() {
        return (Logger) LogManager.getRootLogger();
    }

    @Override
    public void append(LogEvent event) {
        if (event.getMessage().getFormattedMessage().contains(what)) {
            stuck.countDown();
            try {
                free.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Waits until somebody wants to write that line. */
    void awaitStuck() throws InterruptedException {
        assertTrue(stuck.await(Children.NEVER.toSeconds() / 10, TimeUnit.SECONDS), "the line is not logged");
    }

    @Override
    public void close() {
        free.countDown();
        root().removeAppender(this);
        stop();
    }
}
