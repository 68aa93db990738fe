package dev.caravan.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.demo.Sampler.Sampling;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextGeneratorTest {
    private static final Sampling PLAIN = new Sampling(1, 1, Long.MAX_VALUE);
    private static final NgramModel MODEL = model();

    private static NgramModel model() {
        try {
            return NgramModel.trainOnOwnTexts();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Property
    void anAnswerIsAFewWholeSentences(@ForAll("prompts") String prompt, @ForAll long seed,
            @ForAll("samplings") Sampling sampling) {
        List<String> pieces = pieces(prompt, sampling, seed);
        String text = String.join("", pieces);
        assertTrue(pieces.size() >= TextGenerator.SHORTEST && pieces.size() <= TextGenerator.LONGEST, text);
        assertTrue(text.matches("(?s).*[.!?][”’)]*"), text);
        assertFalse(Character.isWhitespace(text.charAt(0)) || Character.isLowerCase(text.charAt(0)), text);
        assertFalse(text.contains("  ") || text.contains(" ,") || text.contains(" ."), text);
        assertPairs(text);
        assertNoFiveTwice(pieces);
    }

    private static void assertPairs(String text) {
        StringBuilder open = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean apostrophe = c == '’' && i + 1 < text.length() && Character.isLetter(text.charAt(i + 1));
            if ("“‘(".indexOf(c) >= 0) {
                open.append(c);
            } else if ("”’)".indexOf(c) >= 0 && !apostrophe) {
                assertEquals("“‘(".charAt("”’)".indexOf(c)), open.charAt(open.length() - 1), text);
                open.setLength(open.length() - 1);
            }
        }
        assertTrue(open.isEmpty(), text);
    }

    /** A full stop that had to be put may complete four that were there before, so five; but for the marks that end the answer. */
    private static void assertNoFiveTwice(List<String> pieces) {
        int end = pieces.size();
        while (end > 0 && !Character.isLetterOrDigit(pieces.get(end - 1).strip().codePointAt(0))) {
            end--;
        }
        Set<List<String>> seen = new HashSet<>();
        for (int i = 1; i + 5 <= end; i++) {
            assertTrue(seen.add(pieces.subList(i, i + 5)), pieces.toString());
        }
    }

    @Test
    void theSameSeedWritesTheSameTextAndAnotherSeedAnother() {
        assertEquals(pieces("a rabbit", PLAIN, 1), pieces("a rabbit", PLAIN, 1));
        assertNotEquals(pieces("a rabbit", PLAIN, 1), pieces("a rabbit", PLAIN, 2));
    }

    @Test
    void theTextTakesUpAWordOfThePrompt() {
        String text = String.join("", pieces("What do you know about tortoises, or one tortoise?", PLAIN, 5));
        assertTrue(text.substring(0, 40).contains("Tortoise"), text);
    }

    @Test
    void aTextWithoutAKnownWordBeginsLikeAParagraph() {
        Set<String> beginnings = new HashSet<>();
        for (int seed = 0; seed < 50; seed++) {
            beginnings.add(pieces("", PLAIN, seed).get(0));
        }
        assertTrue(beginnings.contains("“") && beginnings.contains("Alice"), beginnings.toString());
        assertFalse(beginnings.contains(","), beginnings.toString());
    }

    /** Only one text of the model's goes on like this; the space between belongs to the answer unless it is there already. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = false, value = {
            "Alice was beginning to get very tired of| sitting by", "very tired of |sitting by",
            "Xyzzy “very xyzzy tired of| sitting by", "very tired of\\n\\n|sitting by",
            "whether the pleasure of making a daisy-chain would be worth the trouble of getting up and picking the daisies"
                    + "|, when"})
    void goesOnFromAGivenBeginning(String given, String continuation) {
        List<String> pieces = pieces("tortoise", given.replace("\\n", "\n"), new Sampling(0, 1, Long.MAX_VALUE), 1);
        String text = String.join("", pieces);
        assertTrue(text.startsWith(continuation), text);
        assertTrue(pieces.size() >= TextGenerator.SHORTEST && pieces.size() <= TextGenerator.LONGEST, text);
        assertEquals(given.contains("“"), text.indexOf('”') >= 0 && text.indexOf('”') < (text + "“").indexOf('“'));
    }

    @Property
    void goesOnFromAnyBeginning(@ForAll("prompts") String prompt, @ForAll("prompts") String given, @ForAll String odd,
            @ForAll long seed) {
        for (String prefill : List.of(given, odd, "((“‘" + given, given.repeat(50) + odd)) {
            List<String> pieces = pieces(prompt, prefill, PLAIN, seed);
            assertTrue(pieces.size() >= TextGenerator.SHORTEST && pieces.size() <= TextGenerator.LONGEST, prefill);
            assertFalse(String.join("", pieces).contains("  "));
        }
    }

    @Test
    void aModelOfOneLineEndsToo() {
        TextGenerator generator = new TextGenerator(NgramModel.train(List.of("(One.) Two.")), "", "", PLAIN, 1);
        int count = 0;
        while (generator.next() != null) {
            count++;
        }
        assertTrue(count <= TextGenerator.LONGEST);
    }

    private static List<String> pieces(String prompt, Sampling sampling, long seed) {
        return pieces(prompt, "", sampling, seed);
    }

    private static List<String> pieces(String prompt, String prefill, Sampling sampling, long seed) {
        TextGenerator generator = new TextGenerator(MODEL, prompt, prefill, sampling, seed);
        List<String> pieces = new ArrayList<>();
        for (String piece = generator.next(); piece != null; piece = generator.next()) {
            pieces.add(piece);
        }
        return pieces;
    }

    @Provide
    Arbitrary<String> prompts() {
        return Arbitraries
                .of("alice rabbit the hare tortoise . fox , wolf “ well tea ’ time freedom war sea king unknown"
                        .split(" "))
                .list().ofMaxSize(4).map(words -> String.join(" ", words));
    }

    @Provide
    Arbitrary<Sampling> samplings() {
        return Arbitraries.of(PLAIN, new Sampling(0, 1, Long.MAX_VALUE), new Sampling(0.7, 0.9, 40),
                new Sampling(2, 1, 5));
    }
}
