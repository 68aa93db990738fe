package dev.caravan.it;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * {@code camel} with some arguments, as a process in the project's directory, which has nothing of the test's class path. Its
 * class path is that of camel-jbang-core, which the build resolves.
 */
final class CamelProcess implements AutoCloseable {
    private static final long STOP_SECONDS = 20;

    private final Process process;
    private final Path log;

    private CamelProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * @param directory the test's own, for what the process needs and leaves
     * @param environment variables beside those of this process
     */
    static CamelProcess start(Path directory, Map<String, String> environment, List<String> arguments)
            throws IOException {
        Path log = directory.resolve("camel.log");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        String repository = System.getProperty("maven.repo.local", "");
        if (!repository.isEmpty()) {
            command.add("-Dmaven.repo.local=" + repository);
        }
        command.addAll(List.of("-cp", launcher(directory) + File.pathSeparator + classPath(),
                CamelLauncher.class.getName()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        return new CamelProcess(builder.start(), log);
    }

    private static String classPath() throws IOException {
        String file = System.getProperty("camel.jbang.classpath");
        if (file == null) {
            throw new IllegalStateException("run this by Maven, which resolves the class path of Camel JBang");
        }
        return Files.readString(Path.of(file));
    }

    /** A directory that holds the launcher's class and no other. */
    private static Path launcher(Path directory) throws IOException {
        String name = CamelLauncher.class.getName().replace('.', '/') + ".class";
        Path classes = directory.resolve("launcher");
        Path file = classes.resolve(name);
        Files.createDirectories(file.getParent());
        try (InputStream in = CamelLauncher.class.getClassLoader().getResourceAsStream(name)) {
            Files.copy(in, file);
        }
        return classes;
    }

    /** All that it has written so far. */
    String log() {
        try {
            return Files.readString(log).replaceAll("\u001B\\[[0-9;]*m", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean alive() {
        return process.isAlive();
    }

    /** How it ended; it must have. */
    int exitCode() {
        return process.exitValue();
    }

    /** Ends the process and what it has started, first kindly. */
    @Override
    public void close() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        children.forEach(ProcessHandle::destroyForcibly);
    }
}
