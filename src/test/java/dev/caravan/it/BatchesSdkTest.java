package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.anthropic.client.AnthropicClient;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.models.beta.messages.batches.BetaMessageBatch;
import com.anthropic.models.beta.messages.batches.BetaMessageBatchIndividualResponse;
import com.anthropic.models.messages.batches.BatchCreateParams;
import com.anthropic.models.messages.batches.BatchListParams;
import com.anthropic.models.messages.batches.MessageBatch;
import com.anthropic.models.messages.batches.MessageBatchIndividualResponse;
import com.anthropic.models.messages.batches.MessageBatchResult;
import com.anthropic.services.blocking.messages.BatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Anthropic's Java SDK leads the life of batches. */
@DisplayName("Message Batches with Anthropic's Java SDK")
class BatchesSdkTest extends BatchTest {
    private static final int MANY = 1_000;
    private static final String HELD = "claude-held";

    private BatchService batches(String key) {
        return JavaSdk.client(gateway, key).messages().batches();
    }

    private static BatchCreateParams.Request request(int number, String model) {
        return BatchCreateParams.Request.builder().customId("r" + number)
                .params(BatchCreateParams.Request.Params.builder().model(model).maxTokens(64)
                        .addUserMessage(Wire.PROMPT).build())
                .build();
    }

    private static BatchCreateParams batch(int size, String model) {
        return BatchCreateParams.builder()
                .requests(IntStream.range(0, size).mapToObj(i -> request(i, model)).toList()).build();
    }

    private static MessageBatch awaitEnded(BatchService batches, String id) {
        return Patience.await(id + " has ended").atMost(Duration.ofSeconds(90)).pollInterval(Duration.ofMillis(100))
                .until(() -> batches.retrieve(id),
                        batch -> batch.processingStatus().equals(MessageBatch.ProcessingStatus.ENDED));
    }

    private static Map<String, MessageBatchResult> results(BatchService batches, String id) {
        Map<String, MessageBatchResult> results = new HashMap<>();
        try (StreamResponse<MessageBatchIndividualResponse> lines = batches.resultsStreaming(id)) {
            lines.stream().map(MessageBatchIndividualResponse::validate)
                    .forEach(line -> results.put(line.customId(), line.result()));
        }
        return results;
    }

    @Test
    void theWholeLife() {
        upstream.script(Wire::answer);
        BatchService batches = batches(KEY);
        BatchCreateParams params = batch(MANY, "claude-x").toBuilder().addRequest(request(MANY, "nobody-knows-it"))
                .build();
        MessageBatch created = batches.create(params).validate();
        assertEquals(MessageBatch.ProcessingStatus.IN_PROGRESS, created.processingStatus());
        assertEquals(MANY + 1, created.requestCounts().processing());

        MessageBatch ended = awaitEnded(batches, created.id()).validate();
        assertEquals(MANY, ended.requestCounts().succeeded());
        assertEquals(1, ended.requestCounts().errored());
        assertEquals(0, ended.requestCounts().processing());
        assertEquals(gateway.uri(path(created.id()) + "/results").toString(), ended.resultsUrl().orElseThrow());

        Map<String, MessageBatchResult> results = results(batches, created.id());
        assertEquals(MANY + 1, results.size());
        assertTrue(JavaSdk.text(results.get("r7").asSucceeded().message()).startsWith(Wire.ANSWER));
        assertTrue(results.get("r" + MANY).asErrored().error().error().isNotFoundError(), results::toString);
        System.out.println("anthropic-java: " + ended.id() + " " + ended.processingStatus() + " "
                + ended.requestCounts().succeeded() + " succeeded, " + ended.requestCounts().errored() + " errored, "
                + results.size() + " results");

        assertEquals(created.id(), batches.delete(created.id()).validate().id());
        assertThrows(NotFoundException.class, () -> batches.retrieve(created.id()));
    }

    @Test
    void cancelled() {
        holds(HELD);
        BatchService batches = batches(KEY);
        MessageBatch created = batches.create(batch(10, HELD));
        assertThrows(BadRequestException.class, () -> batches.delete(created.id()));
        assertThrows(BadRequestException.class, () -> results(batches, created.id()));
        MessageBatch cancelled = batches.cancel(created.id()).validate();
        assertEquals(MessageBatch.ProcessingStatus.CANCELING, cancelled.processingStatus());
        assertTrue(cancelled.cancelInitiatedAt().isPresent());
        assertEquals(10, awaitEnded(batches, created.id()).requestCounts().canceled());
        results(batches, created.id()).values().forEach(result -> assertTrue(result.isCanceled()));
        batches.delete(created.id());
    }

    @Test
    void allPages() {
        upstream.script(Wire::answer);
        BatchService batches = batches(LISTING_KEY);
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            ids.addFirst(batches.create(batch(1, "claude-x")).id());
        }
        for (long limit : new long[]{1, 5, 12, 20}) {
            List<String> listed = batches.list(BatchListParams.builder().limit(limit).build()).autoPager().stream()
                    .map(batch -> batch.validate().id()).toList();
            assertEquals(ids, listed, "limit " + limit);
        }
        List<String> newer = batches.list(BatchListParams.builder().limit(5).beforeId(ids.get(8)).build()).autoPager()
                .stream().map(MessageBatch::id).toList();
        assertEquals(new HashSet<>(ids.subList(0, 8)), new HashSet<>(newer));
        ids.forEach(id -> awaitEnded(batches, id));
        System.out.println("anthropic-java: " + ids.size() + " batches on pages of 1, 5, 12 and 20");
    }

    @Test
    void theBetaPartOfTheSdk() {
        upstream.script(Wire::answer);
        AnthropicClient client = JavaSdk.client(gateway, KEY);
        com.anthropic.services.blocking.beta.messages.BatchService batches = client.beta().messages().batches();
        com.anthropic.models.beta.messages.batches.BatchCreateParams.Request request = com.anthropic.models.beta.messages.batches.BatchCreateParams.Request
                .builder().customId("a")
                .params(com.anthropic.models.beta.messages.batches.BatchCreateParams.Request.Params.builder()
                        .model("claude-x").maxTokens(64).addUserMessage(Wire.PROMPT).build())
                .build();
        BetaMessageBatch created = batches
                .create(com.anthropic.models.beta.messages.batches.BatchCreateParams.builder()
                        .addBeta("context-1m-2025-08-07").addRequest(request).build())
                .validate();
        awaitEnded(client.messages().batches(), created.id());
        Set<String> customIds = new HashSet<>();
        try (StreamResponse<BetaMessageBatchIndividualResponse> lines = batches.resultsStreaming(created.id())) {
            lines.stream().forEach(line -> customIds.add(line.customId()));
        }
        assertEquals(Set.of("a"), customIds);
        assertEquals("context-1m-2025-08-07", upstream.call().request().header("anthropic-beta"));
        assertInstanceOf(BetaMessageBatch.class, batches.cancel(created.id()));
        batches.delete(created.id());
    }
}
