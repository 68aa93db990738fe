package dev.caravan.provider.translation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The tables of docs/translation.md say what the code does; when they do not, the failure shows the right one. */
@DisplayName("docs/translation.md")
class TranslationTableTest {
    private static final List<Row> ALL_ROWS = Stream.of(Rows.conversation(), Rows.tools(), Rows.parameters())
            .flatMap(List::stream).toList();

    @Tag("case-4")
    @Tag("case-9")
    @Tag("case-10")
    @Tag("case-11")
    @Tag("case-12")
    @Tag("case-17")
    @Test
    @DisplayName("what a conversation holds, at each dialect")
    void conversation() {
        checkMain("conversation", Rows.conversation());
    }

    @Tag("case-11")
    @Tag("case-18")
    @Tag("case-19")
    @Test
    @DisplayName("tools and the choice among them, at each dialect")
    void tools() {
        checkMain("tools", Rows.tools());
    }

    @Tag("case-13")
    @Test
    @DisplayName("parameters, at each dialect")
    void parameters() {
        checkMain("parameters", Rows.parameters());
    }

    @Tag("case-4")
    @Tag("case-13")
    @Tag("case-17")
    @Tag("case-18")
    @Test
    @DisplayName("what the presets of openai differ in")
    void presets() {
        check("presets", TranslationTables.differences("openai", ALL_ROWS));
    }

    @Test
    @DisplayName("what Converse's models differ in")
    void converse() {
        check("converse", TranslationTables.differences("bedrock, Converse", ALL_ROWS));
    }

    @Test
    @DisplayName("what Gemini's models differ in")
    void gemini() {
        check("gemini", TranslationTables.differences("gemini", ALL_ROWS));
    }

    @Tag("case-9")
    @Test
    @DisplayName("what is repaired for strict providers: what Anthropic takes is refused by none")
    void repairs() {
        check("repairs", TranslationTables.repairs());
    }

    @Tag("case-2")
    @Test
    @DisplayName("why a message ended")
    void stopReasons() {
        check("stop reasons", Replies.stopReasons());
    }

    @Tag("case-15")
    @Test
    @DisplayName("the failures that a status tells")
    void statuses() {
        check("statuses", Replies.statuses());
    }

    private static void checkMain(String name, List<Row> rows) {
        Map<String, String> notes = new HashMap<>();
        for (String line : Document.table(name)) {
            String[] cells = line.substring(1, line.length() - 1).split("\\|", -1);
            notes.put(cells[0].strip(), cells[cells.length - 1].strip());
        }
        check(name, TranslationTables.table(rows, notes));
    }

    private static void check(String name, List<String> expected) {
        assertTrue(expected.equals(Document.table(name)),
                () -> "the table \"" + name + "\" has to be:\n" + String.join("\n", expected) + "\n");
    }
}
