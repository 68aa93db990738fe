package dev.caravan.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.demo.NgramModel.Continuations;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class NgramModelTest {
    private static NgramModel own;

    @BeforeAll
    static void train() throws IOException {
        own = NgramModel.trainOnOwnTexts();
    }

    @Test
    void knowsWhatFollowedAWordAndHowOften() {
        assertEquals(Map.of("cat", 0.5, "dog", 0.25, "end", 0.25),
                after("the cat a the dog a the cat a the end", "the"));
    }

    @Test
    void aLongerContextWeighsMoreButKeepsWhatTheShorterOneKnows() {
        // "a the" was followed by x alone, "the" by x once and by y twice: one count less the discount of 0.3, which is
        // spread by thirds: 0.7 + 0.1 and 0.2
        assertEquals(Map.of("x", 0.8, "y", 0.2), after("a the x . b the y . c the y", "a", "the"));
    }

    @Test
    void anUnknownContextFallsBackToTheWordAlone() {
        assertEquals(after("a the x . b the y . c the y", "the"), after("a the x . b the y . c the y", "x", "the"));
    }

    @Test
    void anEmptyTextGoesOnAsAParagraphBegins() {
        assertEquals(Map.of("One", 0.667, "Two", 0.333), after("One a.\n\nTwo b.\nTwo c.\n\n\n# Two d.\nOne e."));
    }

    @Test
    void aParagraphEndsWhereTheNextOneBegins() {
        assertEquals(Map.of("\n\n", 1.0), after("One a.\n\nTwo b.", "b", "."));
    }

    @Test
    void probabilitiesAddUpToOneInEveryContextOfItsOwnTexts() {
        Random random = new Random(1);
        int[] text = new int[2000];
        for (int length = 0; length < text.length; length++) {
            Continuations next = own.after(text, length);
            assertEquals(1, Arrays.stream(next.probabilities()).sum(), 1e-9);
            assertTrue(Arrays.stream(next.probabilities()).allMatch(p -> p > 0));
            assertEquals(next.tokens().length, Arrays.stream(next.tokens()).distinct().count());
            text[length] = next.tokens()[random.nextInt(next.tokens().length)];
        }
    }

    @Test
    void theLeadIsTheRunOfWordsUpToTheWord() {
        NgramModel model = NgramModel.train(List.of("He said, “the old cat sat.” The cat ran and ran."));
        assertEquals("the old cat", text(model, model.leadingTo("Cat?", 0)));
        assertEquals("The cat", text(model, model.leadingTo("Cat?", 1)));
        assertEquals("the old cat", text(model, model.leadingTo("Cat?", 2)));
        assertEquals("The cat", text(model, model.leadingTo("Cat?", -1)));
    }

    @Test
    void theLeadIsToTheRarestWordThatIsKnownAndOfEquallyRareOnesToTheLast() {
        NgramModel model = NgramModel.train(List.of("It isn’t one, one, one. It sat."));
        assertEquals("It isn’t", text(model, model.leadingTo("ONE says: it isn't a one-off", 0)));
        assertEquals("It sat", text(model, model.leadingTo("Isn't one sat?", 0)));
    }

    @Test
    void withoutAKnownWordThereIsNoLead() {
        NgramModel model = NgramModel.train(List.of("He sat, and sat."));
        assertEquals(0, model.leadingTo("dogs, 🎉. \u0000", 0).length);
        assertEquals(0, model.leadingTo("", 5).length);
    }

    private static Map<String, Double> after(String corpus, String... context) {
        NgramModel model = NgramModel.train(List.of(corpus));
        Continuations next = model.after(Arrays.stream(context).mapToInt(model::token).toArray(), context.length);
        Map<String, Double> probabilities = new HashMap<>();
        for (int i = 0; i < next.tokens().length; i++) {
            probabilities.put(model.piece(next.tokens()[i]), Math.round(next.probabilities()[i] * 1000) / 1000.0);
        }
        return probabilities;
    }

    private static String text(NgramModel model, int[] tokens) {
        return String.join(" ", Arrays.stream(tokens).mapToObj(model::piece).toList());
    }
}
