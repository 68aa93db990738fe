package dev.caravan.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("case-10")
class IdsTest {
    @ParameterizedTest
    @ValueSource(strings = {"call_A", "toolu_01ABC", "a", "A-9_z"})
    void aConformingIdIsUnchanged(String id) {
        assertEquals(id, Ids.conformingToolUse(id));
    }

    @ParameterizedTest
    @ValueSource(strings = {"functions.Bash:0", "Edit:0", "", " ", "call-1\nfc_2",
            "call-01a234b56c789d01e234f56a789b01c2\nfc_0123456789abcdef0123456789abcdef0123456789abcdef012", "é",
            "\uD83C\uDF89", "a b"})
    void otherIdsAreMappedTheSameEveryTime(String id) {
        String mapped = Ids.conformingToolUse(id);
        assertTrue(mapped.matches("[a-zA-Z0-9_-]+"), mapped);
        assertEquals(mapped, Ids.conformingToolUse(id));
        assertEquals(mapped, Ids.conformingToolUse(mapped));
    }

    @Test
    void similarIdsStayApart() {
        assertNotEquals(Ids.conformingToolUse("a.b"), Ids.conformingToolUse("a:b"));
        assertNotEquals(Ids.conformingToolUse("a.b"), Ids.conformingToolUse("a_b"));
    }

    @Test
    void newIds() {
        Set<String> seen = new HashSet<>();
        Stream.<Supplier<String>>of(Ids::request, Ids::message, Ids::toolUse).forEach(ids -> {
            for (int i = 0; i < 1_000; i++) {
                String id = ids.get();
                assertTrue(id.matches("(req|msg|toolu)_[a-zA-Z0-9]{24}"), id);
                assertTrue(seen.add(id));
            }
        });
    }
}
