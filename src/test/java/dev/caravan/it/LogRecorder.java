package dev.caravan.it;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;

/** Keeps everything that is logged, stack traces included. */
final class LogRecorder extends AbstractAppender {
    private final List<Line> lines = new CopyOnWriteArrayList<>();

    /** What was logged: by whom, how serious, the message and the stack trace behind it. */
    record Line(String logger, Level level, String text) {}

    private LogRecorder() {
        super("recorder", null, null, false, Property.EMPTY_ARRAY);
    }

    static LogRecorder attach() {
        LogRecorder recorder = new LogRecorder();
        recorder.start();
        ((LoggerContext) LogManager.getContext(false)).getRootLogger().addAppender(recorder);
        return recorder;
    }

    void detach() {
        ((LoggerContext) LogManager.getContext(false)).getRootLogger().removeAppender(this);
        stop();
    }

    @Override
    public void append(LogEvent event) {
        StringWriter text = new StringWriter();
        text.append(event.getMessage().getFormattedMessage());
        if (event.getThrown() != null) {
            event.getThrown().printStackTrace(new PrintWriter(text, true));
        }
        lines.add(new Line(event.getLoggerName(), event.getLevel(), text.toString()));
    }

    void clear() {
        lines.clear();
    }

    List<Line> lines() {
        return lines;
    }

    /** What is no mere information: Caravan logs that only for faults of its own and mistakes of its user. */
    List<Line> troubles() {
        return lines.stream().filter(line -> line.level().isMoreSpecificThan(Level.WARN)).toList();
    }

    /** Waits for the one line of the access log that the test's call has. */
    String accessLine() {
        Patience.await("a line of the access log").until(() -> !accessLines().isEmpty());
        if (accessLines().size() > 1) {
            throw new AssertionError("more than one line: " + accessLines());
        }
        return accessLines().getFirst();
    }

    List<String> accessLines() {
        return lines.stream().filter(line -> line.logger().equals("caravan.access")).map(Line::text).toList();
    }
}
