package dev.caravan.provider.translation;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A conversation that Anthropic takes and strict providers refuse, and one that all take.
 *
 * @param label what is done, in the words of the table
 * @param given the messages as the client sends them
 * @param repaired messages that become what the given ones become
 */
record Repair(String label, String given, String repaired) {
    private static final String CALL = "{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"assistant\",\"content\":["
            + "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"look\",\"input\":{}},"
            + "{\"type\":\"tool_use\",\"id\":\"toolu_2\",\"name\":\"look\",\"input\":{}}]}";
    private static final String BOTH = result("toolu_1", "\"a\"") + "," + result("toolu_2", "\"b\"");

    /** All that are made. */
    static List<Repair> all() {
        return List.of(
                new Repair("Results that stand behind other blocks of the user's go before them.",
                        CALL + user(text("t") + "," + BOTH), CALL + user(BOTH + "," + text("t"))),
                new Repair("Results that stand in a later message go directly behind their calls.",
                        CALL + ",{\"role\":\"system\",\"content\":\"s\"}" + user(BOTH),
                        CALL + user(BOTH) + ",{\"role\":\"system\",\"content\":\"s\"}"),
                new Repair("Several results of one call become one, their contents in their order.",
                        CALL + user(BOTH + "," + result("toolu_1", "\"c\"")),
                        CALL + user(result("toolu_1", "[" + text("a") + "," + text("c") + "]") + ","
                                + result("toolu_2", "\"b\""))),
                new Repair("A call that nobody answered gets a failed result, `the call was not answered`.",
                        CALL + user(result("toolu_1", "\"a\"") + "," + text("t")),
                        CALL + user(result("toolu_1", "\"a\"") + ","
                                + result("toolu_2", "\"the call was not answered\",\"is_error\":true") + ","
                                + text("t"))),
                new Repair(
                        "A result whose call is not there becomes text of the user, `[result of tool call …]` before it.",
                        user(text("t") + "," + result("toolu_9", "\"a\"")).substring(1),
                        user(text("t") + "," + text("[result of tool call toolu_9]") + "," + text("a")).substring(1)),
                new Repair("So does a result whose call does not stand directly before it.",
                        CALL + user(BOTH) + ",{\"role\":\"assistant\",\"content\":\"x\"}"
                                + user(result("toolu_1", "\"a\"")),
                        CALL + user(BOTH) + ",{\"role\":\"assistant\",\"content\":\"x\"}"
                                + user(text("[result of tool call toolu_1]") + "," + text("a"))),
                new Repair("A result without content has empty content.",
                        CALL + user(BOTH.replace(",\"content\":\"a\"", "")),
                        CALL + user(BOTH.replace("\"a\"", "\"\""))),
                new Repair("Messages of the assistant one behind the other are one.",
                        "{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"assistant\",\"content\":\"x\"},"
                                + CALL.substring(CALL.indexOf("{\"role\":\"assistant\"")) + user(BOTH),
                        CALL.replace("\"content\":[", "\"content\":[" + text("x") + ",") + user(BOTH)));
    }

    /** What is done at a column's targets: the repair, or nothing. */
    String cell(String column) {
        Set<String> cells = Target.ALL.stream().filter(target -> target.column().equals(column)).map(this::cell)
                .collect(Collectors.toSet());
        if (cells.size() != 1) {
            throw new AssertionError(label + " at " + column + " is done by some only");
        }
        return cells.iterator().next();
    }

    private String cell(Target target) {
        String encoded = target.encoded(request(given));
        if (encoded.equals(target.encoded(request(repaired)))) {
            return "repaired";
        }
        if (target.speaksMessagesApi()) {
            return "as sent";
        }
        throw new AssertionError(label + " at " + target.column() + " " + target.variant() + ":\n" + encoded + "\n"
                + target.encoded(request(repaired)));
    }

    private static String request(String messages) {
        return "{\"model\":\"m\",\"max_tokens\":9,\"tools\":[{\"name\":\"look\",\"input_schema\":{\"type\":\"object\"}}],"
                + "\"messages\":[" + messages + "]}";
    }

    private static String user(String blocks) {
        return ",{\"role\":\"user\",\"content\":[" + blocks + "]}";
    }

    private static String text(String text) {
        return "{\"type\":\"text\",\"text\":\"" + text + "\"}";
    }

    private static String result(String id, String content) {
        return "{\"type\":\"tool_result\",\"tool_use_id\":\"" + id + "\",\"content\":" + content + "}";
    }
}
