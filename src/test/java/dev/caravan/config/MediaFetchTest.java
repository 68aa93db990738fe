package dev.caravan.config;

import static dev.caravan.config.MistakesTest.mistake;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.config.MediaFetch.Type;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("fetch-media of a provider")
class MediaFetchTest {
    private static final String OPENAI = "a: { dialect: openai, base-url: \"http://x/v1\"";

    private static Optional<MediaFetch> read(String provider) {
        return Configs.readProvider(provider, Map.of("CDN", "cdn.example")).mediaFetch();
    }

    @Test
    void nothingIsFetchedUnlessItIsAskedFor() {
        assertEquals(Optional.empty(), read(OPENAI + " }"));
        assertEquals(Optional.empty(), read("a: { dialect: exec, command: [x] }"));
        assertEquals(Optional.empty(), read("a: { dialect: anthropic, base-url: \"http://x\" }"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a: { dialect: gemini, fetch-media: {} }", "a: { dialect: ollama, fetch-media: {} }",
            "a: { dialect: bedrock, region: us-east-1, fetch-media: {} }", "a: { preset: vllm, fetch-media: {} }",
            "a: { dialect: openai, base-url: \"http://x/v1\", fetch-media: }",
            "a: { dialect: openai, base-url: \"http://x/v1\", fetch-media: {} }",
            "a: { dialect: exec, command: [x], fetch-media: {} }"})
    void whatIsNotSaidHasDefaults(String provider) {
        assertEquals(Optional.of(new MediaFetch(Set.of(Type.IMAGE, Type.DOCUMENT), 20 << 20, 20,
                Duration.ofSeconds(10), Set.of("https"), List.of(), List.of())), read(provider));
    }

    @Test
    void everyKey() {
        assertEquals(
                Optional.of(new MediaFetch(Set.of(Type.IMAGE), 24 << 20, 100, Duration.ofMillis(500),
                        Set.of("https", "http"),
                        List.of(new HostPattern("images.example", false, Optional.empty()),
                                new HostPattern("cdn.example", true, Optional.of(8443)),
                                new HostPattern("[::1]", false, Optional.of(80)),
                                new HostPattern("10.1.2.3", false, Optional.empty())),
                        List.of(AddressBlock.of("10.1.0.0/16"), AddressBlock.of("fd12:3456::/32"),
                                AddressBlock.of("127.0.0.1/32")))),
                read(OPENAI
                        + """
                            , fetch-media: { types: [image], max-size: 24MB, max-count: 100, timeout: 500ms, schemes: [http, https],
                              hosts: [Images.example, "*.${CDN}:8443", "[::1]:80", "10.1.2.3"],
                              allow-addresses: [10.1.0.0/16, "fd12:3456::/32", 127.0.0.1/32] } }"""));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void mistakes(String name, String section, List<String> mistakes) {
        String provider = "a:\n  dialect: exec\n  command: [x]\n  fetch-media: " + section;
        Configs.assertMistakes("providers:\n" + provider.indent(2), Map.of(), mistakes);
    }

    static Stream<Arguments> mistakes() {
        String at = "providers.a.fetch-media";
        String keys = "types, max-size, max-count, timeout, schemes, hosts, allow-addresses";
        String internal = "expected a block within one of 127.0.0.0/8, 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, "
                + "100.64.0.0/10, 0:0:0:0:0:0:0:1/128, fc00:0:0:0:0:0:0:0/7, found the text ";
        String host = "expected a host such as example.com, \"*.example.com\" for those below it, or "
                + "\"example.com:8443\", found the text ";
        return Stream.of(
                mistake("a boolean", "true",
                        "caravan.yaml:5:18: " + at + ": expected a mapping of " + keys + ", found the boolean true"),
                mistake("an unknown key", "{ host: [x] }", "caravan.yaml:5:20: " + at
                        + ".host: unknown key `host`; did you mean `hosts`? Valid: " + keys),
                mistake("an unknown type", "{ types: [images] }", "caravan.yaml:5:28: " + at
                        + ".types[0]: unknown type \"images\"; did you mean `image`? Valid: image, document"),
                mistake("no types", "{ types: [] }", "caravan.yaml:5:27: " + at
                        + ".types: expected a list of image, document, at least one, found a list"),
                mistake("too much", "{ max-size: 25MB }", "caravan.yaml:5:30: " + at
                        + ".max-size: expected a size from 1KB to 24MB, found the text \"25MB\""),
                mistake("too many", "{ max-count: 101 }", "caravan.yaml:5:31: " + at
                        + ".max-count: expected a whole number from 1 to 100, found the number 101"),
                mistake("a scheme", "{ schemes: [ftp] }", "caravan.yaml:5:30: " + at
                        + ".schemes[0]: unknown scheme \"ftp\". Valid: https, http"),
                mistake("no hosts", "{ hosts: [] }", "caravan.yaml:5:27: " + at
                        + ".hosts: expected a list of hosts, at least one; leave the key out to allow all, found a list"),
                mistake("a URL as a host", "{ hosts: [\"https://x\"] }",
                        "caravan.yaml:5:28: " + at + ".hosts[0]: " + host + "\"https://x\""),
                mistake("all hosts", "{ hosts: [\"*\"] }",
                        "caravan.yaml:5:28: " + at + ".hosts[0]: " + host + "\"*\""),
                mistake("a port", "{ hosts: [\"x:65536\"] }",
                        "caravan.yaml:5:28: " + at + ".hosts[0]: " + host + "\"x:65536\""),
                mistake("an address without a prefix", "{ allow-addresses: [10.0.0.1] }",
                        "caravan.yaml:5:38: " + at + ".allow-addresses[0]: expected a block of addresses such as "
                                + "10.1.0.0/16, written with its first address, found the text \"10.0.0.1\""),
                mistake("bits behind the prefix", "{ allow-addresses: [10.0.0.1/8] }",
                        "caravan.yaml:5:38: " + at + ".allow-addresses[0]: expected a block of addresses such as "
                                + "10.1.0.0/16, written with its first address, found the text \"10.0.0.1/8\""),
                mistake("everything", "{ allow-addresses: [0.0.0.0/0] }",
                        "caravan.yaml:5:38: " + at + ".allow-addresses[0]: " + internal + "\"0.0.0.0/0\""),
                mistake("the metadata of a cloud", "{ allow-addresses: [169.254.169.254/32] }",
                        "caravan.yaml:5:38: " + at + ".allow-addresses[0]: " + internal + "\"169.254.169.254/32\""),
                mistake("public addresses", "{ allow-addresses: [8.8.8.0/24] }",
                        "caravan.yaml:5:38: " + at + ".allow-addresses[0]: " + internal + "\"8.8.8.0/24\""));
    }

    /** What passes through has nothing replaced. */
    @Test
    void anthropicHasNoUseForIt() {
        String message = Configs.fail(
                "providers: { a: { dialect: anthropic, base-url: \"http://x\", fetch-media: {} } }", Map.of())
                .getMessage();
        assertEquals("caravan.yaml:1:61: providers.a.fetch-media: unknown key `fetch-media`",
                message.substring(0, message.indexOf(". Valid")));
    }
}
