package dev.caravan.provider.anthropic;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.caravan.message.JsonBuffers;
import dev.caravan.message.ApiException;
import dev.caravan.message.ContentBlock.RedactedThinking;
import dev.caravan.message.ContentBlock.Thinking;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;

/**
 * Finds in a request, which is known to be valid, where the bytes stand that must not reach Anthropic: reasoning that it has not
 * signed, and fields that the version of its API does not have. One pass; strings are not decoded. One edits one request.
 */
final class RequestEditor {
    private static final int LONGEST = Integer.MAX_VALUE;
    private static final JsonFactory FACTORY = new JsonFactoryBuilder().disable(JsonFactory.Feature.CHARSET_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES).recyclerPool(new JsonBuffers())
            .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(LONGEST).build()).build();

    private final JsonParser json;
    private final int base;

    private RequestEditor(byte[] body) throws IOException {
        this.base = begin(body);
        this.json = FACTORY.createParser(body, base, body.length - base);
    }

    /** Behind a byte order mark, whose length the parser would not count. */
    private static int begin(byte[] body) {
        int at = 0;
        while (body[at] != '{') {
            at++;
        }
        return at;
    }

    /**
     * Adds to the edits what is to be left out.
     *
     * @param body a valid request
     * @param without names of fields of the request
     * @throws ApiException 400 when no message would be left
     */
    static void leaveOut(byte[] body, Set<String> without, BodyEdits edits) {
        try {
            RequestEditor editor = new RequestEditor(body);
            try (editor.json) {
                editor.request(without, edits);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the request was found to be valid before", e);
        }
    }

    /** Whether Anthropic would refuse the reasoning: its signature is missing, or Caravan's own. */
    static boolean isForeign(Thinking thinking) {
        return thinking.minted() || thinking.signature().isEmpty();
    }

    private void request(Set<String> without, BodyEdits edits) throws IOException {
        BodyEdits.Members fields = edits.new Members();
        json.nextToken();
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            int start = start();
            if (json.nextToken() == JsonToken.START_ARRAY && name.equals("messages")) {
                messages(edits);
            } else {
                json.skipChildren();
            }
            if (without.contains(name)) {
                fields.leaveOut(start, end());
            } else {
                fields.keep(start, end());
            }
        }
    }

    private void messages(BodyEdits edits) throws IOException {
        BodyEdits.Members messages = edits.new Members();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            int start = start();
            BodyEdits inside = new BodyEdits();
            if (emptied(inside)) {
                messages.leaveOut(start, end());
            } else {
                messages.keep(start, end());
                edits.addAll(inside);
            }
        }
        if (messages.emptied()) {
            throw ApiException.invalid("messages",
                    "nothing is left of them without the thinking blocks that Anthropic has not signed");
        }
    }

    /** Whether nothing is left of the message at hand. */
    private boolean emptied(BodyEdits edits) throws IOException {
        boolean emptied = false;
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            JsonToken value = json.nextToken();
            if (!name.equals("content")) {
                json.skipChildren();
            } else if (value == JsonToken.START_ARRAY) {
                emptied = content(edits).emptied();
            }
        }
        return emptied;
    }

    private BodyEdits.Members content(BodyEdits edits) throws IOException {
        BodyEdits.Members blocks = edits.new Members();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            int start = start();
            if (isForeignThinking()) {
                blocks.leaveOut(start, end());
            } else {
                blocks.keep(start, end());
            }
        }
        return blocks;
    }

    /** Goes to the end of the block at hand. */
    private boolean isForeignThinking() throws IOException {
        String type = null;
        String signature = "";
        String data = "";
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            JsonToken value = json.nextToken();
            if (value == JsonToken.VALUE_STRING && name.equals("type") && type == null) {
                type = json.getText();
            } else if (value == JsonToken.VALUE_STRING && name.equals("signature")) {
                signature = json.getText();
            } else if (value == JsonToken.VALUE_STRING && name.equals("data")) {
                data = json.getText();
            } else {
                json.skipChildren();
            }
        }
        return "thinking".equals(type) && isForeign(new Thinking("", signature))
                || "redacted_thinking".equals(type) && new RedactedThinking(data).minted();
    }

    private int start() {
        return base + (int) json.currentTokenLocation().getByteOffset();
    }

    private int end() throws IOException {
        json.finishToken();
        return base + (int) json.currentLocation().getByteOffset();
    }
}
