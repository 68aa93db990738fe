package dev.caravan.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A PostgreSQL of its own in a temporary directory, on a free port of this machine, with the user {@value #USER}, whose password is
 * {@value #PASSWORD}, and the database {@value #DATABASE}. The programs are those of the system's package; without them the test is skipped. Since
 * PostgreSQL does not run as root, a root has it run as the user that the package makes.
 */
public final class PostgresServer implements AutoCloseable {
    public static final String USER = "caravan";
    public static final String PASSWORD = "caravan-secret";
    public static final String DATABASE = "caravan";

    private static final Path PACKAGES = Path.of("/usr/lib/postgresql");
    private static final String UNPRIVILEGED = "postgres";

    private final Path programs;
    private final Path directory;
    private final int port = FreePort.find();
    private ServerProcess process;

    private PostgresServer(Path programs, Path directory) {
        this.programs = programs;
        this.directory = directory;
    }

    /** Makes and starts one; skips the test where PostgreSQL is not installed. */
    public static PostgresServer start() {
        Optional<Path> programs = programs();
        Assumptions.assumeTrue(programs.isPresent(), "PostgreSQL is not installed: no " + PACKAGES + "/*/bin/initdb");
        Assumptions.assumeTrue(!isRoot() || run(List.of("id", UNPRIVILEGED)) == 0,
                "PostgreSQL does not run as root, and there is no user " + UNPRIVILEGED);
        try {
            PostgresServer server = new PostgresServer(programs.get(), Files.createTempDirectory("caravan-postgres"));
            server.make();
            server.restart();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** For JDBC, without user and password. */
    public String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + DATABASE;
    }

    /** {@code kill -9} of the server and its children. */
    public void kill() {
        process.kill();
    }

    /** Starts it again with the data that is there. */
    public void restart() {
        // After kill -9 its file of the process is still there; it tells by itself that nobody lives there.
        process = ServerProcess.start(
                unprivileged(programs.resolve("postgres").toString(), "-D", data().toString(), "-p",
                        String.valueOf(port), "-c", "listen_addresses=127.0.0.1", "-c",
                        "unix_socket_directories=" + directory, "-c", "max_connections=100"),
                directory, directory.resolve("server.log"), this::isUp);
    }

    @Override
    public void close() {
        process.kill();
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, IOException e) throws IOException {
                    Files.delete(directory);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void make() throws IOException {
        Path password = Files.writeString(directory.resolve("password"), PASSWORD);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-r--r--"));
        Files.createFile(directory.resolve("server.log"));
        checked(unprivileged(programs.resolve("initdb").toString(), "-D", data().toString(), "-U", USER, "--pwfile",
                password.toString(), "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync"));
        // As a single user it needs neither a port nor a password.
        Path create = Files.writeString(directory.resolve("create.sql"), "CREATE DATABASE " + DATABASE + ";\n");
        Files.setPosixFilePermissions(create, PosixFilePermissions.fromString("rw-r--r--"));
        checked(unprivileged("sh", "-c", "exec \"$0\" --single -D \"$1\" postgres < \"$2\"",
                programs.resolve("postgres").toString(), data().toString(), create.toString()));
    }

    private Path data() {
        return directory.resolve("data");
    }

    private boolean isUp() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected() && run(List.of(programs.resolve("pg_isready").toString(), "-q", "-h",
                    "127.0.0.1", "-p", String.valueOf(port))) == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static List<String> unprivileged(String... command) {
        List<String> all = new ArrayList<>();
        if (isRoot()) {
            all.addAll(List.of("setpriv", "--reuid", UNPRIVILEGED, "--regid", UNPRIVILEGED, "--clear-groups"));
        }
        all.addAll(List.of(command));
        return all;
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static Optional<Path> programs() {
        if (!Files.isDirectory(PACKAGES)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(PACKAGES)) {
            return versions.map(version -> version.resolve("bin")).filter(bin -> Files.exists(bin.resolve("initdb")))
                    .max(Comparator.naturalOrder());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void checked(List<String> command) throws IOException {
        Path log = directory.resolve("make.log");
        Process process = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
        if (exit(process) != 0) {
            throw new IllegalStateException(command + ": " + Files.readString(log));
        }
    }

    private static int run(List<String> command) {
        try {
            return exit(new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start());
        } catch (IOException e) {
            return -1;
        }
    }

    private static int exit(Process process) {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
