package dev.caravan.queue.batch;

import static dev.caravan.queue.batch.Bodies.batch;
import static dev.caravan.queue.batch.Bodies.read;
import static dev.caravan.queue.batch.Bodies.request;
import static dev.caravan.queue.batch.Bodies.told;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class BatchReaderTest {
    private static final String PARAMS = "{\"model\":\"m\",\"max_tokens\":1,\"messages\":[]}";
    private static final String OK = request("a", PARAMS);

    @Test
    void requestsComeInTheirOrder() {
        assertEquals(List.of("0 a m {\"model\":\"m\",\"n\":1}", "1 b null {}", "2 Z_-9 null {\"model\":5}"),
                told(read(batch(request("a", "{\"model\":\"m\",\"n\":1}"), request("b", "{}"),
                        request("Z_-9", "{\"model\":5}")))));
    }

    static Stream<Arguments> paramsAsTheyAre() {
        return Stream.of(Arguments.of("{ \"b\" : 1 ,\n\t\"a\" : [ 1 , 2 ] }", "{\"b\":1,\"a\":[1,2]}"),
                Arguments.of("{\"t\":\"a  b\\n\\u00e9\\/\\\" , : \"}", "{\"t\":\"a  b\\n\\u00e9\\/\\\" , : \"}"),
                Arguments.of("{\"n\":[1.0,1e400,-0.0,12345678901234567890,1E+2]}",
                        "{\"n\":[1.0,1e400,-0.0,12345678901234567890,1E+2]}"),
                Arguments.of("{\"half\":\"\\ud83d\"}", "{\"half\":\"\\ud83d\"}"),
                Arguments.of("{\"twice\":1,\"twice\":2}", "{\"twice\":1,\"twice\":2}"),
                Arguments.of("{\"é😀\":\"é😀\"}", "{\"é😀\":\"é😀\"}"),
                Arguments.of("{\"stream\":true,\"speed\":\"fast\"}", "{\"stream\":true,\"speed\":\"fast\"}"),
                Arguments.of("{\"model\":{\"model\":\"x\"},\"x\":{\"model\":\"y\"}}",
                        "{\"model\":{\"model\":\"x\"},\"x\":{\"model\":\"y\"}}"));
    }

    @ParameterizedTest
    @MethodSource
    void paramsAsTheyAre(String given, String kept) {
        BatchRequest request = read(batch(request("a", given))).getFirst();
        assertEquals(kept, new String(request.params(), UTF_8));
    }

    @Test
    void theOrderOfKeysDoesNotMatter() {
        assertEquals(List.of("0 a m {\"model\":\"m\"}"),
                told(read(batch("{\"params\":{\"model\":\"m\"},\"custom_id\":\"a\"}"))));
    }

    @Test
    void aByteOrderMarkDoesNotMatter() {
        assertEquals(List.of("0 a null {}"), told(read("\uFEFF " + batch(request("a", "{}")))));
    }

    static Stream<Arguments> refused() {
        String twice = batch(OK, request("b", "{}"), request("a", "{}"));
        String deep = "[".repeat(200) + "]".repeat(200);
        return Stream.of(refusal("", "the request body is empty; expected a JSON object"),
                refusal(" \n", "the request body is empty; expected a JSON object"),
                refusal("hello", "the request body is not valid JSON (line 1, column 6)"),
                refusal("[]", "expected an object, got an array"), refusal("null", "expected an object, got null"),
                refusal("{}", "requests: Field required"), refusal("{\"requests\":null}", "requests: Field required"),
                refusal("{\"requests\":{}}", "requests: expected an array, got an object"),
                refusal("{\"requests\":\"x\"}", "requests: expected an array, got a string"),
                refusal("{\"model\":\"x\"}", "model: Extra inputs are not permitted"),
                refusal(batch(), "requests: at least one request is required"),
                refusal(batch("1"), "requests.0: expected an object, got a number"),
                refusal(batch(OK, "null"), "requests.1: expected an object, got null"),
                refusal(batch(OK, "{}"), "requests.1.custom_id: Field required"),
                refusal(batch("{\"params\":{}}"), "requests.0.custom_id: Field required"),
                refusal(batch("{\"params\":{},\"custom_id\":null}"), "requests.0.custom_id: Field required"),
                refusal(batch("{\"custom_id\":5}"), "requests.0.custom_id: expected a string, got a number"),
                refusal(batch(request("", "{}")),
                        "requests.0.custom_id: expected 1 to 64 letters, digits, \"_\" and \"-\", got \"\""),
                refusal(batch(request("a b", "{}")),
                        "requests.0.custom_id: expected 1 to 64 letters, digits, \"_\" and \"-\", got \"a b\""),
                refusal(batch(request("é", "{}")),
                        "requests.0.custom_id: expected 1 to 64 letters, digits, \"_\" and \"-\", got \"é\""),
                refusal(batch(request("a\\n", "{}")),
                        "requests.0.custom_id: expected 1 to 64 letters, digits, \"_\" and \"-\", got \"a?\""),
                refusal(batch(request("x".repeat(65), "{}")),
                        "requests.0.custom_id: expected 1 to 64 letters, digits, \"_\" and \"-\", got \""
                                + "x".repeat(65) + "\""),
                refusal(twice, "requests.2.custom_id: \"a\" is the custom_id of requests.0 already"),
                refusal(batch("{\"custom_id\":\"a\",\"custom_id\":\"b\",\"params\":{}}"),
                        "requests.0.custom_id: is given twice"),
                refusal(batch("{\"custom_id\":\"a\"}"), "requests.0.params: Field required"),
                refusal(batch(request("a", "null")), "requests.0.params: Field required"),
                refusal(batch(request("a", "[]")), "requests.0.params: expected an object, got an array"),
                refusal(batch("{\"params\":{},\"params\":{}}"), "requests.0.params: is given twice"),
                refusal(batch(OK, "{\"custom_id\":\"b\",\"params\":{},\"priority\":1}"),
                        "requests.1.priority: Extra inputs are not permitted"),
                refusal("{\"requests\":[" + OK + "],\"requests\":[]}", "requests: is given twice"),
                refusal("{\"requests\":[" + OK + "],\"x\\ny\":1}", "x?y: Extra inputs are not permitted"),
                refusal(batch(OK) + "{}", "the request body goes on after its JSON object"),
                refusal(batch(OK) + " x", "the request body is not valid JSON (line 1, column "
                        + (batch(OK).length() + 3) + ")"),
                refusal("{\"requests\":[" + OK, "the request body is not valid JSON: it ends too early"),
                refusal("{\"requests\":[" + OK + "]", "the request body is not valid JSON: it ends too early"),
                refusal(batch(OK + "\n" + OK), "the request body is not valid JSON (line 2, column 1)"),
                refusal(batch(request("a", "{\"a\":" + deep + "}")), "the JSON is nested deeper than 203 levels"),
                refusal(batch(request("a", "{\"model\":\"\u0001\"}")),
                        "the request body is not valid JSON (line 1, column 50)"));
    }

    private static Arguments refusal(String body, String message) {
        return Arguments.of(body, message);
    }

    @ParameterizedTest
    @MethodSource
    void refused(String body, String message) {
        ApiException failure = assertThrows(ApiException.class, () -> read(body));
        assertEquals(message, failure.getMessage());
        assertEquals(400, failure.status());
        assertEquals(ErrorType.INVALID_REQUEST_ERROR, failure.type());
    }

    @Test
    void asDeepAsARequestMayBe() {
        String params = "{\"a\":" + "[".repeat(199) + "]".repeat(199) + "}";
        assertEquals(params, new String(read(batch(request("a", params))).getFirst().params(), UTF_8));
    }

    @ParameterizedTest
    @CsvSource({"'\u00c0\u0080'", "'\u00e9'", "'\u00ed\u00a0\u0080'", "'\u00ff'", "'\u00f8\u0088\u0080\u0080\u0080'"})
    void paramsAreUtf8(String bytes) {
        byte[] body = batch(request("a", "{\"t\":\"" + bytes + "\"}")).getBytes(ISO_8859_1);
        assertEquals(400, assertThrows(ApiException.class, () -> read(body)).status());
    }

    @Test
    void aRequestIsReadOnlyWhenItIsAskedFor() {
        InputStream endless = new SequenceInputStream(
                new ByteArrayInputStream(("{\"requests\":[" + OK).getBytes(UTF_8)), new InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw new IOException("the client has left");
                    }
                });
        try (BatchReader reader = new BatchReader(endless)) {
            assertTrue(reader.hasNext());
            assertEquals("a", reader.next().customId());
            UncheckedIOException failure = assertThrows(UncheckedIOException.class, reader::hasNext);
            assertEquals("the client has left", failure.getCause().getMessage());
            assertSame(failure, assertThrows(UncheckedIOException.class, reader::next),
                    "a cut batch never looks whole");
        }
    }

    @Test
    void whatTheBodyThrowsIsThrown() {
        ApiException tooLarge = new ApiException(ErrorType.REQUEST_TOO_LARGE, "too large");
        InputStream body = new InputStream() {
            @Override
            public int read() {
                throw tooLarge;
            }
        };
        assertSame(tooLarge, assertThrows(ApiException.class, () -> read(body)));
    }

    @Test
    void atItsEndThereIsNoMore() {
        BatchReader reader = new BatchReader(new ByteArrayInputStream(batch(OK).getBytes(UTF_8)));
        reader.next();
        assertFalse(reader.hasNext());
        assertThrows(NoSuchElementException.class, reader::next);
        reader.close();
        assertFalse(reader.hasNext());
    }

    @Test
    void aReaderThatIsClosedEarlyDoesNotLookEnded() {
        BatchReader reader = new BatchReader(new ByteArrayInputStream(batch(OK, OK).getBytes(UTF_8)));
        reader.next();
        reader.close();
        assertThrows(IllegalStateException.class, reader::hasNext);
    }

    @ParameterizedTest
    @CsvSource({"100000, true", "100001, false"})
    void atMost100000(int count, boolean accepted) {
        InputStream body = stream(IntStream.range(0, count).mapToObj(i -> request("r" + i, "{}")));
        if (accepted) {
            assertEquals(count, read(body).size());
        } else {
            assertEquals("requests: there are more than 100000 requests",
                    assertThrows(ApiException.class, () -> read(body)).getMessage());
        }
    }

    @Test
    void largeParams() {
        int text = BatchReader.MAX_PARAMS - "{'t':''}".length();
        assertEquals(BatchReader.MAX_PARAMS, read(large("", 'x', text)).getFirst().params().length);
        for (InputStream more : List.of(large("", 'x', text + 1), large("", 'x', 4 * text),
                large("'", ' ', text + 1))) {
            assertEquals("requests.0.params: is larger than 32 MB",
                    assertThrows(ApiException.class, () -> read(more)).getMessage());
        }
    }

    /** A batch of one request with a long text, or much white space after a short one. */
    private static InputStream large(String closing, char filling, int length) {
        InputStream filled = new InputStream() {
            private int left = length;

            @Override
            public int read() {
                return left-- > 0 ? filling : -1;
            }
        };
        String begin = "{'requests':[{'custom_id':'a','params':{'t':'" + closing;
        String end = (closing.isEmpty() ? "'" : "") + "}}]}";
        return new SequenceInputStream(Collections.enumeration(List.of(json(begin), filled, json(end))));
    }

    private static InputStream json(String text) {
        return new ByteArrayInputStream(text.replace('\'', '"').getBytes(UTF_8));
    }

    @Test
    void aLargeBatchIsNotHeld() {
        // 1 GB of requests, each of which is dropped at once.
        String params = "{\"t\":\"" + "x".repeat(1 << 20) + "\"}";
        try (BatchReader reader = new BatchReader(
                stream(IntStream.range(0, 1_024).mapToObj(i -> request("r" + i, params))))) {
            int count = 0;
            while (reader.hasNext()) {
                assertEquals(params.length(), reader.next().params().length);
                count++;
            }
            assertEquals(1_024, count);
        }
    }

    /** The body of a batch that is never there as a whole. */
    private static InputStream stream(Stream<String> all) {
        Iterator<String> requests = all.iterator();
        return new SequenceInputStream(new Enumeration<>() {
            private int given;
            private boolean ended;

            @Override
            public boolean hasMoreElements() {
                return !ended;
            }

            @Override
            public InputStream nextElement() {
                String part = "{\"requests\":[";
                if (given > 0) {
                    ended = !requests.hasNext();
                    part = ended ? "]}" : (given == 1 ? "" : ",") + requests.next();
                }
                given++;
                return new ByteArrayInputStream(part.getBytes(UTF_8));
            }
        });
    }

    @Test
    void noRequestIsLostWhereverTheBodyIsCut() {
        byte[] body = (batch(OK, "{ \"params\" : {\"model\":\"é😀\\u00e9\",\"n\":-1.50e+3 } , \"custom_id\":\"b\"}")
                + "\n").getBytes(UTF_8);
        List<String> whole = told(read(body));
        for (int cut = 1; cut < body.length; cut++) {
            InputStream parts = new SequenceInputStream(Collections.enumeration(
                    List.of(new ByteArrayInputStream(body, 0, cut),
                            new ByteArrayInputStream(body, cut, body.length - cut))));
            assertEquals(whole, told(read(parts)));
            byte[] begun = Arrays.copyOf(body, cut);
            if (cut < body.length - 1) {
                assertThrows(ApiException.class, () -> read(begun), "cut at " + cut);
            }
        }
    }
}
