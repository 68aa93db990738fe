package dev.caravan.it;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code caravan serve} says when it has started. */
@Timeout(120)
class ServeIT {
    private static final String PYTHON = """
        #!/bin/sh
        echo '{"ready":{"protocol":2}}'
        cat > /dev/null
        """;

    @TempDir
    private Path directory;

    @Test
    void warnsOfAnMlxWorkerThatIsNotTheOneOfThisCaravan() throws Exception {
        Path environment = directory.resolve("env");
        Files.createDirectories(environment.resolve("lib/python3.12/site-packages/caravan_mlx"));
        Path python = environment.resolve("bin/python");
        Files.createDirectories(python.getParent());
        Files.writeString(python, PYTHON);
        Files.setPosixFilePermissions(python, PosixFilePermissions.fromString("rwxr-xr-x"));
        String yaml = """
            providers:
              tiny: { dialect: exec, command: ["%s", -m, caravan_mlx, --model, /models/tiny], workers: {} }
            """.formatted(python);
        try (GatewayProcess gateway = GatewayProcess.start(directory, yaml, 0)) {
            String warning = "caravan: tiny: the MLX worker in " + environment + " is not the one that comes with this "
                    + "Caravan; update it: ./caravan mlx /models/tiny --name tiny --venv " + environment;
            Patience.await("it warns").until(() -> gateway.log().contains(warning));
        }
    }
}
