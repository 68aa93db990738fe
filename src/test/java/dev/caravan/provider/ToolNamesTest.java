package dev.caravan.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ApiVersion;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.RequestDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.NumericChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ToolNamesTest {
    private static final String LONG = "mcp__server__" + "n".repeat(62);

    @Tag("case-10")
    @Test
    void aNameThatFitsIsUnchanged() {
        String name = "n".repeat(64);
        ToolNames names = ToolNames.of(withTools(name, "Bash", "mcp__a-b__C_9"));
        assertEquals(name, names.toProvider(name));
        assertEquals("mcp__a-b__C_9", names.toProvider("mcp__a-b__C_9"));
        assertEquals("Bash", names.fromProvider("Bash"));
    }

    @Tag("case-10")
    @Test
    void aNameThatDoesNotFitIsCutAndComesBack() {
        ToolNames names = ToolNames.of(withTools(LONG, LONG + "x"));
        String form = names.toProvider(LONG);
        assertEquals(64, form.length());
        assertTrue(form.startsWith("mcp__server__nnnn"), form);
        assertNotEquals(form, names.toProvider(LONG + "x"));
        assertEquals(LONG, names.fromProvider(form));
        assertEquals(LONG + "x", names.fromProvider(names.toProvider(LONG + "x")));
    }

    @Tag("case-10")
    @Test
    void charactersThatProvidersRefuseAreReplacedAndComeBack() {
        ToolNames names = ToolNames.of(withTools("a.b", "a:b", "größe"));
        assertTrue(names.toProvider("a.b").matches("a_b_[0-9a-f]{8}"), names.toProvider("a.b"));
        assertNotEquals(names.toProvider("a.b"), names.toProvider("a:b"));
        assertEquals("a:b", names.fromProvider(names.toProvider("a:b")));
        assertEquals("größe", names.fromProvider(names.toProvider("größe")));
    }

    @Tag("case-10")
    @Test
    void someProvidersWantALetterFirst() {
        ToolNames names = ToolNames.beginningWithALetter(withTools("2fa", "-x", "_y", "9" + LONG));
        assertTrue(names.toProvider("2fa").matches("_2fa_[0-9a-f]{8}"), names.toProvider("2fa"));
        assertTrue(names.toProvider("-x").matches("_-x_[0-9a-f]{8}"), names.toProvider("-x"));
        assertEquals("_y", names.toProvider("_y"));
        String form = names.toProvider("9" + LONG);
        assertTrue(form.length() == 64 && form.startsWith("_9mcp__"), form);
        assertEquals("9" + LONG, names.fromProvider(form));
        assertEquals("2fa", names.fromProvider(names.toProvider("2fa")));
        assertEquals("2fa", ToolNames.of(withTools("2fa")).toProvider("2fa"));
    }

    @Tag("case-10")
    @Test
    void theFormDependsOnTheNameAlone() {
        assertEquals(ToolNames.of(withTools(LONG)).toProvider(LONG), ToolNames.of(withTools("other")).toProvider(LONG));
    }

    @Tag("case-10")
    @Test
    void aToolThatOnlyTheHistoryKnowsComesBackToo() {
        ToolNames names = ToolNames
                .of(request("[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":"
                        + "[{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"" + LONG + "\",\"input\":{}}]}]", ""));
        assertEquals(LONG, names.fromProvider(names.toProvider(LONG)));
    }

    @Tag("case-10")
    @Test
    @DisplayName("case 10: a tool that is called like another one's short form")
    void twoToolsNeverHaveOneName() {
        String form = ToolNames.of(withTools("a.b")).toProvider("a.b");
        for (ToolNames names : List.of(ToolNames.of(withTools("a.b", form)), ToolNames.of(withTools(form, "a.b")))) {
            assertEquals(form, names.toProvider(form));
            assertEquals(form, names.fromProvider(form));
            assertNotEquals(form, names.toProvider("a.b"));
            assertEquals("a.b", names.fromProvider(names.toProvider("a.b")));
        }
    }

    @Tag("case-10")
    @Test
    void aNameThatTheModelMadeUpStaysAsItIs() {
        assertEquals("nowhere", ToolNames.of(withTools(LONG)).fromProvider("nowhere"));
    }

    @net.jqwik.api.Tag("case-10")
    @Property(tries = 200)
    void everyNameGetsAFormThatProvidersTakeAndComesBack(
            @ForAll @StringLength(min = 1, max = 128) @AlphaChars @NumericChars @Chars({'_', '-', '.', ':', ' ', 'é',
                    '漢'}) String name) {
        ToolNames names = ToolNames.of(withTools(name));
        assertTrue(names.toProvider(name).matches("[a-zA-Z0-9_-]{1,64}"), names.toProvider(name));
        assertEquals(name, names.fromProvider(names.toProvider(name)));
    }

    private static MessageRequest withTools(String... names) {
        StringBuilder tools = new StringBuilder(",\"tools\":[");
        for (int i = 0; i < names.length; i++) {
            tools.append(i == 0 ? "" : ",").append("{\"name\":\"").append(names[i]).append("\",\"input_schema\":{}}");
        }
        return request("[{\"role\":\"user\",\"content\":\"a\"}]", tools.append("]").toString());
    }

    private static MessageRequest request(String messages, String more) {
        String json = "{\"model\":\"m\",\"max_tokens\":1,\"messages\":" + messages + more + "}";
        return RequestDecoder.decode(json.getBytes(StandardCharsets.UTF_8), ApiVersion.V2023_06_01);
    }
}
