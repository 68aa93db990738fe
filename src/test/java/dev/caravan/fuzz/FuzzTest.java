package dev.caravan.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.testkit.LongRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Good inputs with random damage. A case is a function of its seed, which a failure names. */
class FuzzTest {
    private static final int FEW = 2_000;
    private static final int MOST_CUTS = 1_000;
    private static final byte[] TOKENS = "{}[]\",:\\0123456789-.eEtruefalsn\u0000\u0001 \r\n".getBytes(UTF_8);

    @ParameterizedTest
    @EnumSource
    void undamaged(FuzzTarget target) throws IOException {
        for (byte[] data : target.seeds()) {
            for (int length = 0; length <= data.length; length += 1 + data.length / MOST_CUTS) {
                target.test(Arrays.copyOf(data, length));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void damaged(FuzzTarget target) {
        for (long seed = 1; seed <= FEW; seed++) {
            one(target, seed);
        }
    }

    @ParameterizedTest
    @EnumSource
    @Tag("long")
    void damagedForAWhile(FuzzTarget target) {
        LongRun.fuzz("fuzz " + target, seed -> one(target, seed));
    }

    private static void one(FuzzTarget target, long seed) {
        byte[] data = data(target.seeds(), new Random(seed * 0x9E3779B97F4A7C15L));
        try {
            target.test(data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("seed " + seed + ": " + new String(data, ISO_8859_1), e);
        }
    }

    private static byte[] data(List<byte[]> seeds, Random random) {
        byte[] data = seeds.get(random.nextInt(seeds.size())).clone();
        for (int n = random.nextInt(6); n > 0 && data.length > 1; n--) {
            int at = random.nextInt(data.length);
            switch (random.nextInt(6)) {
                case 0 -> data[at] = (byte) random.nextInt(256);
                case 1 -> data[at] = TOKENS[random.nextInt(TOKENS.length)];
                case 2 -> data = Arrays.copyOf(data, at);
                case 3 -> data = join(data, at, data, Math.min(data.length, at + 1 + random.nextInt(30)));
                case 4 -> data = join(data, at, data, Math.max(0, at - random.nextInt(60)));
                default -> {
                    byte[] other = seeds.get(random.nextInt(seeds.size()));
                    data = join(data, at, other, random.nextInt(other.length));
                }
            }
        }
        return data;
    }

    /** The beginning of one and, behind it, the other from somewhere on: a part left out, a part twice, two inputs in one. */
    private static byte[] join(byte[] first, int length, byte[] second, int from) {
        byte[] joined = Arrays.copyOf(first, length + second.length - from);
        System.arraycopy(second, from, joined, length, second.length - from);
        return joined;
    }
}
