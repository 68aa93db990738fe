package dev.caravan.provider.exec;
import static dev.caravan.exec.Children.eventually;
import static dev.caravan.exec.Children.provider;
import static dev.caravan.exec.Children.script;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.exec.Fifo;
import dev.caravan.exec.NothingLeftBehind;
import dev.caravan.exec.StreamingCommandExecutor;
import dev.caravan.exec.StreamingExecBinding;
import dev.caravan.config.ExecProvider;
import dev.caravan.message.ApiException;
import dev.caravan.message.ApiVersion;
import dev.caravan.message.Call;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.ContentBlockDelta;
import dev.caravan.message.MessageEvent.MessageStop;
import dev.caravan.message.MessageEvent.TextDelta;
import dev.caravan.message.MessageJson;
import dev.caravan.message.RequestDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.exec.ExecBinding;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A request through a route: encode, Camel Exec, decode, split. */
@Timeout(120)
@ExtendWith(NothingLeftBehind.class)
class ExecRouteTest {
    private static final String PROMPT = "it's \"quoted\" $(touch pwned)\\n你🎉";

    @TempDir
    Path directory;

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final List<MessageEvent> events = new CopyOnWriteArrayList<>();
    private StreamingCommandExecutor executor;

    @AfterEach
    void stop() {
        context.stop();
    }

    @Test
    void eventsPassTheSplitterWhileTheProcessStillRuns() throws Exception {
        Fifo fifo = Fifo.in(directory);
        start(provider(directory, script(directory,
                "echo '{\"text\":\"a\"}'; read go < \"$1\"; echo '{\"text\":\"b\"}'; echo '{\"done\":{}}'", fifo)));
        CompletableFuture<Exchange> exchange = send(new Call(), Map.of());
        eventually().until(() -> texts().equals(List.of("a")));
        assertFalse(exchange.isDone());
        fifo.open();
        assertNull(exchange.get().getException());
        assertEquals(List.of("a", "b"), texts());
        assertInstanceOf(MessageStop.class, events.get(events.size() - 1));
        assertEquals(List.of("message_start", "content_block_start", "content_block_delta", "content_block_delta",
                "content_block_stop", "message_delta", "message_stop"),
                events.stream().map(MessageJson::name).toList());
    }

    @Test
    void theRequestIsTheLineOnStdinAndNothingElse() throws Exception {
        Path copy = directory.resolve("copy");
        start(provider(directory, script(directory, "cat > \"$1\"", copy)));
        Call call = new Call();
        assertNull(send(call, Map.of()).get().getException());
        byte[] line = Files.readAllBytes(copy);
        assertArrayEquals(
                ExecRequestEncoder.encode(call.getRequest(), call.getMessageId(), new Call.Target("home", "small"),
                        null),
                line);
        var received = RequestDecoder.decode(line, ApiVersion.V2023_06_01);
        assertEquals("small", received.model());
        assertEquals(call.getRequest().messages(), received.messages());
        assertFalse(Files.exists(directory.resolve("pwned")));
    }

    @Test
    void headersDoNotChangeWhatIsRun() throws Exception {
        start(provider(directory, script(directory, "echo \"{\\\"text\\\":\\\"$# $PWD\\\"}\"", "one")));
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Exchange exchange = send(new Call(), Map.of(ExecBinding.EXEC_COMMAND_EXECUTABLE, "false",
                ExecBinding.EXEC_COMMAND_ARGS, List.of("x", "y"), ExecBinding.EXEC_COMMAND_WORKING_DIR,
                elsewhere.toString(), ExecBinding.EXEC_COMMAND_TIMEOUT, 1L, ExecBinding.EXEC_COMMAND_OUT_FILE,
                "/dev/null"))
                .get();
        assertNull(exchange.getException());
        assertEquals(List.of("1 " + directory), texts());
    }

    @Test
    void aProcessThatFailsInMidStreamFailsTheExchangeBehindItsEvents() throws Exception {
        start(provider(directory, script(directory, "echo '{\"text\":\"a\"}'; exit 7")));
        Exchange exchange = send(new Call(), Map.of()).get();
        ApiException error = exchange.getException(ApiException.class);
        assertEquals("provider demo: the process exited with code 7", error.getMessage());
        assertEquals(List.of("a"), texts());
        assertTrue(events.stream().noneMatch(MessageStop.class::isInstance));
    }

    @Test
    void garbageEndsTheProcess() throws Exception {
        Fifo fifo = Fifo.in(directory);
        start(provider(directory, script(directory,
                "echo '{\"text\":\"a\"}'; echo Loading; read go < \"$1\"", fifo)));
        ApiException error = send(new Call(), Map.of()).get().getException(ApiException.class);
        assertEquals("provider demo: sent a line that is not one JSON object", error.getMessage());
        eventually().until(() -> executor.running() == 0);
    }

    @Test
    void aLastLineWithoutItsEndCounts() throws Exception {
        start(provider(directory, script(directory, "printf '{\"text\":\"a\"}\\n{\"text\":\"b\"}'")));
        assertNull(send(new Call(), Map.of()).get().getException());
        assertEquals(List.of("a", "b"), texts());
    }

    @Test
    void aLastLineThatBreaksOffIsAnError() throws Exception {
        start(provider(directory, script(directory, "printf '{\"text\":\"a\"}\\n{\"text\":\"b'")));
        ApiException error = send(new Call(), Map.of()).get().getException(ApiException.class);
        assertEquals("provider demo: sent a line that is not one JSON object", error.getMessage());
        assertEquals(List.of("a"), texts());
    }

    @Test
    void doneEndsTheProcessThatGoesOn() throws Exception {
        Fifo fifo = Fifo.in(directory);
        start(provider(directory, script(directory,
                "echo '{\"text\":\"a\",\"done\":{\"stop_reason\":\"max_tokens\"}}'; read go < \"$1\"", fifo)));
        assertNull(send(new Call(), Map.of()).get().getException());
        assertInstanceOf(MessageStop.class, events.get(events.size() - 1));
        eventually().until(() -> executor.running() == 0);
    }

    @Test
    void cancellingTheCallEndsTheProcess() throws Exception {
        Fifo fifo = Fifo.in(directory);
        start(provider(directory, script(directory, "echo '{\"text\":\"a\"}'; read go < \"$1\"", fifo)));
        Call call = new Call();
        CompletableFuture<Exchange> exchange = send(call, Map.of());
        eventually().until(() -> texts().equals(List.of("a")));
        call.getCancellation().cancel();
        exchange.get();
        eventually().until(() -> executor.running() == 0);
        assertTrue(events.stream().noneMatch(MessageStop.class::isInstance));
    }

    private CompletableFuture<Exchange> sendToASilentProcess(Call call) throws Exception {
        start(provider(directory, script(directory, "read go < \"$1\"", Fifo.in(directory))));
        CompletableFuture<Exchange> exchange = send(call, Map.of());
        eventually().until(() -> executor.running() == 1);
        return exchange;
    }

    @Test
    void theEndOfTheCallEndsAProcessWhoseEventsNobodyReads() throws Exception {
        Call call = new Call();
        CompletableFuture<Exchange> exchange = sendToASilentProcess(call);
        call.complete();
        exchange.get();
        eventually().until(() -> executor.running() == 0);
    }

    @Test
    void cancellingTheCallBeforeTheFirstByteEndsTheProcess() throws Exception {
        Call call = new Call();
        CompletableFuture<Exchange> exchange = sendToASilentProcess(call);
        call.getCancellation().cancel();
        exchange.get();
        assertEquals(List.of(), events);
        eventually().until(() -> executor.running() == 0);
    }

    @Test
    void aRouteThatFailsWhileTheProcessRunsEndsIt() throws Exception {
        Fifo fifo = Fifo.in(directory);
        start(provider(directory, script(directory, "echo '{\"text\":\"a\"}'; read go < \"$1\"", fifo)), exchange -> {
            throw new IllegalStateException("a step of the route fails");
        });
        Exchange exchange = send(new Call(), Map.of()).get();
        assertInstanceOf(IllegalStateException.class, exchange.getException());
        eventually().until(() -> executor.running() == 0);
    }

    @Test
    void stoppingTheContextEndsTheProcess() throws Exception {
        Fifo fifo = Fifo.in(directory);
        start(provider(directory, script(directory, "echo '{\"text\":\"a\"}'; read go < \"$1\"", fifo)));
        context.getShutdownStrategy().setTimeout(1);
        CompletableFuture<Exchange> exchange = send(new Call(), Map.of());
        eventually().until(() -> texts().equals(List.of("a")));
        context.stop();
        eventually().until(() -> executor.running() == 0);
        exchange.get();
    }

    @Test
    void aCommandThatCannotBeStartedFailsTheExchange() throws Exception {
        start(provider(directory, List.of("no-such-program")));
        ApiException error = send(new Call(), Map.of()).get().getException(ApiException.class);
        assertEquals("provider demo: cannot start no-such-program: No such file", error.getMessage());
        assertEquals(502, error.status());
    }

    private void start(ExecProvider provider) throws Exception {
        start(provider, exchange -> {});
    }

    private void start(ExecProvider provider, Processor behindExec) throws Exception {
        executor = new StreamingCommandExecutor(provider);
        context.getRegistry().bind("demoBinding", new StreamingExecBinding(provider));
        // A supplied bean is not told of its context, as a kamelet's own bean is not.
        context.getRegistry().bind("demoExecutor", StreamingCommandExecutor.class, () -> executor);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("direct:generate").process(new ExecEncode())
                        .to("exec:demo?binding=#demoBinding&commandExecutor=#demoExecutor").process(behindExec)
                        .process(new ExecDecode(provider)).split(body()).streaming().stopOnException()
                        .process(exchange -> events.add(exchange.getMessage().getBody(MessageEvent.class)));
            }
        });
        context.start();
    }

    private CompletableFuture<Exchange> send(Call call, Map<String, Object> headers) {
        call.setRequest(RequestDecoder.decode("""
            {"model":"claude-x","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"%s"}]}"""
                .formatted(PROMPT.replace("\"", "\\\"")).getBytes(StandardCharsets.UTF_8), ApiVersion.V2023_06_01));
        call.setTarget(new Call.Target("demo", "small"));
        return context.createProducerTemplate().asyncSend("direct:generate", exchange -> {
            exchange.setProperty(Call.PROPERTY, call);
            exchange.getMessage().setHeaders(new HashMap<>(headers));
        });
    }

    private List<String> texts() {
        return events.stream().filter(ContentBlockDelta.class::isInstance)
                .map(event -> ((TextDelta) ((ContentBlockDelta) event).delta()).text()).toList();
    }
}
