package dev.caravan.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PiecesTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        ''                                   | ''
        '  '                                 | ''
        a                                    | a
        Down, down, down.                    | Down~,~down~,~down~.
        “Well!” thought Alice                | “~Well~!~”~thought~Alice
        it’s o'clock the fellows’ ‘I’        | it’s~o'clock~the~fellows~’~‘~I~’
        White-Rabbit--hole -x- a-            | White-Rabbit~-~-~hole~-~x~-~a~-
        oh—no                                | oh~—~no
        Mr. and Mrs. Bennet. Mr Mrx. aMr.    | Mr.~and~Mrs.~Bennet~.~Mr~Mrx~.~aMr~.
        3.14 4th Où 𝒜b🎉🎉                 | 3~.~14~4th~Où~𝒜b~🎉~🎉
        """)
    void cutsIntoWordsAndMarks(String text, String pieces) {
        assertEquals(pieces, String.join("~", all(text)));
    }

    @Property
    void losesNothingButWhiteSpace(@ForAll String text) {
        List<String> pieces = all(text);
        assertEquals(text.chars().filter(c -> !Character.isWhitespace(c)).count(), String.join("", pieces).length());
        assertEquals(pieces.size(), Pieces.count(text));
        assertTrue(pieces.stream().noneMatch(String::isEmpty));
    }

    static List<String> all(String text) {
        List<String> all = new ArrayList<>();
        for (Pieces pieces = new Pieces(text); pieces.next();) {
            all.add(pieces.text());
        }
        return all;
    }
}
