package dev.caravan.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A call of one of the client's tools. The model cannot decide on one; so that clients can try their tool loop offline, the
 * engine calls a tool when the prompt asks for it by name.
 *
 * @param name the tool's name
 * @param input the plainest input that its schema allows
 */
record ToolCall(String name, Map<String, Object> input) {

    /**
     * Finds the tool to be called: the one that {@code tool_choice} names; or else the one that {@code prompt} mentions first,
     * as {@code `NAME`} in backticks or in {@code use the tool NAME} or {@code use the NAME tool}; or else, when
     * {@code tool_choice} is {@code any}, the first. After tool results none is called unless {@code tool_choice} demands it.
     * Tools that have no {@code input_schema} are not known well enough to be called.
     *
     * @param tools the request's tools
     * @param choice the request's {@code tool_choice}, or null
     * @param answered whether the last message holds tool results
     * @return the call, or null if the answer is to be text
     */
    static ToolCall wanted(List<?> tools, Object choice, String prompt, boolean answered) {
        List<Map<?, ?>> callable = new ArrayList<>();
        for (Object item : tools) {
            if (item instanceof Map<?, ?> tool && tool.get("name") instanceof String
                    && tool.get("input_schema") instanceof Map<?, ?>) {
                callable.add(tool);
            }
        }
        Map<?, ?> demand = choice instanceof Map<?, ?> given ? given : Map.of();
        switch (demand.get("type") instanceof String kind ? kind : "auto") {
            case "none" :
                return null;
            case "tool" :
                return call(named(callable, demand.get("name")));
            case "any" :
                Map<?, ?> mentioned = firstMentioned(callable, prompt);
                return call(mentioned != null || callable.isEmpty() ? mentioned : callable.get(0));
            default :
                return answered ? null : call(firstMentioned(callable, prompt));
        }
    }

    private static ToolCall call(Map<?, ?> tool) {
        return tool == null
                ? null
                : new ToolCall((String) tool.get("name"), PlainInput.of((Map<?, ?>) tool.get("input_schema")));
    }

    private static Map<?, ?> named(List<Map<?, ?>> tools, Object name) {
        for (Map<?, ?> tool : tools) {
            if (tool.get("name").equals(name)) {
                return tool;
            }
        }
        return null;
    }

    private static Map<?, ?> firstMentioned(List<Map<?, ?>> tools, String prompt) {
        Map<?, ?> first = null;
        int earliest = Integer.MAX_VALUE;
        String text = tools.isEmpty() ? "" : prompt.toLowerCase(Locale.ROOT);
        for (Map<?, ?> tool : tools) {
            String name = ((String) tool.get("name")).toLowerCase(Locale.ROOT);
            for (String phrase : new String[]{"`".concat(name).concat("`"), "use the tool ".concat(name),
                    "use the ".concat(name).concat(" tool")}) {
                int at = mention(text, phrase);
                if (at >= 0 && at < earliest) {
                    first = tool;
                    earliest = at;
                }
            }
        }
        return first;
    }

    private static int mention(String text, String phrase) {
        int at = text.indexOf(phrase);
        // "use the tool read_file" does not ask for a tool "read"
        while (at >= 0 && isNameCharacter(text, at + phrase.length())) {
            at = text.indexOf(phrase, at + 1);
        }
        return at;
    }

    private static boolean isNameCharacter(String text, int at) {
        if (at == text.length()) {
            return false;
        }
        char c = text.charAt(at);
        return Character.isLetterOrDigit(c) || c == '_' || c == '-';
    }
}
