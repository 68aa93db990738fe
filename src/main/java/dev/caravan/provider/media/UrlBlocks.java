package dev.caravan.provider.media;

import dev.caravan.message.ContentBlock;
import dev.caravan.message.ContentBlock.ContentSource;
import dev.caravan.message.ContentBlock.Document;
import dev.caravan.message.ContentBlock.Image;
import dev.caravan.message.ContentBlock.Source;
import dev.caravan.message.ContentBlock.ToolResult;
import dev.caravan.message.ContentBlock.UrlSource;
import dev.caravan.message.MessageRequest;
import java.util.List;

/** Tells the few requests that have a URL to fetch from the many that have none and need not be read again. */
final class UrlBlocks {
    private UrlBlocks() {}

    static boolean isIn(MessageRequest request) {
        return request.messages().stream().anyMatch(message -> isIn(message.content()));
    }

    private static boolean isIn(List<ContentBlock> blocks) {
        for (ContentBlock block : blocks) {
            boolean found = switch (block) {
                case Image image -> isIn(image.source());
                case Document document -> isIn(document.source());
                case ToolResult result -> isIn(result.content());
                default -> false;
            };
            if (found) {
                return true;
            }
        }
        return false;
    }

    private static boolean isIn(Source source) {
        return source instanceof UrlSource || source instanceof ContentSource content && isIn(content.content());
    }
}
