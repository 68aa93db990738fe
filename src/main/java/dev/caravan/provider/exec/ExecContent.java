package dev.caravan.provider.exec;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.caravan.message.ContentBlock;
import dev.caravan.message.ContentBlock.Base64Source;
import dev.caravan.message.ContentBlock.ContentSource;
import dev.caravan.message.ContentBlock.Document;
import dev.caravan.message.ContentBlock.FileSource;
import dev.caravan.message.ContentBlock.Image;
import dev.caravan.message.ContentBlock.Other;
import dev.caravan.message.ContentBlock.RedactedThinking;
import dev.caravan.message.ContentBlock.SearchResult;
import dev.caravan.message.ContentBlock.Source;
import dev.caravan.message.ContentBlock.TextSource;
import dev.caravan.message.ContentBlock.Thinking;
import dev.caravan.message.ContentBlock.ToolResult;
import dev.caravan.message.ContentBlock.ToolUse;
import dev.caravan.message.ContentBlock.UrlSource;
import java.io.IOException;
import java.util.List;

/** Writes content blocks as the Messages API has them. Part of {@link ExecRequestEncoder}. */
final class ExecContent {
    private ExecContent() {}

    /** Writes an array of blocks. */
    static void write(List<ContentBlock> blocks, JsonGenerator out) throws IOException {
        out.writeStartArray();
        for (ContentBlock block : blocks) {
            if (block instanceof Other other) {
                out.writeRawValue(other.json().compact());
            } else {
                out.writeStartObject();
                out.writeStringField("type", block.type());
                fields(block, out);
                out.writeEndObject();
            }
        }
        out.writeEndArray();
    }

    private static void fields(ContentBlock block, JsonGenerator out) throws IOException {
        switch (block) {
            case ContentBlock.Text text -> out.writeStringField("text", text.text());
            case Image image -> source(image.source(), out);
            case Document document -> {
                source(document.source(), out);
                optional("title", document.title(), out);
                optional("context", document.context(), out);
            }
            case SearchResult result -> {
                out.writeStringField("source", result.source());
                out.writeStringField("title", result.title());
                content(result.content(), out);
            }
            case Thinking thinking -> {
                out.writeStringField("thinking", thinking.thinking());
                out.writeStringField("signature", ownSignature(thinking));
            }
            case RedactedThinking redacted -> out.writeStringField("data", redacted.data());
            case ToolUse use -> {
                out.writeStringField("id", use.id());
                out.writeStringField("name", use.name());
                out.writeFieldName("input");
                out.writeRawValue(use.input().compact());
            }
            case ToolResult result -> {
                out.writeStringField("tool_use_id", result.toolUseId());
                content(result.content(), out);
                if (result.isError()) {
                    out.writeBooleanField("is_error", true);
                }
            }
            case Other other -> throw new IllegalStateException("written as it is");
        }
    }

    /** What {@link ExecResponseDecoder} has put before a process's signature goes: the process gets its own back. */
    private static String ownSignature(Thinking thinking) {
        String signature = thinking.signature();
        return thinking.minted() ? signature.substring(Thinking.MINTED_SIGNATURE.length()) : signature;
    }

    private static void content(List<ContentBlock> content, JsonGenerator out) throws IOException {
        out.writeFieldName("content");
        write(content, out);
    }

    private static void optional(String field, String value, JsonGenerator out) throws IOException {
        if (value != null) {
            out.writeStringField(field, value);
        }
    }

    private static void source(Source source, JsonGenerator out) throws IOException {
        out.writeObjectFieldStart("source");
        switch (source) {
            case Base64Source base64 -> {
                out.writeStringField("type", "base64");
                out.writeStringField("media_type", base64.mediaType());
                out.writeStringField("data", base64.data());
            }
            case UrlSource url -> {
                out.writeStringField("type", "url");
                out.writeStringField("url", url.url());
            }
            case FileSource file -> {
                out.writeStringField("type", "file");
                out.writeStringField("file_id", file.fileId());
            }
            case TextSource text -> {
                out.writeStringField("type", "text");
                out.writeStringField("media_type", "text/plain");
                out.writeStringField("data", text.text());
            }
            case ContentSource blocks -> {
                out.writeStringField("type", "content");
                content(blocks.content(), out);
            }
        }
        out.writeEndObject();
    }
}
