package dev.caravan.message;

import java.util.List;

/**
 * A content block of a request. Fields that only Anthropic understands (cache_control, citations of earlier answers) are not
 * kept here: towards Anthropic the request's own bytes are sent.
 *
 * @see <a href="https://platform.claude.com/docs/en/api/messages">Anthropic: Messages, content blocks</a>
 */
public sealed interface ContentBlock {
    /**
     * Text.
     *
     * @param cited whether it carries citations, as the text of an earlier answer may
     */
    record Text(String text, boolean cited) implements ContentBlock {
        /** Text without citations. */
        public Text(String text) {
            this(text, false);
        }
    }

    /** An image. */
    record Image(Source source) implements ContentBlock {}

    /**
     * A document.
     *
     * @param title its title, or null
     * @param context what the client says about it, or null
     */
    record Document(Source source, String title, String context) implements ContentBlock {}

    /** A search result that the client found. */
    record SearchResult(String source, String title, List<ContentBlock> content) implements ContentBlock {
        public SearchResult {
            content = List.copyOf(content);
        }
    }

    /** Earlier reasoning with the signature that its provider gave it, empty if none. */
    record Thinking(String thinking, String signature) implements ContentBlock {
        /** How the signatures begin that Caravan gives to the reasoning of providers that sign none. */
        public static final String MINTED_SIGNATURE = "caravan:";

        /** Whether the signature is Caravan's own, which no provider would recognise. */
        public boolean minted() {
            return signature.startsWith(MINTED_SIGNATURE);
        }
    }

    /** Earlier reasoning that only its provider can read. */
    record RedactedThinking(String data) implements ContentBlock {
        /** Whether Caravan marked it as that of a provider other than Anthropic. */
        public boolean minted() {
            return data.startsWith(Thinking.MINTED_SIGNATURE);
        }
    }

    /** An earlier call of a tool. */
    record ToolUse(String id, String name, RawJson input) implements ContentBlock {}

    /** What a tool returned; the content may be empty. */
    record ToolResult(String toolUseId, List<ContentBlock> content, boolean isError) implements ContentBlock {
        public ToolResult {
            content = List.copyOf(content);
        }
    }

    /** A block that only Anthropic has: server tools, their results, and what is newer than this program. */
    record Other(String type, RawJson json) implements ContentBlock {}

    /** The block's {@code type} on the wire. */
    default String type() {
        return switch (this) {
            case Text text -> "text";
            case Image image -> "image";
            case Document document -> "document";
            case SearchResult result -> "search_result";
            case Thinking thinking -> "thinking";
            case RedactedThinking redacted -> "redacted_thinking";
            case ToolUse use -> "tool_use";
            case ToolResult result -> "tool_result";
            case Other other -> other.type;
        };
    }

    /** Where an image's or document's bytes are. */
    sealed interface Source {}

    /** Bytes in the request, base64 as sent. */
    record Base64Source(String mediaType, String data) implements Source {}

    /** An address to fetch. */
    record UrlSource(String url) implements Source {}

    /** A file uploaded to Anthropic. */
    record FileSource(String fileId) implements Source {}

    /** A document's plain text. */
    record TextSource(String text) implements Source {}

    /** A document made of blocks. */
    record ContentSource(List<ContentBlock> content) implements Source {
        public ContentSource {
            content = List.copyOf(content);
        }
    }
}
