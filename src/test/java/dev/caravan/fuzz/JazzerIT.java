package dev.caravan.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.caravan.testkit.LongRun;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Fuzzing that looks for new paths through the code: Jazzer in a process of its own, ten minutes for each target or
 * {@code -Dcaravan.fuzz.seconds}. The profile {@code full} puts it into target/jazzer; nothing else needs it.
 */
@Tag("long")
class JazzerIT {
    private static final Path JAZZER = Path.of("target", "jazzer");
    /** For one input, on a machine that may have other work: what takes longer hangs. */
    private static final Duration SLOWEST = Duration.ofSeconds(20);

    @ParameterizedTest
    @EnumSource
    void noInputBreaksIt(FuzzTarget target, @TempDir Path directory) throws Exception {
        assumeTrue(Files.isDirectory(JAZZER), "Jazzer comes with -Pfull");
        Path corpus = Files.createDirectory(directory.resolve("corpus"));
        for (int i = 0; i < target.seeds().size(); i++) {
            Files.write(corpus.resolve("seed" + i), target.seeds().get(i));
        }
        String lane = "jazzer " + target;
        long seconds = LongRun.duration("fuzz", Duration.ofMinutes(10)).toSeconds();
        Path log = directory.resolve("log");
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-cp", JAZZER.toAbsolutePath() + File.separator + "*" + File.pathSeparator + classPath(),
                "com.code_intelligence.jazzer.Jazzer", "--target_class=" + target.type().getName(),
                "--instrumentation_includes=dev.caravan.**", "--reproducer_path=" + directory,
                "-max_total_time=" + seconds, "-seed=" + (LongRun.seed(lane) & 0x7fff_ffff), "-rss_limit_mb=4096",
                "-timeout=" + SLOWEST.toSeconds(),
                "-artifact_prefix=" + directory + File.separator, corpus.toString()).directory(directory.toFile())
                .redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            assertEquals(0, process.waitFor(), () -> log(log));
        } finally {
            process.destroyForcibly();
        }
        System.out.println(lane + ": " + log(log).lines().filter(line -> line.contains("DONE")).toList());
    }

    private static String classPath() {
        String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> all = List.of(path.split(File.pathSeparator));
        return String.join(File.pathSeparator,
                all.stream().map(part -> Path.of(part).toAbsolutePath().toString()).toList());
    }

    private static String log(Path log) {
        try {
            return new String(Files.readAllBytes(log), UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
