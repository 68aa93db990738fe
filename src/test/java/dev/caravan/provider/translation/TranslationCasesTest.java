package dev.caravan.provider.translation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The list of cases in docs/translation.md names every test whose name tells a case, and no test that is not there. */
@DisplayName("docs/translation.md, cases")
class TranslationCasesTest {
    private static final Pattern NAME = Pattern
            .compile("(?:DisplayName\\(|name = )\\s*\"cases? ((?:\\d+[a-d]?(?:, | and )?)+)");
    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final Pattern ROW = Pattern.compile("\\| (\\d+) \\| .+ \\| (`.+`) \\|");

    @Test
    @DisplayName("every test that is called by a case stands in its row")
    void numbered() throws IOException {
        Map<Integer, Set<String>> documented = documented();
        Map<Integer, Set<String>> missing = new TreeMap<>();
        for (Path file : testFiles()) {
            for (MatchResult name : NAME.matcher(Files.readString(file)).results().toList()) {
                NUMBER.matcher(name.group(1)).results().map(number -> Integer.parseInt(number.group()))
                        .filter(number -> !documented.getOrDefault(number, Set.of()).contains(className(file)))
                        .forEach(number -> missing.computeIfAbsent(number, n -> new TreeSet<>()).add(className(file)));
            }
        }
        assertEquals(Map.of(), missing);
    }

    @Test
    @DisplayName("every test in a row is there")
    void existing() {
        Set<String> there = testFiles().stream().map(TranslationCasesTest::className).collect(Collectors.toSet());
        List<String> gone = documented().values().stream().flatMap(Set::stream).filter(test -> !there.contains(test))
                .distinct().toList();
        assertEquals(List.of(), gone);
    }

    private static Map<Integer, Set<String>> documented() {
        Map<Integer, Set<String>> rows = new TreeMap<>();
        for (String line : Document.table("cases")) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                rows.put(Integer.parseInt(row.group(1)), Set.of(row.group(2).replace("`", "").split(", ")));
            }
        }
        assertTrue(rows.size() > 20, "the table has no rows");
        return rows;
    }

    private static List<Path> testFiles() {
        try (Stream<Path> files = Files.walk(Path.of("src", "test", "java"))) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String className(Path file) {
        return file.getFileName().toString().replace(".java", "");
    }
}
