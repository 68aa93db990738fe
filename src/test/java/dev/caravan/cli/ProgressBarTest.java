package dev.caravan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** How far a batch is, as a line. */
final class ProgressBarTest {
    private static ProgressBar bar(int total, int... doneEachSecond) {
        ProgressBar bar = new ProgressBar();
        for (int second = 0; second < doneEachSecond.length; second++) {
            bar.note(new MessageBatch.Progress(doneEachSecond[second], total), TimeUnit.SECONDS.toNanos(second));
        }
        return bar;
    }

    @Test
    void countsPercentRateAndTheTimeLeft() {
        assertEquals("1,200/2,000  60 %  400/s  2 s left", bar(2_000, 400, 800, 1_200).text());
        assertEquals("4/100,000  0 %  1.5/s  18 h 31 min left", bar(100_000, 1, 2, 4).text());
        assertEquals("2,000/2,000  100 %  2,000/s", bar(2_000, 0, 2_000).text());
    }

    @Test
    void whatIsNotKnownIsNotTold() {
        assertEquals("", new ProgressBar().text());
        assertEquals("5/10  50 %", bar(10, 5).text());
        assertEquals("5/10  50 %  0/s", bar(10, 5, 5).text());
    }

    @Test
    void theRateIsThatOfTheLastWhile() {
        int[] done = new int[100];
        for (int i = 50; i < 100; i++) {
            done[i] = done[i - 1] + 100;
        }
        assertTrue(bar(1_000_000, done).text().contains("  100/s  "), bar(1_000_000, done).text());
    }

    @Test
    void theBarGetsWhatTheTextLeaves() {
        ProgressBar bar = bar(2_000, 400, 800, 1_200);
        assertEquals("████████████████████████░░░░░░░░░░░░░░░░ 1,200/2,000  60 %  400/s  2 s left", bar.line(120));
        assertEquals("██████░░░░ 1,200/2,000  60 %  400/s  2 s left", bar.line(45));
        assertEquals("1,200/2,000  60 %  400/s", bar.line(25));
        assertEquals("60 %", bar.line(5));
        assertEquals("", bar.line(3));
    }

    @Property(tries = 300)
    void itIsNeverWiderThanItMayBe(@ForAll @IntRange(min = 0, max = 200) int columns,
            @ForAll @IntRange(min = 0, max = 5_000) int done) {
        assertTrue(bar(5_000, done / 2, done).line(columns).length() <= columns);
    }
}
