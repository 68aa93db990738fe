package dev.caravan.telemetry;

import dev.caravan.message.Call;
import dev.caravan.message.Progress;
import dev.caravan.message.Text;
import dev.caravan.message.Usage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line a call, as {@code key=value} pairs, in the logger {@code caravan.access}. It tells sizes and times, never a prompt, an
 * answer or a key.
 */
final class AccessLog {
    private static final Logger LOG = LoggerFactory.getLogger("caravan.access");
    private static final int MAX_MODEL = 120;

    private AccessLog() {}

    static void write(Call call, String method, String path, long nanos) {
        if (!LOG.isInfoEnabled()) {
            return;
        }
        Progress progress = call.getProgress();
        Usage usage = progress.usage();
        StringBuilder line = new StringBuilder(256);
        line.append("id=").append(call.getRequestId()).append(" method=").append(Text.excerpt(method, MAX_MODEL))
                .append(" path=").append(Text.excerpt(path, MAX_MODEL).replace(' ', '+'))
                .append(" status=").append(progress.status());
        if (!call.getClient().isEmpty()) {
            line.append(" client=").append(call.getClient());
        }
        if (!call.getModel().isEmpty()) {
            line.append(" model=\"").append(quotable(call.getModel())).append('"');
        }
        if (call.getTarget() != null) {
            line.append(" target=\"").append(quotable(call.getTarget().toString())).append("\" stream=")
                    .append(call.isStream());
        }
        if (!progress.upstreamId().isEmpty()) {
            line.append(" upstream=\"").append(quotable(progress.upstreamId())).append('"');
        }
        if (!progress.stopReason().isEmpty()) {
            line.append(" stop=").append(quotable(progress.stopReason()));
        }
        if (!progress.error().isEmpty()) {
            line.append(" error=").append(progress.error());
        }
        if (progress.firstEventNanos() != 0) {
            millis(line.append(" ttft="), progress.firstEventNanos() - call.getStartNanos());
            line.append(" in=").append(usage.promptTokens()).append(" out=").append(usage.outputTokens());
        }
        millis(line.append(" took="), nanos);
        line.append(" cancelled=").append(progress.cancelled());
        LOG.info(line.toString());
    }

    private static String quotable(String text) {
        return Text.excerpt(text, MAX_MODEL).replace('"', '\'');
    }

    /** Milliseconds with one decimal; {@code String.format} would cost more than the rest of the line. */
    private static void millis(StringBuilder line, long nanos) {
        long tenths = nanos / 100_000;
        line.append(tenths / 10).append('.').append(tenths % 10).append("ms");
    }
}
