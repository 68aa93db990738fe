package dev.caravan.queue.batch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.caravan.message.ApiException;
import dev.caravan.message.JsonBuffers;
import dev.caravan.message.MalformedJson;
import dev.caravan.message.RawJson;
import dev.caravan.message.RequestDecoder;
import dev.caravan.message.Text;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * Reads the body of {@code POST /v1/messages/batches} while it arrives, one request at a time and never holding more than one. What
 * stands in {@code params} is not looked at beyond its being JSON: a mistake there is the result of that request alone.
 *
 * <p>
 * Whether the batch is as it should be is known when {@link #hasNext()} has said that there is no more. Until then it may throw, and
 * goes on to throw the same: nothing of the batch counts then.
 *
 * <p>
 * Not thread-safe.
 *
 * @see <a href="https://platform.claude.com/docs/en/api/messages/batches/create">Anthropic: Create a Message Batch</a>
 */
public final class BatchReader implements Iterator<BatchRequest>, AutoCloseable {
    /** The most requests of a batch. */
    public static final int MAX_REQUESTS = 100_000;
    /** The most bytes of one request's params: as much as the API takes of a request that comes alone. */
    public static final int MAX_PARAMS = 32 * 1024 * 1024;

    /** The body, its array and each of its elements stand around params. */
    private static final int MAX_DEPTH = RequestDecoder.MAX_DEPTH + 3;
    private static final int MAX_CUSTOM_ID = 64;
    private static final String EXTRA = "Extra inputs are not permitted";
    private static final String TWICE = "is given twice";
    private static final String REQUIRED = "Field required";
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private static final JsonFactory FACTORY = new JsonFactoryBuilder().disable(JsonFactory.Feature.CHARSET_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES).disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
            .recyclerPool(new JsonBuffers())
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_PARAMS).maxNumberLength(RequestDecoder.MAX_NUMBER).build())
            .build();

    private final InputStream body;
    private final Map<String, Integer> customIds = new HashMap<>();
    private KeepingInput input;
    private JsonParser parser;
    private int count;
    private BatchRequest next;
    private boolean ended;
    private RuntimeException failure;

    /** @param body the body of the request; nothing is read of it yet, and it is not closed */
    public BatchReader(InputStream body) {
        this.body = body;
    }

    /**
     * Waits for the next request.
     *
     * @return false when there was at least one, and the body has come to its end as it should
     * @throws ApiException 400 when the batch breaks a rule, naming the field; what reading the body throws
     * @throws UncheckedIOException when the body cannot be read
     */
    @Override
    public boolean hasNext() {
        if (failure != null) {
            throw failure;
        }
        if (next == null && !ended) {
            try {
                next = read();
                ended = next == null;
            } catch (JsonProcessingException e) {
                failure = MalformedJson.problem(e, MAX_DEPTH);
            } catch (IOException e) {
                failure = new UncheckedIOException(e);
            } catch (RuntimeException e) {
                failure = e;
            }
        }
        if (failure != null) {
            close();
            throw failure;
        }
        return next != null;
    }

    /** The next request; throws what {@link #hasNext()} throws. */
    @Override
    public BatchRequest next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        BatchRequest request = next;
        next = null;
        return request;
    }

    /** Gives up what is not read yet. The body stays open. */
    @Override
    public void close() {
        try {
            if (parser != null) {
                parser.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a parser that does not close its source does not fail", e);
        }
        if (failure == null && !ended) {
            failure = new IllegalStateException("closed before the end of the batch");
        }
    }

    private BatchRequest read() throws IOException {
        if (parser == null) {
            begin();
        }
        if (parser.nextToken() == JsonToken.END_ARRAY) {
            end();
            return null;
        }
        if (count == MAX_REQUESTS) {
            throw ApiException.invalid("requests", "there are more than " + MAX_REQUESTS + " requests");
        }
        return request(count++);
    }

    private void begin() throws IOException {
        input = new KeepingInput(withoutByteOrderMark(body), MAX_PARAMS);
        parser = FACTORY.createParser(input);
        if (parser.nextToken() == null) {
            throw ApiException.invalid("", "the request body is empty; expected a JSON object");
        }
        require(parser.currentToken() == JsonToken.START_OBJECT, "", "an object");
        String field = parser.nextFieldName();
        if (field == null) {
            throw ApiException.invalid("requests", REQUIRED);
        }
        if (!field.equals("requests")) {
            throw ApiException.invalid(Text.excerpt(field), EXTRA);
        }
        if (parser.nextToken() == JsonToken.VALUE_NULL) {
            throw ApiException.invalid("requests", REQUIRED);
        }
        require(parser.currentToken() == JsonToken.START_ARRAY, "requests", "an array");
    }

    /** What follows the last request. */
    private void end() throws IOException {
        if (count == 0) {
            throw ApiException.invalid("requests", "at least one request is required");
        }
        String field = parser.nextFieldName();
        if (field != null) {
            throw ApiException.invalid(Text.excerpt(field), field.equals("requests") ? TWICE : EXTRA);
        }
        if (parser.nextToken() != null) {
            throw ApiException.invalid("", "the request body goes on after its JSON object");
        }
        parser.close();
    }

    private BatchRequest request(int index) throws IOException {
        String path = "requests." + index;
        require(parser.currentToken() == JsonToken.START_OBJECT, path, "an object");
        Request request = new Request(path);
        for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
            boolean present = parser.nextToken() != JsonToken.VALUE_NULL;
            switch (field) {
                case "custom_id" -> request.customId(present, index);
                case "params" -> request.params(present);
                default -> throw ApiException.invalid(path + "." + Text.excerpt(field), EXTRA);
            }
        }
        return request.read(index);
    }

    /** What is known so far of the request at hand. */
    private final class Request {
        private final String path;
        private boolean customIdGiven;
        private boolean paramsGiven;
        private String customId;
        private String model;
        private byte[] params;

        Request(String path) {
            this.path = path;
        }

        void customId(boolean present, int index) throws IOException {
            String at = path + ".custom_id";
            if (customIdGiven) {
                throw ApiException.invalid(at, TWICE);
            }
            customIdGiven = true;
            if (!present) {
                return;
            }
            require(parser.currentToken() == JsonToken.VALUE_STRING, at, "a string");
            customId = parser.getText();
            if (!isCustomId(customId)) {
                throw ApiException.invalid(at, "expected 1 to " + MAX_CUSTOM_ID
                        + " letters, digits, \"_\" and \"-\", got \"" + Text.excerpt(customId) + "\"");
            }
            Integer other = customIds.putIfAbsent(customId, index);
            if (other != null) {
                throw ApiException.invalid(at,
                        "\"" + customId + "\" is the custom_id of requests." + other + " already");
            }
        }

        void params(boolean present) throws IOException {
            String at = path + ".params";
            if (paramsGiven) {
                throw ApiException.invalid(at, TWICE);
            }
            paramsGiven = true;
            if (!present) {
                return;
            }
            require(parser.currentToken() == JsonToken.START_OBJECT, at, "an object");
            input.begin(parser.currentTokenLocation().getByteOffset(), at);
            for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
                if (parser.nextToken() == JsonToken.VALUE_STRING && field.equals("model")) {
                    model = parser.getText();
                } else {
                    parser.skipChildren();
                }
            }
            int length = input.end(parser.currentLocation().getByteOffset());
            params = new RawJson(input.array(), input.from(), length).compactBytes();
            input.release();
            if (!isUtf8(params)) {
                throw ApiException.invalid(at, "is not encoded in UTF-8");
            }
        }

        BatchRequest read(int index) {
            if (customId == null) {
                throw ApiException.invalid(path + ".custom_id", REQUIRED);
            }
            if (params == null) {
                throw ApiException.invalid(path + ".params", REQUIRED);
            }
            return new BatchRequest(index, customId, model, params);
        }
    }

    private void require(boolean holds, String path, String expected) {
        if (!holds) {
            throw ApiException.invalid(path, "expected " + expected + ", got " + found());
        }
    }

    private String found() {
        return switch (parser.currentToken()) {
            case START_OBJECT, END_OBJECT -> "an object";
            case START_ARRAY, END_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
            case VALUE_TRUE, VALUE_FALSE -> "a boolean";
            case VALUE_NULL -> "null";
            case null, default -> "nothing";
        };
    }

    private static boolean isCustomId(String text) {
        return !text.isEmpty() && text.length() <= MAX_CUSTOM_ID
                && text.chars().allMatch(c -> c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
                        || c == '_' || c == '-');
    }

    /** What the parser skips it does not decode, and a store wants text. */
    private static boolean isUtf8(byte[] bytes) {
        for (byte b : bytes) {
            if (b < 0) {
                return isDecodable(bytes);
            }
        }
        return true;
    }

    private static boolean isDecodable(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** JSON should not begin with a byte order mark, but may: RFC 8259, section 8.1. */
    private static InputStream withoutByteOrderMark(InputStream body) throws IOException {
        byte[] first = body.readNBytes(BYTE_ORDER_MARK.length);
        return Arrays.equals(first, BYTE_ORDER_MARK)
                ? body
                : new SequenceInputStream(new ByteArrayInputStream(first), body);
    }
}
