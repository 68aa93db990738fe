package dev.caravan.provider.media;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.config.MediaFetch.Type;
import dev.caravan.message.ApiVersion;
import dev.caravan.message.RequestDecoder;
import dev.caravan.provider.media.UrlSources.UrlSource;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("URLs in a request are found in its bytes, and all other bytes stay")
class UrlSourcesTest {
    private static final Set<Type> BOTH = EnumSet.allOf(Type.class);

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String request(String blocks) {
        return "{\"model\":\"m\", \"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"é\"}, "
                + "{\"role\":\"user\",\"content\":[" + blocks + "]}]}";
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', value = {
            "{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"https://a/é\"}}|messages.1.content.0.source.url",
            "{\"source\":{\"url\":\"https://a/é\",\"x\":{\"type\":\"y\"},\"type\":\"url\"},\"z\":[1],\"type\":\"image\"}|messages.1.content.0.source.url",
            "{\"type\":\"text\",\"text\":\"é\\\"}\"},{\"type\":\"document\",\"title\":\"t\",\"source\": {\"type\":\"url\",\"url\":\"https://a/é\" } }|messages.1.content.1.source.url",
            "{\"type\":\"tool_result\",\"tool_use_id\":\"t\",\"content\":[{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"https://a/é\"}}]}|messages.1.content.0.content.0.source.url",
            "{\"type\":\"document\",\"source\":{\"content\":[{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"https://a/é\"}}],\"type\":\"content\"}}|messages.1.content.0.source.content.0.source.url"})
    void found(String blocks, String path) {
        byte[] body = utf8(request(blocks));
        assertEquals(true, UrlBlocks.isIn(RequestDecoder.decode(body, ApiVersion.V2023_06_01)));
        List<UrlSource> sources = UrlSources.in(body, BOTH);
        assertEquals(List.of(path), sources.stream().map(UrlSource::path).toList());
        assertEquals("https://a/é", sources.getFirst().url());
        String source = request(blocks).replaceFirst("(?s).*(\\{[^{}]*\"https://a/é\"[^{}]*(\\{[^{}]*}[^{}]*)?}).*",
                "$1");
        byte[] replaced = UrlSources.replaced(body, sources, List.of(utf8("{\"type\":\"base64\"}")));
        assertEquals(request(blocks).replace(source, "{\"type\":\"base64\"}"),
                new String(replaced, StandardCharsets.UTF_8));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {
            "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"\"}}",
            "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"\",\"url\":\"https://a/\"}}",
            "{\"type\":\"text\",\"text\":\"x\",\"source\":{\"type\":\"url\",\"url\":\"https://a/\"}}",
            "{\"type\":\"web_fetch_tool_result\",\"content\":[{\"type\":\"document\",\"source\":{\"type\":\"url\",\"url\":\"https://a/\"}}]}",
            "{\"type\":\"search_result\",\"source\":\"https://a/\",\"title\":\"t\",\"content\":[]}"})
    void nothingToFetch(String blocks) {
        byte[] body = utf8(request(blocks));
        assertEquals(false, UrlBlocks.isIn(RequestDecoder.decode(body, ApiVersion.V2023_06_01)));
        assertEquals(List.of(), UrlSources.in(body, BOTH));
    }

    private static final String ONE_OF_EACH = "{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"https://a/1\"}},"
            + "{\"type\":\"document\",\"source\":{\"type\":\"url\",\"url\":\"https://a/2\"}}";

    @Test
    void onlyTheBlocksThatAreAskedFor() {
        List<UrlSource> sources = UrlSources.in(utf8(request(ONE_OF_EACH)), EnumSet.of(Type.DOCUMENT));
        assertEquals(List.of("https://a/2"), sources.stream().map(UrlSource::url).toList());
    }

    @Test
    void severalAreReplacedEachByItsOwnBehindAByteOrderMark() {
        byte[] body = utf8("\uFEFF" + request(ONE_OF_EACH));
        byte[] replaced = UrlSources.replaced(body, UrlSources.in(body, BOTH), List.of(utf8("1"), utf8("22")));
        assertEquals("\uFEFF" + request("{\"type\":\"image\",\"source\":1},{\"type\":\"document\",\"source\":22}"),
                new String(replaced, StandardCharsets.UTF_8));
    }

    /** Of a key that stands twice the last counts, as for the decoder. */
    @Test
    void theLastOfTwoSources() {
        byte[] body = utf8(request("{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"https://a/1\"},"
                + "\"source\":{\"type\":\"url\",\"url\":\"https://a/2\"}}"));
        assertEquals(List.of("https://a/2"), UrlSources.in(body, BOTH).stream().map(UrlSource::url).toList());
    }
}
