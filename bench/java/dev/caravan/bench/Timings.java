package dev.caravan.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/**
 * A distribution of times in microseconds. Travels between processes with its whole histogram, so that the measurements of
 * several jobs can be added before percentiles are taken.
 *
 * @param count     number of measurements; when it is 0 the rest means nothing
 * @param p50       the median
 * @param histogram HdrHistogram's compressed encoding in Base64
 */
record Timings(long count, long p50, long p90, long p99, @JsonProperty("p99.9") long p999, long max, double mean,
        String histogram) {

    /** The highest time that is told apart, 10 minutes; what lasts longer is recorded as that. */
    private static final long HIGHEST_MICROS = 600_000_000L;

    static Histogram newHistogram() {
        return new Histogram(1, HIGHEST_MICROS, 3);
    }

    static void record(Histogram histogram, long nanos) {
        histogram.recordValue(Math.clamp(nanos / 1_000, 0, HIGHEST_MICROS));
    }

    static Timings of(Histogram h) {
        ByteBuffer buffer = ByteBuffer.allocate(h.getNeededByteBufferCapacity());
        int length = h.encodeIntoCompressedByteBuffer(buffer);
        String encoded = Base64.getEncoder().encodeToString(Arrays.copyOf(buffer.array(), length));
        return new Timings(h.getTotalCount(), h.getValueAtPercentile(50), h.getValueAtPercentile(90),
                h.getValueAtPercentile(99),
                h.getValueAtPercentile(99.9), h.getMaxValue(), h.getMean(), encoded);
    }

    /** The distribution of all measurements of these. */
    static Timings sum(List<Timings> parts) {
        Histogram sum = newHistogram();
        for (Timings part : parts) {
            try {
                sum.add(Histogram.decodeFromCompressedByteBuffer(
                        ByteBuffer.wrap(Base64.getDecoder().decode(part.histogram)), 0));
            } catch (DataFormatException e) {
                throw new IllegalArgumentException("not a histogram", e);
            }
        }
        return of(sum);
    }
}
