package dev.caravan.provider.bedrock;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.message.ContentBlock;
import dev.caravan.message.ContentBlock.ContentSource;
import dev.caravan.message.ContentBlock.Document;
import dev.caravan.message.ContentBlock.Other;
import dev.caravan.message.ContentBlock.SearchResult;
import dev.caravan.message.ContentBlock.TextSource;
import dev.caravan.message.MessageJson;
import dev.caravan.message.RawJson;
import dev.caravan.message.Text;
import dev.caravan.provider.BlockPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Blocks that are text as text, where nothing else can stand: their titles and sources above it. */
final class PlainText {
    private static final String PARAGRAPH = "\n\n";

    private PlainText() {}

    /**
     * The text of a block.
     *
     * @throws dev.caravan.message.ApiException 400 for a block that is not text, and for one with something in it that is not
     */
    static String of(ContentBlock block, BlockPath path) {
        return switch (block) {
            case ContentBlock.Text text -> text.text();
            case Document document -> document(document, path);
            case SearchResult result -> {
                StringBuilder text = new StringBuilder();
                line(text, "Search result: ", result.title());
                line(text, "Source: ", result.source());
                yield headed(text, of(result.content(), path, "content"));
            }
            case Other other when other.type().equals("tool_reference") ->
                "[tool_reference] " + toolName(other.json());
            default -> throw path.notCarried("", "a block of type \"" + Text.excerpt(block.type()) + "\" here");
        };
    }

    /** The texts of the blocks in an array, a blank line between them. */
    static String of(List<ContentBlock> blocks, BlockPath path, String array) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < blocks.size(); i++) {
            String next = of(blocks.get(i), path.in(array, i));
            text.append(text.isEmpty() || next.isEmpty() ? "" : PARAGRAPH).append(next);
        }
        return text.toString();
    }

    /** Title and context of a document, each on a line of its own; empty when it has neither. */
    static String head(Document document) {
        StringBuilder text = new StringBuilder();
        line(text, "Document: ", document.title());
        line(text, "Context: ", document.context());
        return text.toString();
    }

    private static String document(Document document, BlockPath path) {
        StringBuilder text = new StringBuilder(head(document));
        return switch (document.source()) {
            case TextSource source -> headed(text, source.text());
            case ContentSource source -> headed(text, of(source.content(), path, "source.content"));
            default -> throw path.notCarried(".source", "a document that is no text here");
        };
    }

    private static String headed(StringBuilder head, String text) {
        return head.isEmpty() ? text : text.isEmpty() ? head.toString() : head + PARAGRAPH + text;
    }

    private static void line(StringBuilder head, String label, String value) {
        if (value != null && !value.isEmpty()) {
            head.append(head.isEmpty() ? "" : "\n").append(label).append(value);
        }
    }

    /** A tool that was found by searching for it is offered with its schema anyway; only its name is said. */
    private static String toolName(RawJson reference) {
        try (JsonParser json = MessageJson.FACTORY.createParser(reference.source(), reference.offset(),
                reference.length())) {
            json.nextToken();
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                if (field.equals("tool_name") && value == JsonToken.VALUE_STRING) {
                    return json.getText();
                }
                json.skipChildren();
            }
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException("the request was found to be JSON before", e);
        }
    }
}
