package dev.caravan.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.demo.Sampler.Sampling;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplerTest {
    private static final double[] WEIGHTS = {0.1, 0.5, 0, 0.25, 0.15};

    /** The shares of 20,000 choices, in whole percent: the seed is fixed, so are they. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        # temperature | top_p | top_k | expected percentages
        1             | 1     | -     | 10 50 0 25 15
        0             | 1     | -     | 0 100 0 0 0
        0             | 0.1   | 3     | 0 100 0 0 0
        0.5           | 1     | -     | 3 72 0 18 7
        1e-9          | 1     | -     | 0 100 0 0 0
        1e9           | 1     | -     | 25 25 0 25 25
        1             | 1     | 2     | 0 67 0 33 0
        1             | 1     | 1     | 0 100 0 0 0
        1             | 0.5   | -     | 0 100 0 0 0
        1             | 0.51  | -     | 0 67 0 33 0
        1             | 0.76  | -     | 0 56 0 28 17
        1             | 0     | -     | 0 100 0 0 0
        1             | 0.99  | 2     | 0 67 0 33 0
        """)
    void choosesByTheParameters(double temperature, double topP, Long topK, String percentages) {
        Sampler sampler = new Sampler(new Sampling(temperature, topP, topK == null ? Long.MAX_VALUE : topK),
                new Random(7));
        int draws = 20_000;
        int[] counts = new int[WEIGHTS.length];
        for (int i = 0; i < draws; i++) {
            counts[sampler.choose(WEIGHTS.clone())]++;
        }
        double[] expected = Arrays.stream(percentages.split(" ")).mapToDouble(Double::parseDouble).toArray();
        for (int i = 0; i < counts.length; i++) {
            assertEquals(expected[i], counts[i] * 100.0 / draws, expected[i] % 100 == 0 ? 0 : 1.5);
        }
    }

    @Test
    void choosesNothingWhenNothingMayBeChosen() {
        Sampler sampler = new Sampler(new Sampling(1, 1, Long.MAX_VALUE), new Random(7));
        assertEquals(-1, sampler.choose(new double[]{0, 0}));
        assertEquals(-1, sampler.choose(new double[0]));
    }

    @Test
    void theUnitOfTheWeightsDoesNotMatter() {
        Sampling sampling = new Sampling(0.8, 0.9, 3);
        Sampler one = new Sampler(sampling, new Random(3));
        Sampler other = new Sampler(sampling, new Random(3));
        for (int i = 0; i < 100; i++) {
            assertEquals(one.choose(WEIGHTS.clone()),
                    other.choose(Arrays.stream(WEIGHTS).map(w -> w * 1e-200).toArray()));
        }
    }
}
