package dev.caravan.provider.translation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A conversation of ten turns as each provider gets it: every request begins with all bytes of the one before it, or no cache of
 * prompts would ever serve it, although the client's billing line and its cache breakpoints change from turn to turn.
 */
class PromptPrefixTest {
    private static final int TURNS = 10;
    private static final Set<String> NO_IMAGES = Set.of("deepseek", "mlx-lm-server");
    private static final String BREAKPOINT = ",\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"}";
    /** Where the client's newest breakpoint stands. */
    private static final String NEWEST = "\"@newest\":0";
    private static final String LONG_NAME = "mcp__a_server_with_a_rather_long_name__and_a_tool_with_a_name_that_goes_on";

    static List<Target> targets() {
        return Target.ALL;
    }

    static Stream<Target> translated() {
        return Target.ALL.stream().filter(target -> !target.column().equals("anthropic"))
                .filter(target -> !target.column().equals("bedrock, Invoke"));
    }

    static Stream<Target> passedThrough() {
        return Stream.of("anthropic", "bedrock, Invoke").map(
                column -> Target.ALL.stream().filter(target -> target.column().equals(column)).findFirst()
                        .orElseThrow());
    }

    @Tag("case-11")
    @ParameterizedTest(name = "case 11, {0}: what was sent stays as it was, without billing line and breakpoints")
    @MethodSource("translated")
    void billingLineAndBreakpointsThatMove(Target target) {
        List<String> sent = new ArrayList<>();
        for (int turn = 0; turn < TURNS; turn++) {
            String billing = "{\"type\":\"text\",\"text\":\"x-anthropic-billing-header: cc_version=2.1; cch=" + turn
                    + ";\"}";
            String encoded = target.encoded(request("[" + billing + "," + system() + "]", conversation(target, turn)));
            assertFalse(encoded.contains("cache_control") || encoded.contains("cachePoint"), encoded);
            assertFalse(encoded.contains("billing") || encoded.contains("cch="), encoded);
            sent.add(encoded);
        }
        assertEachBeginsWithTheOneBefore(sent);
        String asString = "\"x-anthropic-billing-header: cc_version=2.1; cch=7;\\nYou are\"";
        assertEquals(target.encoded(request("\"You are\"", conversation(target, 0))),
                target.encoded(request(asString, conversation(target, 0))));
    }

    @Tag("case-11")
    @ParameterizedTest(name = "case 11, {0}: the client''s own bytes, billing line and breakpoints included")
    @MethodSource("passedThrough")
    void theClientsOwnBytes(Target target) {
        List<String> sent = new ArrayList<>();
        String billing = "{\"type\":\"text\",\"text\":\"x-anthropic-billing-header: cc_version=2.1; cch=36ee5;\"}";
        for (int turn = 0; turn < TURNS; turn++) {
            String messages = conversation(target, turn).replace(BREAKPOINT, "");
            String encoded = target.encoded(request("[" + billing + "," + system() + "]", messages));
            assertTrue(encoded.contains("\"system\":[" + billing + "," + system() + "]"), encoded);
            assertTrue(encoded.contains(tools()), encoded);
            assertTrue(encoded.endsWith(",\"messages\":" + messages + "}"), encoded);
            sent.add(encoded);
        }
        assertEachBeginsWithTheOneBefore(sent);
    }

    @Tag("case-11")
    @ParameterizedTest(name = "case 11, {0}: the same request gives the same bytes")
    @MethodSource("targets")
    void theSameRequestGivesTheSameBytes(Target target) {
        String request = request("\"You are\"", conversation(target, TURNS - 1));
        assertEquals(target.encoded(request), target.encoded(request));
    }

    private static void assertEachBeginsWithTheOneBefore(List<String> sent) {
        for (int turn = 1; turn < sent.size(); turn++) {
            String before = sent.get(turn - 1);
            String start = before.substring(0, before.lastIndexOf("]}"));
            String now = sent.get(turn);
            assertTrue(now.startsWith(start), () -> start + "\nis not the beginning of\n" + now);
        }
    }

    private static String request(String system, String messages) {
        return "{\"model\":\"m\",\"max_tokens\":9000,\"system\":" + system + "," + tools() + ",\"messages\":" + messages
                + "}";
    }

    private static String system() {
        return "{\"type\":\"text\",\"text\":\"You are\"" + BREAKPOINT + "}";
    }

    private static String tools() {
        return "\"tools\":[{\"name\":\"" + LONG_NAME
                + "\",\"input_schema\":{\"type\":\"object\",\"properties\":{\"z\":{\"type\":\"string\"},\"y\":{\"type\":\"number\"}}}},"
                + "{\"name\":\"b\",\"description\":\"d\",\"input_schema\":{\"type\":\"object\"}" + BREAKPOINT + "}]";
    }

    /** The conversation up to a turn of the user's; the newest breakpoint is in that turn. */
    private static String conversation(Target target, int turns) {
        StringBuilder messages = new StringBuilder("{\"role\":\"user\",\"content\":[").append(text("turn 0"))
                .append("]}");
        for (int turn = 1; turn <= turns; turn++) {
            messages.append(',').append(exchange(target, turn));
        }
        String all = messages.toString();
        int newest = all.lastIndexOf("," + NEWEST);
        return "[" + all.substring(0, newest).replace("," + NEWEST, "") + BREAKPOINT
                + all.substring(newest + NEWEST.length() + 1) + "]";
    }

    /** What the assistant says, and what the user answers: each kind of turn that makes a difference somewhere. */
    private static String exchange(Target target, int turn) {
        String own = "{\"type\":\"thinking\",\"thinking\":\"t" + turn + "\",\"signature\":\""
                + target.ownSignature().replace("MARKER", "c2ln") + "\"}";
        String first = "functions.Bash:" + turn;
        String second = "toolu_" + "0".repeat(84) + turn;
        return switch (turn % 5) {
            case 1 -> said(own, text("I look"), call(first, LONG_NAME), call(second, "b")) + ","
                    + answered(text("also"), result(second, "\"2\""), result(first, "[" + text("1")
                            + (NO_IMAGES.contains(target.variant()) ? "" : "," + image()) + "]"));
            case 2 -> said("{\"type\":\"thinking\",\"thinking\":\"from elsewhere\",\"signature\":\"EqQBCkYI\"}",
                    text("Well "), text("so.")) + "," + answered(text("go on"))
                    + ",{\"role\":\"system\",\"content\":\"news\"}";
            case 3 -> said(own, call(first, "b")) + ","
                    + answered(result(first, "\"no\",\"is_error\":true"),
                            "{\"type\":\"document\",\"title\":\"d\",\"source\":"
                                    + "{\"type\":\"text\",\"media_type\":\"text/plain\",\"data\":\"x\"}}",
                            text("and?"));
            case 4 -> said("{\"type\":\"server_tool_use\",\"id\":\"srvtoolu_1\",\"name\":\"web_search\",\"input\":{}}",
                    "{\"type\":\"web_search_tool_result\",\"tool_use_id\":\"srvtoolu_1\",\"content\":[]}",
                    text("found"))
                    + "," + answered(text("turn " + turn));
            // nobody answers the call, and somebody answers one that was never made
            default -> said(call(second, "b")) + "," + answered(result("toolu_nobody", "\"lost\""), text("stop"));
        };
    }

    private static String said(String... blocks) {
        return "{\"role\":\"assistant\",\"content\":[" + String.join(",", blocks).replace("," + NEWEST, "") + "]}";
    }

    private static String answered(String... blocks) {
        return "{\"role\":\"user\",\"content\":[" + String.join(",", blocks) + "]}";
    }

    private static String text(String text) {
        return "{\"type\":\"text\",\"text\":\"" + text + "\"," + NEWEST + "}";
    }

    private static String call(String id, String name) {
        return "{\"type\":\"tool_use\",\"id\":\"" + id + "\",\"name\":\"" + name + "\",\"input\":{ \"n\": 1.50 }}";
    }

    private static String result(String id, String content) {
        return "{\"type\":\"tool_result\",\"tool_use_id\":\"" + id + "\",\"content\":" + content + "," + NEWEST + "}";
    }

    private static String image() {
        return "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"iVBORw==\"}}";
    }
}
