package dev.caravan.it;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A provider that knows how often it was asked each question: those of {@link NodeBatches}, which hold their {@code custom_id}. It
 * takes its time over each answer, half as long to one and a half times as long as told. Callers may put a name before the path, as
 * in {@code /node-1/v1}, to be told apart.
 */
final class CountingProvider implements AutoCloseable {
    private static final Pattern QUESTION = Pattern.compile("question (r-\\d+)");

    private final ScriptedUpstream upstream;
    private final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> callers = new ConcurrentHashMap<>();
    private final Map<String, Integer> failures = new ConcurrentHashMap<>();
    private final Map<String, CountDownLatch> held = new ConcurrentHashMap<>();
    private final Set<String> silentFor = ConcurrentHashMap.newKeySet();
    private final AtomicInteger all = new AtomicInteger();
    private volatile Duration delay;
    private volatile String padding = "";

    CountingProvider(Duration delay) {
        this(0, delay);
    }

    /** @param port where it listens; 0 for any free port */
    CountingProvider(int port, Duration delay) {
        this.delay = delay;
        upstream = new ScriptedUpstream(port);
        upstream.script(this::answer);
    }

    private void answer(UpstreamCall call) throws IOException, InterruptedException {
        upstream.calls().clear(); // they would fill this process's memory
        String path = call.request().path();
        String caller = path.substring(1, path.indexOf('/', 1));
        count(callers, caller);
        Matcher question = QUESTION.matcher(call.request().text());
        String id = question.find() ? question.group(1) : "none";
        count(calls, id);
        all.incrementAndGet();
        if (silentFor.contains(caller)) {
            call.awaitClientClosed();
        }
        CountDownLatch latch = held.get(id);
        if (latch != null) {
            call.await(latch);
        }
        long millis = delay.toMillis();
        long pause = millis / 2 + (millis == 0 ? 0 : ThreadLocalRandom.current().nextLong(millis + 1));
        if (call.clientClosed().await(pause, TimeUnit.MILLISECONDS)) {
            return;
        }
        Integer failure = failures.get(id);
        if (failure == null) {
            call.json(ChatWire.completion("{\"role\":\"assistant\",\"content\":\"answer " + id + padding + "\"}",
                    "stop"));
        } else {
            call.reply(failure + " No", "application/json",
                    "{\"error\":{\"type\":\"server_error\",\"message\":\"upstream says no\"}}");
        }
    }

    private static void count(Map<String, AtomicInteger> counts, String name) {
        counts.computeIfAbsent(name, first -> new AtomicInteger()).incrementAndGet();
    }

    String url() {
        return upstream.url();
    }

    /** A provider's entry in caravan.yaml, named {@code chat}, of a caller of that name. */
    String entry(String caller) {
        return "chat: { dialect: openai, base-url: \"" + url() + "/" + caller + "/v1\" }";
    }

    /** How long an answer takes from now on, in the mean. */
    void delay(Duration next) {
        delay = next;
    }

    /** How many characters an answer is longer than it need be from now on. */
    void pad(int characters) {
        padding = " ".repeat(characters);
    }

    /** Answers this question with this status from now on. */
    void fail(String id, int status) {
        failures.put(id, status);
    }

    /** Answers again. */
    void heal() {
        failures.clear();
    }

    /** Lets this question wait for {@link #release}. */
    void hold(String id) {
        held.put(id, new CountDownLatch(1));
    }

    void release(String id) {
        held.remove(id).countDown();
    }

    /** Lets a caller wait until it leaves. */
    void beSilentFor(String caller) {
        silentFor.add(caller);
    }

    /** How often it was called so far. */
    int calls() {
        return all.get();
    }

    /** How often it was asked this question. */
    int calls(String id) {
        return calls.getOrDefault(id, new AtomicInteger()).get();
    }

    /** How often who has put this name before the path has called. */
    int callsOf(String caller) {
        return callers.getOrDefault(caller, new AtomicInteger()).get();
    }

    @Override
    public void close() {
        held.values().forEach(CountDownLatch::countDown);
        try {
            upstream.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
