package dev.caravan.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StopSequencesTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        # pieces        | stops      | shown piece by piece, then the rest | found
        a~b~c           | x          | a~b~c~                              | -
        a~b~c           | b          | a~~                                 | b
        a~b~c           | bc         | a~~~                                | bc
        a~b~d           | bc         | a~~bd~                              | -
        a~b             | bc         | a~~b                                | -
        xaab~y          | ab         | xa~                                 | ab
        aab~aac~z       | aabaac     | ~~                                  | aabaac
        aaba~ab~aac     | aabaac     | ~aab~~                              | aabaac
        abcd            | bc~abcd    | a~                                  | bc
        xabc            | bc~abc     | x~                                  | abc
        xabc            | abc~bc     | x~                                  | abc
        one~ two        | e t        | on~~                                | e t
        🎉~x~🎉         | x🎉        | 🎉~~~                               | x🎉
        """)
    void example(String pieces, String stops, String shown, String found) {
        StopSequences matcher = new StopSequences(Arrays.asList(stops.split("~")));
        StringBuilder out = new StringBuilder();
        for (String piece : pieces.split("~")) {
            if (matcher.found() == null) {
                out.append(matcher.feed(piece)).append('~');
            }
        }
        assertEquals(shown, out.append(matcher.rest()).toString());
        assertEquals(found, matcher.found());
    }

    @Test
    void ignoresEmptyOnes() {
        StopSequences matcher = new StopSequences(List.of("", "x", ""));
        assertEquals("a", matcher.feed("a"));
        assertEquals("", matcher.feed(""));
        assertNull(matcher.found());
        assertEquals("b", matcher.feed("bxc"));
        assertEquals("x", matcher.found());
    }

    @Test
    void showsNothingAfterAMatch() {
        StopSequences matcher = new StopSequences(List.of("stop"));
        assertEquals("go ", matcher.feed("go stop go"));
        assertEquals("", matcher.feed("go"));
        assertEquals("", matcher.rest());
    }

    /** For any text and stop sequences, cut into any pieces: what is shown is the text up to the first match. */
    @Property(tries = 5000)
    void showsTheTextUpToTheFirstMatch(@ForAll("texts") String text, @ForAll("stops") List<String> stops,
            @ForAll("cuts") List<Integer> cuts) {
        int end = text.length();
        String found = null;
        for (int i = 1; i <= text.length() && found == null; i++) {
            for (String stop : stops) {
                boolean ends = !stop.isEmpty() && text.startsWith(stop, i - stop.length());
                if (ends && (found == null || stop.length() > found.length())) {
                    found = stop;
                    end = i - stop.length();
                }
            }
        }

        StopSequences matcher = new StopSequences(stops);
        StringBuilder shown = new StringBuilder();
        int from = 0;
        for (int i = 0; from < text.length(); i++) {
            int to = Math.min(text.length(), from + cuts.get(i % cuts.size()));
            shown.append(matcher.feed(text.substring(from, to)));
            from = to;
            // nothing is held back but what may be the beginning of a stop sequence
            String held = text.substring(0, from).substring(Math.min(shown.length(), from));
            if (matcher.found() == null && !held.isEmpty()) {
                assertFalse(stops.stream().noneMatch(stop -> stop.startsWith(held)), held);
            }
        }
        shown.append(matcher.rest());
        assertEquals(text.substring(0, end), shown.toString());
        assertEquals(found, matcher.found());
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings().withChars("aab🎉").ofMaxLength(40);
    }

    @Provide
    Arbitrary<List<String>> stops() {
        return Arbitraries.strings().withChars("aab🎉").ofMaxLength(6).list().ofMaxSize(4);
    }

    @Provide
    Arbitrary<List<Integer>> cuts() {
        return Arbitraries.integers().between(1, 7).list().ofMinSize(1).ofMaxSize(6);
    }
}
