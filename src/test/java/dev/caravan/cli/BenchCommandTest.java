package dev.caravan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code caravan bench} with a script of the test's making. */
final class BenchCommandTest {
    @TempDir
    Path home;

    @Test
    void handsOverAllArgumentsAndTheExitCode() throws IOException {
        Path script = home.resolve("bench/run");
        Files.createDirectories(script.getParent());
        Files.writeString(script, "#!/bin/sh\nfor a in \"$@\"; do echo \"$a\"; done > \"${0%/*}/arguments\"\nexit 7\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        Cli.Result result = new Cli(home).home(home).bench("--quick", "jmh", "--help", "-f", "1", "two words",
                "--runs=3");
        assertEquals(new Cli.Result(7, "", ""), result);
        assertEquals("--quick\njmh\n--help\n-f\n1\ntwo words\n--runs=3\n",
                Files.readString(home.resolve("bench/arguments")));
    }

    @Test
    void saysThatTheBenchmarksAreNotThere() {
        Cli.Result missing = new Cli(home).home(home).bench();
        assertEquals(1, missing.exit());
        assertTrue(missing.err().contains(home.resolve("bench/run") + " is not there"), missing.err());
        Cli.Result homeless = new Cli(home).bench("--quick");
        assertEquals(1, homeless.exit());
        assertTrue(homeless.err().contains("run ./caravan bench there"), homeless.err());
    }
}
