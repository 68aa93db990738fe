package dev.caravan.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** wrk as the load for JSON requests: one thread, and a script that makes it POST. */
final class Wrk {

    private static final String MARK = "result ";

    private final Workplace place;

    Wrk(Workplace place) {
        this.place = place;
    }

    static boolean installed() {
        return Workplace.onPath("wrk");
    }

    static String version() {
        return Workplace.firstLine("wrk", "-v").replaceFirst(" \\[.*", "");
    }

    /**
     * What wrk has measured.
     *
     * @param requestsPerSecond answered requests a second, those with a status of 400 and above not counted
     * @param failed            requests with such a status, socket errors and time-outs
     */
    record Result(double requestsPerSecond, long failed) {}

    Result run(Target target, Script script, int connections, int seconds) throws IOException, InterruptedException {
        StringBuilder lua = new StringBuilder("wrk.method = \"POST\"\nwrk.body = [==[")
                .append(target.body(script, false)).append("]==]\n");
        target.headers().forEach((name, value) -> lua.append("wrk.headers[\"").append(name).append("\"] = \"")
                .append(value).append("\"\n"));
        lua.append("""
            function done(summary, latency, requests)
              local e = summary.errors
              io.write(string.format('result {"requests":%d,"micros":%d,"failed":%d,"status":%d}\\n', summary.requests,
                summary.duration, e.connect + e.read + e.write + e.timeout, e.status))
            end
            """);
        Path file = Files.writeString(place.directory("wrk").resolve(target.name() + ".lua"), lua);
        Child wrk = place.start("wrk",
                new ProcessBuilder("wrk", "-t1", "-c" + connections, "-d" + seconds + "s", "--timeout", "10s", "-s",
                        file.toString(), "http://127.0.0.1:" + target.port() + target.path()));
        if (!wrk.process().waitFor(seconds + 30L, TimeUnit.SECONDS)) {
            wrk.close();
        }
        Optional<String> result = wrk.lines().stream().filter(l -> l.startsWith(MARK)).findFirst();
        if (result.isEmpty() && !target.child().isAlive()) {
            return new Result(0, 0);
        }
        JsonNode r = new ObjectMapper().readTree(result
                .orElseThrow(() -> new IOException("wrk did not run: " + wrk.lastWords())).substring(MARK.length()));
        long status = r.get("status").asLong();
        return new Result((r.get("requests").asLong() - status) * 1e6 / r.get("micros").asLong(),
                r.get("failed").asLong() + status);
    }
}
