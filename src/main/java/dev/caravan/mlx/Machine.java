package dev.caravan.mlx;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The machine as far as the set-up is concerned.
 *
 * @param system {@code os.name} as Java has it
 * @param architecture {@code os.arch} as Java has it
 * @param variables the environment variables
 * @param home the user's directory
 */
public record Machine(String system, String architecture, Map<String, String> variables, Path home) {
    private static final Pattern CUDA = Pattern.compile("CUDA Version: *(\\d+)");
    private static final int NEWEST_CUDA = 13;
    private static final int OLDEST_CUDA = 12;

    public Machine {
        variables = Map.copyOf(variables);
    }

    /** This one. */
    public static Machine here(Map<String, String> variables) {
        Path home = Path.of(variables.getOrDefault("HOME", System.getProperty("user.home")));
        return new Machine(System.getProperty("os.name"), System.getProperty("os.arch"), variables, home);
    }

    boolean isMac() {
        return system.toLowerCase(Locale.ROOT).startsWith("mac");
    }

    /** Where virtual environments are kept: {@code $XDG_DATA_HOME/caravan/mlx}, else {@code ~/.caravan/mlx}. */
    public Path data() {
        String xdg = variables.getOrDefault("XDG_DATA_HOME", "");
        Path base = xdg.startsWith("/") ? Path.of(xdg, "caravan") : home.resolve(".caravan");
        return base.resolve("mlx");
    }

    /**
     * What MLX computes with here: the GPU of a Mac, CUDA where {@code nvidia-smi} tells of a driver for it, else the processor.
     *
     * @throws SetupFailure when there is no MLX for this machine
     */
    public Accelerator accelerator() throws SetupFailure, InterruptedException {
        if (isMac()) {
            if (architecture.equals("aarch64")) {
                return Accelerator.METAL;
            }
            throw new SetupFailure(
                    architecture.equals("x86_64") && variables.getOrDefault("PATH", "").contains("/opt/homebrew")
                            ? "this is a Java for Intel; MLX needs Apple silicon and a JDK for it (aarch64)"
                            : "MLX needs a Mac with Apple silicon, and this one has an Intel processor");
        }
        if (!system.equals("Linux")) {
            throw new SetupFailure("there is no MLX for " + system + "; it runs on macOS and Linux");
        }
        return cuda();
    }

    private Accelerator cuda() throws InterruptedException {
        try {
            Matcher version = CUDA.matcher(Run.of(List.of("nvidia-smi")).text());
            int major = version.find() ? Integer.parseInt(version.group(1)) : 0;
            return major >= NEWEST_CUDA
                    ? Accelerator.CUDA13
                    : major >= OLDEST_CUDA ? Accelerator.CUDA12 : Accelerator.CPU;
        } catch (IOException e) {
            return Accelerator.CPU;
        }
    }
}
