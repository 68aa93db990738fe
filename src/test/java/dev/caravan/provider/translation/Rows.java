package dev.caravan.provider.translation;

import java.util.List;
import java.util.stream.Stream;

/** What a request of the Messages API can hold. Each is put into a request that holds nothing else of interest. */
final class Rows {
    private static final String MARK = "MarkerMarker";
    /** The mark as the base64 of its bytes, which some providers want of a text. */
    private static final String MARK_BASE64 = "TWFya2VyTWFya2Vy";
    private static final String HI = "{\"type\":\"text\",\"text\":\"hi\"}";
    private static final String TEXT = "{\"type\":\"text\",\"text\":\"MarkerMarker\"}";
    private static final String TOOL = "{\"name\":\"look\",\"input_schema\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}}}}";
    private static final String TOOLS = "\"tools\":[" + TOOL + "]";
    private static final String CALL = "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"look\",\"input\":{}}";
    private static final String CACHE = "\"cache_control\":{\"type\":\"ephemeral\"}";
    private static final String LONG = "n".repeat(90);

    private Rows() {}

    /** What messages and the system prompt hold. */
    static List<Row> conversation() {
        return Stream.of(userBlocks(), documents(), results(), assistantBlocks(), system()).flatMap(List::stream)
                .toList();
    }

    private static List<Row> userBlocks() {
        return List.of(user("text", TEXT).text(),
                user("empty text", "{\"type\":\"text\",\"text\":\"\"}").marks("\"text\":\"\""),
                inBlock("citations on the user's text", "{\"type\":\"text\",\"text\":\"a\"",
                        ",\"citations\":[{\"type\":\"char_location\",\"cited_text\":\"MarkerMarker\",\"document_index\":0,"
                                + "\"document_title\":null,\"start_char_index\":0,\"end_char_index\":1}]"),
                inBlock("`cache_control` on a block", "{\"type\":\"text\",\"text\":\"a\"", "," + CACHE)
                        .marks("cache_control"),
                user("image, base64: PNG, JPEG, WebP", image("image/png")),
                user("image, base64: GIF", image("image/gif")),
                user("image, URL",
                        "{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"https://example.com/MarkerMarker.png\"}}"),
                user("image, uploaded file",
                        "{\"type\":\"image\",\"source\":{\"type\":\"file\",\"file_id\":\"MarkerMarker\"}}"),
                user("`search_result`", searchResult("s", "MarkerMarker", "")),
                user("`search_result`, its title and source", searchResult("MarkerMarker", "a", ""))
                        .marks("MarkerMarker"),
                inBlock("`search_result`, its `citations`", searchResult("s", "a", "").replaceFirst("}$", ""),
                        ",\"citations\":{\"enabled\":true}").marks("\"citations\""),
                user("`container_upload`", "{\"type\":\"container_upload\",\"file_id\":\"MarkerMarker\"}"),
                user("a block that is newer than Caravan", "{\"type\":\"hologram\",\"data\":\"MarkerMarker\"}"));
    }

    private static List<Row> documents() {
        String plain = "{\"type\":\"document\",\"source\":{\"type\":\"text\",\"media_type\":\"text/plain\",\"data\":\"a\"}";
        return List.of(user("document, base64: PDF", pdf()),
                user("document, text",
                        "{\"type\":\"document\",\"source\":{\"type\":\"text\",\"media_type\":\"text/plain\",\"data\":\"MarkerMarker\"}}")
                        .marks(MARK, MARK_BASE64),
                user("document, content: text",
                        "{\"type\":\"document\",\"source\":{\"type\":\"content\",\"content\":[" + TEXT
                                + "]}}"),
                user("document, content: image",
                        "{\"type\":\"document\",\"source\":{\"type\":\"content\",\"content\":[" + image("image/png")
                                + "]}}"),
                user("document, URL",
                        "{\"type\":\"document\",\"source\":{\"type\":\"url\",\"url\":\"https://example.com/MarkerMarker.pdf\"}}"),
                user("document, uploaded file",
                        "{\"type\":\"document\",\"source\":{\"type\":\"file\",\"file_id\":\"MarkerMarker\"}}"),
                inBlock("document, its `title`", plain, ",\"title\":\"MarkerMarker\""),
                inBlock("PDF, its `title`", pdf().replaceFirst("}$", ""), ",\"title\":\"MyTitle\"").marks("MyTitle"),
                inBlock("document, its `context`", plain, ",\"context\":\"MarkerMarker\""),
                inBlock("document, its `citations`", plain, ",\"citations\":{\"enabled\":true}")
                        .marks("\"citations\""));
    }

    private static List<Row> results() {
        return List.of(result("`tool_result`: text", TEXT).text(),
                result("`tool_result`: image, base64", image("image/png")),
                result("`tool_result`: image, URL",
                        "{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"https://example.com/MarkerMarker.png\"}}"),
                result("`tool_result`: document, PDF", pdf()),
                result("`tool_result`: document, text",
                        "{\"type\":\"document\",\"source\":{\"type\":\"text\",\"media_type\":\"text/plain\",\"data\":\"MarkerMarker\"}}")
                        .marks(MARK, MARK_BASE64),
                result("`tool_result`: `search_result`", searchResult("s", "MarkerMarker", "")),
                result("`tool_result`: `tool_reference`",
                        "{\"type\":\"tool_reference\",\"tool_name\":\"MarkerMarker\"}"),
                result("`tool_result`: a block that is newer than Caravan",
                        "{\"type\":\"hologram\",\"data\":\"MarkerMarker\"}"),
                exchange("`tool_result`: `is_error`", "messages.2.content.0", "", ",\"is_error\":true")
                        .marks("\"is_error\":true", "\"status\":\"error\"", "\"error\":\"out\"", "[tool_error]"),
                exchange("`tool_result`: `cache_control`", "messages.2.content.0", "", "," + CACHE)
                        .marks("cache_control"));
    }

    private static List<Row> assistantBlocks() {
        return List.of(assistant("the assistant's text", TEXT).text(), messages(
                "the beginning of the answer (prefill)", "messages.1", "[{\"role\":\"user\",\"content\":\"hi\"},"
                        + "{\"role\":\"assistant\",\"content\":\"MarkerMarker\"}]",
                "[{\"role\":\"user\",\"content\":\"hi\"}]").text(),
                assistant("the assistant's document, text",
                        "{\"type\":\"document\",\"source\":{\"type\":\"text\",\"media_type\":\"text/plain\",\"data\":\"MarkerMarker\"}}")
                        .marks(MARK, MARK_BASE64),
                assistant("the assistant's document, PDF", pdf()),
                assistant("the assistant's `search_result`", searchResult("s", "MarkerMarker", "")),
                assistant("`thinking`, from this provider", thinking("SIGNATURE")),
                thoughtSignature("`thinking`, the signature of this provider's own"),
                assistant("`thinking`, from Anthropic", thinking("EqQBCkYIBxgC")),
                assistant("`thinking`, from another that Caravan serves", thinking("caravan:elsewhere:x")),
                assistant("`thinking`, unsigned", thinking("")),
                assistant("`redacted_thinking`", "{\"type\":\"redacted_thinking\",\"data\":\"MarkerMarker\"}"),
                exchange("`tool_use`, its id of 90 characters", "messages.1.content.0", LONG, "").marks(LONG),
                with("`tool_use`, its name of 90 characters", "messages.1.content.1", TOOLS,
                        conversation(CALL.replace("look", LONG)), TOOLS, conversation(CALL)).marks(LONG),
                assistant("`server_tool_use` and the results of tools at Anthropic",
                        "{\"type\":\"server_tool_use\",\"id\":\"srvtoolu_1\",\"name\":\"web_search\",\"input\":{\"query\":\"MarkerMarker\"}},"
                                + "{\"type\":\"web_search_tool_result\",\"tool_use_id\":\"srvtoolu_1\",\"content\":[]}"),
                assistant("`mcp_tool_use` and its result",
                        "{\"type\":\"mcp_tool_use\",\"id\":\"mcptoolu_1\",\"name\":\"x\",\"server_name\":\"s\",\"input\":{\"q\":\"MarkerMarker\"}},"
                                + "{\"type\":\"mcp_tool_result\",\"tool_use_id\":\"mcptoolu_1\",\"is_error\":false,\"content\":[]}"),
                assistant("`fallback`",
                        "{\"type\":\"fallback\",\"from\":{\"model\":\"MarkerMarker\"},\"to\":{\"model\":\"b\"}}"),
                assistant("`compaction`", "{\"type\":\"compaction\",\"content\":\"MarkerMarker\"}"),
                assistant("the assistant's block that is newer than Caravan",
                        "{\"type\":\"hologram\",\"data\":\"MarkerMarker\"}"));
    }

    private static List<Row> system() {
        String midst = "[{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"assistant\",\"content\":\"a\"},{\"role\":\"user\",\"content\":\"b\"}%s]";
        return List.of(field("`system`, a string", "system", "\"system\":\"MarkerMarker\"", MARK).text(),
                field("`system`, blocks", "system", "\"system\":[" + HI + "," + TEXT + "]", MARK).text(),
                field("`system`: Claude Code's billing line", "system",
                        "\"system\":[{\"type\":\"text\",\"text\":\"x-anthropic-billing-header: MarkerMarker\"}]", MARK)
                        .text(),
                messages("a message of the role `system` in the midst", "messages.3", midst.formatted(
                        ",{\"role\":\"system\",\"content\":\"MarkerMarker\"}"), midst.formatted("")).text(),
                messages("the same with a block that is newer than Caravan", "messages.3.content.0", midst.formatted(
                        ",{\"role\":\"system\",\"content\":[{\"type\":\"hologram\",\"data\":\"MarkerMarker\"}]}"),
                        midst.formatted("")));
    }

    /** Tools, and how to choose among them. */
    static List<Row> tools() {
        return List.of(
                with("a tool of the client's own", "tools.0", "\"tools\":[" + TOOL.replace("look", MARK) + "]", hi(),
                        "",
                        hi()).marks(MARK),
                tool("its `description`", ",\"description\":\"MarkerMarker\"").text(),
                tool("its `strict`", ",\"strict\":true").marks("\"strict\":true"),
                tool("its `cache_control`", "," + CACHE).marks("cache_control"),
                tool("its `input_examples`", ",\"input_examples\":[{\"a\":\"MarkerMarker\"}]"),
                tool("its `defer_loading`, `allowed_callers`, `eager_input_streaming`",
                        ",\"defer_loading\":true,\"allowed_callers\":[\"MarkerMarker\"],\"eager_input_streaming\":true"),
                with("its name of more than 64 characters", "tools.0", "\"tools\":[" + TOOL.replace("look", LONG) + "]",
                        hi(), TOOLS, hi())
                        .marks(LONG),
                moreTools("a tool that runs at Anthropic (`web_search_…`)",
                        "{\"type\":\"web_search_20250305\",\"name\":\"MarkerMarker\"}"),
                moreTools("a tool that Anthropic defines and the client runs (`bash_…`)",
                        "{\"type\":\"bash_20250124\",\"name\":\"MarkerMarker\"}"),
                choice("`tool_choice` `auto`", "{\"type\":\"auto\"}").marks("\"type\":\"auto\"",
                        "\"tool_choice\":\"auto\"",
                        "\"mode\":\"AUTO\"", "{\"auto\":{}}"),
                choice("`tool_choice` `any`", "{\"type\":\"any\"}").marks("\"type\":\"any\"",
                        "\"tool_choice\":\"required\"",
                        "\"mode\":\"ANY\"", "{\"any\":{}}"),
                choice("`tool_choice` `tool`", "{\"type\":\"tool\",\"name\":\"look\"}").marks(
                        "\"type\":\"tool\",\"name\":\"look\"",
                        "\"function\":{\"name\":\"look\"}}", "\"allowedFunctionNames\":[\"look\"]",
                        "{\"tool\":{\"name\":\"look\"}}"),
                choice("`tool_choice` `none`", "{\"type\":\"none\"}").marks("\"type\":\"none\"",
                        "\"tool_choice\":\"none\"",
                        "\"mode\":\"NONE\""),
                with("`tool_choice` `none`, with calls in the conversation", "tool_choice",
                        TOOLS + ",\"tool_choice\":{\"type\":\"none\"}", conversation(CALL), TOOLS, conversation(CALL))
                        .marks("\"type\":\"none\"", "\"tool_choice\":\"none\"", "\"mode\":\"NONE\""),
                with("`tool_choice` `tool` that names a tool at Anthropic", "tool_choice",
                        "\"tools\":[" + TOOL
                                + ",{\"type\":\"web_search_20250305\",\"name\":\"search\"}],\"tool_choice\":{\"type\":\"tool\",\"name\":\"search\"}",
                        hi(), "\"tools\":[" + TOOL + ",{\"type\":\"web_search_20250305\",\"name\":\"search\"}]", hi())
                        .marks("\"name\":\"search\"}"),
                choice("`tool_choice` `tool` that names a tool that is not declared",
                        "{\"type\":\"tool\",\"name\":\"MarkerMarker\"}"),
                with("`disable_parallel_tool_use`", "tool_choice",
                        TOOLS + ",\"tool_choice\":{\"type\":\"auto\",\"disable_parallel_tool_use\":true}", hi(),
                        TOOLS + ",\"tool_choice\":{\"type\":\"auto\"}", hi())
                        .marks("\"disable_parallel_tool_use\":true", "\"parallel_tool_calls\":false"),
                field("`mcp_servers`", "mcp_servers",
                        "\"mcp_servers\":[{\"type\":\"url\",\"name\":\"a\",\"url\":\"https://example.com/MarkerMarker\"}]",
                        MARK));
    }

    /** All else that a request says. */
    static List<Row> parameters() {
        return Stream.of(sampling(), thinkingParameters(), others()).flatMap(List::stream).toList();
    }

    private static List<Row> sampling() {
        return List.of(with("`max_tokens` 0", "max_tokens", "\"max_tokens\":0", hi(), "\"max_tokens\":9", hi())
                .marks("\"max_tokens\":0"),
                field("`temperature`", "temperature", "\"temperature\":0.25", "0.25"),
                field("`top_p`", "top_p", "\"top_p\":0.75", "0.75"),
                field("`top_k`", "top_k", "\"top_k\":37", ":37"), stop(4), stop(5), stop(16), stop(100), stop(101),
                field("`stream`", "stream", "\"stream\":true", "\"stream\":true", "streamGenerateContent", "-stream"),
                field("`output_config.format`, a schema", "output_config.format",
                        "\"output_config\":{\"format\":{\"type\":\"json_schema\",\"schema\":{\"type\":\"object\",\"properties\":{\"MarkerMarker\":{\"type\":\"string\"}},\"additionalProperties\":false}}}",
                        MARK));
    }

    private static List<Row> thinkingParameters() {
        return List.of(field("`thinking` `enabled` with a budget", "thinking",
                "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":5555}", "5555"),
                field("`thinking` `adaptive`", "thinking", "\"thinking\":{\"type\":\"adaptive\"}",
                        "\"type\":\"adaptive\""),
                field("`thinking` `disabled`", "thinking", "\"thinking\":{\"type\":\"disabled\"}",
                        "\"type\":\"disabled\""),
                effort("low"), effort("medium"), effort("high"), effort("xhigh"), effort("max"),
                field("an effort that nobody knows", "output_config.effort",
                        "\"output_config\":{\"effort\":\"MarkerMarker\"}",
                        MARK));
    }

    private static List<Row> others() {
        return List.of(
                field("`metadata.user_id`", "metadata.user_id", "\"metadata\":{\"user_id\":\"MarkerMarker\"}", MARK),
                field("`service_tier` `auto`", "service_tier", "\"service_tier\":\"auto\"",
                        "\"service_tier\":\"auto\""),
                field("`service_tier` `standard_only`", "service_tier", "\"service_tier\":\"standard_only\"",
                        "standard_only", "\"service_tier\":\"default\"", "\"service_tier\":\"on_demand\""),
                field("a `service_tier` that nobody knows", "service_tier", "\"service_tier\":\"MarkerMarker\"", MARK),
                field("`context_management`", "context_management",
                        "\"context_management\":{\"edits\":[{\"type\":\"MarkerMarker\"}]}", MARK),
                field("`container`", "container", "\"container\":\"MarkerMarker\"", MARK),
                field("`inference_geo`, `speed`", "speed", "\"inference_geo\":\"MarkerMarker\",\"speed\":\"fast\"",
                        MARK),
                field("a field that is newer than Caravan", "warp", "\"warp\":{\"factor\":\"MarkerMarker\"}", MARK));
    }

    // The requests

    private static String request(String fields, String messages) {
        String limit = fields.contains("max_tokens") ? "" : ",\"max_tokens\":9000";
        return "{\"model\":\"m\"" + limit + (fields.isEmpty() ? "" : "," + fields) + ",\"messages\":" + messages + "}";
    }

    private static Row with(String label, String path, String fields, String messages, String fieldsWithout,
            String messagesWithout) {
        return new Row(label, path, request(fields, messages), request(fieldsWithout, messagesWithout), List.of(MARK),
                false);
    }

    private static String hi() {
        return "[{\"role\":\"user\",\"content\":\"hi\"}]";
    }

    private static Row messages(String label, String path, String with, String without) {
        return with(label, path, "", with, "", without);
    }

    private static Row field(String label, String path, String field, String... marks) {
        return with(label, path, field, hi(), "", hi()).marks(marks);
    }

    private static Row effort(String effort) {
        return field("`effort` `" + effort + "`", "output_config.effort",
                "\"output_config\":{\"effort\":\"" + effort + "\"}",
                "\"" + effort + "\"");
    }

    private static Row stop(int count) {
        String sequences = "\"s1\"" + ",\"x\"".repeat(count - 2) + ",\"MarkerMarker\"";
        return field(count + " `stop_sequences`", "stop_sequences", "\"stop_sequences\":[" + sequences + "]", MARK);
    }

    private static Row tool(String label, String field) {
        return with(label, "tools.0", "\"tools\":[" + TOOL.replaceFirst("}$", "") + field + "}]", hi(), TOOLS, hi());
    }

    private static Row moreTools(String label, String tool) {
        return with(label, "tools.1", "\"tools\":[" + TOOL + "," + tool + "]", hi(), TOOLS, hi());
    }

    private static Row choice(String label, String choice) {
        return with(label, "tool_choice", TOOLS + ",\"tool_choice\":" + choice, hi(), TOOLS, hi());
    }

    private static Row user(String label, String block) {
        String messages = "[{\"role\":\"user\",\"content\":[" + HI + "%s]}]";
        return messages(label, "messages.0.content.1", messages.formatted("," + block), messages.formatted(""));
    }

    /** A block of the user's with a field and without it; the block lacks its last brace. */
    private static Row inBlock(String label, String block, String field) {
        String messages = "[{\"role\":\"user\",\"content\":[" + HI + "," + block + "%s}]}]";
        return messages(label, "messages.0.content.1", messages.formatted(field), messages.formatted(""));
    }

    private static Row assistant(String label, String block) {
        String messages = "[{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"assistant\",\"content\":[" + HI
                + "%s]},{\"role\":\"user\",\"content\":\"b\"}]";
        return messages(label, "messages.1.content.1", messages.formatted("," + block), messages.formatted(""));
    }

    private static Row thoughtSignature(String label) {
        String messages = "[{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"assistant\",\"content\":["
                + thinking("%s") + "]},{\"role\":\"user\",\"content\":\"b\"}]";
        return messages(label, "messages.1.content.1", messages.formatted("SIGNATURE"),
                messages.formatted("SIGNATURE").replace("SIGNATURE", "")).marks("\"MARKER\"");
    }

    /** A call and its result, the id perhaps longer, the result perhaps with a further field. */
    private static Row exchange(String label, String path, String id, String field) {
        String messages = conversation(CALL).replace("\"out\"}", "\"out\"%s}");
        String with = messages.formatted(field);
        return with(label, path, TOOLS, id.isEmpty() ? with : with.replace("toolu_1", id), TOOLS,
                messages.formatted(""));
    }

    private static String conversation(String call) {
        return "[{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"assistant\",\"content\":[" + call
                + "]},{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"toolu_1\",\"content\":\"out\"}]}]";
    }

    private static Row result(String label, String block) {
        String messages = conversation(CALL).replace("\"out\"}", "[" + HI + "%s]}");
        return with(label, "messages.2.content.0.content.1", TOOLS, messages.formatted("," + block), TOOLS,
                messages.formatted(""));
    }

    private static String image(String type) {
        return "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"" + type
                + "\",\"data\":\"MarkerMarker\"}}";
    }

    private static String pdf() {
        return "{\"type\":\"document\",\"source\":{\"type\":\"base64\",\"media_type\":\"application/pdf\",\"data\":\"MarkerMarker\"}}";
    }

    private static String searchResult(String source, String text, String more) {
        return "{\"type\":\"search_result\",\"source\":\"" + source
                + "\",\"title\":\"t\",\"content\":[{\"type\":\"text\",\"text\":\""
                + text + "\"}]" + more + "}";
    }

    private static String thinking(String signature) {
        return "{\"type\":\"thinking\",\"thinking\":\"MarkerMarker\",\"signature\":\"" + signature + "\"}";
    }
}
