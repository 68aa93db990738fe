package dev.caravan.demo;

import java.util.Random;

/**
 * Chooses one of the possible next tokens, by temperature, top-k and top-p, in this order, as the Messages API's parameters of
 * those names ask. The same seed chooses the same tokens on every machine.
 *
 * <p>Not safe for use by several threads.
 */
final class Sampler {
    private final Sampling sampling;
    private final Random random;

    /**
     * The parameters.
     *
     * @param temperature 0 for always the most probable token, 1 for the model's own probabilities
     * @param topP only the most probable tokens that together reach this probability; 1 for all
     * @param topK only so many of the most probable tokens; {@link Long#MAX_VALUE} for all
     */
    record Sampling(double temperature, double topP, long topK) {}

    Sampler(Sampling sampling, Random random) {
        this.sampling = sampling;
        this.random = random;
    }

    /**
     * Chooses by weight.
     *
     * @param weights how probable each choice is, in any unit; 0 for what must not be chosen. Overwritten.
     * @return the index of the choice, or -1 if all weights are 0
     */
    int choose(double[] weights) {
        int best = heaviest(weights);
        if (best < 0 || sampling.temperature() <= 0) {
            return best;
        }
        double heaviest = weights[best];
        for (int i = 0; i < weights.length; i++) {
            // StrictMath: the last bit must not depend on the processor
            weights[i] = sampling.temperature() == 1 || weights[i] == 0
                    ? weights[i] / heaviest
                    : StrictMath.pow(weights[i] / heaviest, 1 / sampling.temperature());
        }
        double[] kept = sampling.topP() < 1 || sampling.topK() < weights.length ? top(weights) : weights;
        double point = random.nextDouble() * sum(kept);
        for (int i = 0; i < kept.length; i++) {
            point -= kept[i];
            if (point < 0) {
                return i;
            }
        }
        return best;
    }

    private double[] top(double[] weights) {
        double enough = sampling.topP() * sum(weights);
        double[] kept = new double[weights.length];
        double reached = 0;
        for (long k = 0; k == 0 || k < sampling.topK() && reached < enough; k++) {
            int next = heaviest(weights);
            if (next < 0) {
                break;
            }
            kept[next] = weights[next];
            reached += weights[next];
            weights[next] = 0;
        }
        return kept;
    }

    private static int heaviest(double[] weights) {
        int best = -1;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] > 0 && (best < 0 || weights[i] > weights[best])) {
                best = i;
            }
        }
        return best;
    }

    private static double sum(double[] weights) {
        double sum = 0;
        for (double weight : weights) {
            sum += weight;
        }
        return sum;
    }
}
