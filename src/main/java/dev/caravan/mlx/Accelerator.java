package dev.caravan.mlx;

/**
 * What MLX computes with. Each is another package on PyPI: an extra of mlx-lm on Linux, nothing besides on a Mac.
 *
 * @see <a href="https://ml-explore.github.io/mlx/build/html/install.html">MLX: Build and Install</a>
 */
public enum Accelerator {
    /** The GPU of a Mac. */
    METAL(""),
    /** The processor, on Linux. */
    CPU("cpu"),
    /** A GPU of NVIDIA with a driver for CUDA 12, on Linux. */
    CUDA12("cuda12"),
    /** A GPU of NVIDIA with a driver for CUDA 13, on Linux. */
    CUDA13("cuda13");

    private final String extra;

    Accelerator(String extra) {
        this.extra = extra;
    }

    /** The requirement as pip reads it. */
    String requirement(String version) {
        return "mlx-lm" + (extra.isEmpty() ? "" : "[" + extra + "]") + "==" + version;
    }

    /** What the directory of an environment is called behind the version. */
    String suffix() {
        return this == METAL || this == CPU ? "" : "-" + extra;
    }
}
