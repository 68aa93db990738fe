package dev.caravan.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * Where a bench run works: its directories and the processes that it has started, all ended and removed by {@link #close()}.
 * Safe for use by several threads.
 */
final class Workplace implements AutoCloseable {

    private final Path project;
    private final Path results;
    private final Path temporary;
    private final List<Child> children = new CopyOnWriteArrayList<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    /**
     * A place to work.
     *
     * @param project the project's directory
     * @param results where results and logs go
     */
    Workplace(Path project, Path results) throws IOException {
        this.project = project;
        this.results = Files.createDirectories(results);
        this.temporary = Files.createTempDirectory("caravan-bench");
    }

    Path project() {
        return project;
    }

    Path results() {
        return results;
    }

    /** A new directory that is removed at the end. */
    Path directory(String name) throws IOException {
        return Files.createDirectories(temporary.resolve(name));
    }

    /** What outlives a run: downloads. Outside of the project, as no part of it. */
    static Path cache() throws IOException {
        String cache = Optional.ofNullable(System.getenv("XDG_CACHE_HOME")).filter(v -> !v.isBlank())
                .orElse(System.getProperty("user.home") + "/.cache");
        return Files.createDirectories(Path.of(cache, "caravan-bench"));
    }

    /** Starts a process, see {@link Child#start}; its log is {@code <name>.log} beside the results. */
    Child start(String name, ProcessBuilder builder) throws IOException {
        return add(Child.start(builder, results.resolve(name + ".log")));
    }

    /** Starts one of the benchmark's own main classes, talked to over its standard input and output. */
    Child startJava(Class<?> main, String... args) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(java().toString(), "-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-cp",
                        System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(args));
        return add(Child.startPiped(new ProcessBuilder(command), results.resolve(main.getSimpleName() + ".log")));
    }

    private Child add(Child child) {
        children.add(child);
        return child;
    }

    private static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    /** A port that was free a moment ago. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Whether there is such a command on the PATH. */
    static boolean onPath(String command) {
        return Stream.of(System.getenv("PATH").split(":")).anyMatch(dir -> Files.isExecutable(Path.of(dir, command)));
    }

    /** The first line that a command prints, to name versions; "unknown" when it can't be run. */
    static String firstLine(String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            try (BufferedReader out = new BufferedReader(
                    new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                String line = out.readLine();
                return line == null ? "unknown" : line.strip();
            } finally {
                process.destroy();
            }
        } catch (IOException e) {
            return "unknown";
        }
    }

    /** Waits until this path answers 200; returns how many seconds after its start the process was that far. */
    double awaitReady(Child child, int port, String path, int seconds) throws Unavailable, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() < end) {
            if (!child.isAlive()) {
                throw new Unavailable("it ended while starting, " + child.ending());
            }
            if (answers(port, path)) {
                return child.secondsSinceStart();
            }
            Thread.sleep(10);
        }
        throw new Unavailable("not ready after " + seconds + " s: " + child.lastWords());
    }

    private boolean answers(int port, String path) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri(port, path)).timeout(Duration.ofSeconds(2)).build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** Sends one request and gives its answer's body, whatever its status. */
    String post(Target target, String body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(target.port(), target.path()))
                .timeout(Duration.ofSeconds(20))
                .POST(HttpRequest.BodyPublishers.ofString(body));
        target.headers().forEach(request::header);
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString()).body();
    }

    private static URI uri(int port, String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    /** Ends all processes and removes the temporary directory. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        children.reversed().forEach(Child::close);
        try (Stream<Path> files = Files.walk(temporary)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            System.err.println("bench: could not remove " + temporary + ": " + e);
        }
    }
}
