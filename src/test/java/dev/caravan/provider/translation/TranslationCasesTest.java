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
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The list of cases in docs/translation.md names those test classes that have a test with the case's tag, and no others; so
 * {@code mvn test -Dgroups=case-7} runs all that hold case 7.
 */
@DisplayName("docs/translation.md, cases")
class TranslationCasesTest {
    private static final int CASES = 24;
    private static final Pattern ROW = Pattern.compile("\\| (\\d+) \\| .+ \\| (`.+`) \\|");
    private static final Pattern TAG = Pattern.compile("Tag\\(\"case-(\\d+)\"\\)");
    /** A test's annotations, and its name. */
    private static final Pattern TEST = Pattern
            .compile("((?: {4}@.*\\n(?: {8}.*\\n)*+)++) {4}(?:public )?void (\\w+)\\(");
    private static final Pattern SHOWN_NAME = Pattern
            .compile("(?:DisplayName\\(|name = )\\s*\"cases? ((?:\\d+[a-d]?(?:, | and )?)+)");
    private static final Pattern METHODS_NAME = Pattern.compile("case(\\d+)\\w+");
    private static final Pattern NUMBER = Pattern.compile("\\d+");

    @Test
    @DisplayName("each row names the classes whose tests have its tag")
    void documented() {
        Map<Integer, Set<String>> tagged = new TreeMap<>();
        for (Path file : testFiles()) {
            numbers(TAG, text(file)).forEach(
                    number -> tagged.computeIfAbsent(number, n -> new TreeSet<>()).add("`" + className(file) + "`"));
        }
        Map<Integer, Set<String>> rows = new TreeMap<>();
        for (String line : Document.table("cases")) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                rows.put(Integer.parseInt(row.group(1)), new TreeSet<>(List.of(row.group(2).split(", "))));
            }
        }
        assertEquals(lines(tagged), lines(rows));
        assertEquals(IntStream.rangeClosed(1, CASES).boxed().collect(Collectors.toSet()), tagged.keySet());
    }

    private static String lines(Map<Integer, Set<String>> classes) {
        return classes.entrySet().stream().map(row -> row.getKey() + " | " + String.join(", ", row.getValue()))
                .collect(Collectors.joining("\n"));
    }

    @Test
    @DisplayName("every test that is called by a case has its tag")
    void tagged() {
        Set<String> missing = new TreeSet<>();
        int named = 0;
        for (Path file : testFiles()) {
            String text = text(file);
            Set<Integer> ofTheClass = numbers(TAG, text.substring(0, Math.max(0, text.indexOf("\nclass "))));
            for (MatchResult test : TEST.matcher(text).results().toList()) {
                Set<Integer> due = new TreeSet<>(numbers(METHODS_NAME, test.group(2)));
                SHOWN_NAME.matcher(test.group(1)).results()
                        .forEach(name -> due.addAll(numbers(NUMBER, name.group(1))));
                named += due.size();
                due.removeAll(numbers(TAG, test.group(1)));
                due.removeAll(ofTheClass);
                due.forEach(number -> missing.add(className(file) + "." + test.group(2) + ": case-" + number));
            }
        }
        assertEquals(Set.of(), missing);
        assertTrue(named > 100, "names were found in " + named + " tests only");
    }

    @Test
    @DisplayName("tags of cases stand on tests and their classes, where they count")
    void onTests() {
        List<String> elsewhere = testFiles().stream().filter(file -> {
            String text = text(file);
            long ofTests = TEST.matcher(text).results().mapToLong(test -> count(test.group(1))).sum();
            return count(text) != ofTests + count(text.substring(0, Math.max(0, text.indexOf("\nclass "))));
        }).map(TranslationCasesTest::className).toList();
        assertEquals(List.of(), elsewhere);
    }

    private static long count(String text) {
        return TAG.matcher(text).results().count();
    }

    private static Set<Integer> numbers(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(found -> found.group(found.groupCount())).map(Integer::valueOf)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<Path> testFiles() {
        try (Stream<Path> files = Files.walk(Path.of("src", "test", "java"))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !className(file).equals(TranslationCasesTest.class.getSimpleName())).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String className(Path file) {
        return file.getFileName().toString().replace(".java", "");
    }
}
