package dev.caravan.mlx;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.function.Consumer;

/**
 * A virtual environment with mlx-lm and the worker in it. What is installed is noted in a file, so that a set-up that finds
 * everything done does nothing; the note is written last, so that one that was interrupted begins where it has to.
 *
 * @param directory where it is
 * @param accelerator what MLX computes with in it
 * @param worker the worker to be in it
 */
public record WorkerEnvironment(Path directory, Accelerator accelerator, Worker worker) {
    private static final String NOTE = "caravan.properties";
    private static final String LOG = "install.log";
    /** The key of the note under which stands what was installed, as pip reads it. */
    static final String REQUIREMENT = "requirement";
    private static final String WHERE_PACKAGES_ARE = "import sysconfig; print(sysconfig.get_path('purelib'))";
    private static final int QUOTED_LINES = 5;

    /** The environment that is used when none is named: one for each version of mlx-lm. */
    public static WorkerEnvironment usual(Machine machine, Accelerator accelerator, Worker worker) {
        return new WorkerEnvironment(machine.data().resolve(worker.version() + accelerator.suffix()), accelerator,
                worker);
    }

    /** Its Python. */
    public Path python() {
        return directory.resolve("bin").resolve("python");
    }

    /** What is to be installed, as pip reads it. */
    public String requirement() {
        return accelerator.requirement(worker.version());
    }

    /** Whether there is nothing to do. */
    public boolean isReady() {
        return hasLibraries() && InstalledWorker.of(python()).filter(there -> there.isSameAs(worker)).isPresent();
    }

    private boolean hasLibraries() {
        return Files.isExecutable(python()) && requirement().equals(note().getProperty(REQUIREMENT));
    }

    private Properties note() {
        return note(directory);
    }

    /** What is noted of an environment; empty when nothing is. */
    static Properties note(Path directory) {
        Properties note = new Properties();
        try (InputStream in = Files.newInputStream(directory.resolve(NOTE))) {
            note.load(in);
        } catch (IOException | IllegalArgumentException e) {
            note.clear();
        }
        return note;
    }

    /** How to get a Python, which is not looked for when none is needed. */
    @FunctionalInterface
    public interface PythonSource {
        /** @throws SetupFailure when there is none */
        Python find() throws SetupFailure, InterruptedException;
    }

    /**
     * Makes it, or what of it is missing or out of date.
     *
     * @param progress takes lines that tell how far it is
     * @throws SetupFailure when that is not possible
     */
    public void prepare(PythonSource source, Consumer<String> progress) throws SetupFailure, InterruptedException {
        if (isReady()) {
            return;
        }
        try {
            Files.createDirectories(directory.toAbsolutePath().getParent());
            Path lockFile = directory.resolveSibling(directory.getFileName() + ".lock");
            try (FileChannel file = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = file.lock()) {
                complete(source, progress);
            }
        } catch (FileSystemException e) {
            throw new SetupFailure(
                    "cannot write to " + e.getFile() + (e.getReason() == null ? "" : ": " + e.getReason()));
        } catch (IOException e) {
            throw new SetupFailure("cannot set up " + directory + ": " + e.getMessage());
        }
    }

    private void complete(PythonSource source, Consumer<String> progress)
            throws IOException, SetupFailure, InterruptedException {
        Properties note = note();
        if (!hasLibraries()) {
            if (!works()) {
                Python python = source.find();
                progress.accept(
                        "making " + directory + " with Python " + python.version() + " (" + python.program() + ")");
                create(python);
            }
            progress.accept("installing " + requirement());
            install(progress);
            note.setProperty(REQUIREMENT, requirement());
        }
        worker.install(packages());
        store(note);
    }

    private void store(Properties note) throws IOException {
        try (OutputStream out = Files.newOutputStream(directory.resolve(NOTE))) {
            note.store(out, "What caravan mlx has installed here");
        }
    }

    /** An environment dies with the Python that it was made with. */
    private boolean works() throws InterruptedException {
        try {
            return Files.isExecutable(python())
                    && Run.of(List.of(python().toString(), "-I", "-m", "pip", "--version")).ok();
        } catch (IOException e) {
            return false;
        }
    }

    private void create(Python python) throws IOException, SetupFailure, InterruptedException {
        boolean somebodyElses = Files.exists(directory) && !isEmpty() && !Files.exists(directory.resolve(NOTE));
        if (somebodyElses) {
            throw new SetupFailure(
                    directory + " is not empty, and no virtual environment with a working pip; delete it, or name "
                            + "another one");
        }
        Run run = Run.of(List.of(python.program().toString(), "-I", "-m", "venv", "--clear", directory.toString()));
        if (!run.ok()) {
            throw new SetupFailure("the virtual environment cannot be made: " + reason(run));
        }
        // From now on it may be made anew.
        store(new Properties());
    }

    private boolean isEmpty() throws IOException {
        try (var files = Files.newDirectoryStream(directory)) {
            return !files.iterator().hasNext();
        }
    }

    private void install(Consumer<String> progress) throws IOException, SetupFailure, InterruptedException {
        List<String> pip = List.of(python().toString(), "-I", "-m", "pip", "install", "--no-input",
                "--disable-pip-version-check", "--progress-bar", "off", requirement());
        Run run = Run.of(pip, line -> {
            String told = line.strip();
            if (told.startsWith("Downloading ") || told.startsWith("Installing ")) {
                progress.accept("  " + told);
            }
        });
        Files.write(directory.resolve(LOG), run.lines());
        if (!run.ok()) {
            throw new SetupFailure(requirement() + " cannot be installed: " + reason(run) + "\nall of pip's output: "
                    + directory.resolve(LOG));
        }
    }

    private Path packages() throws IOException, SetupFailure, InterruptedException {
        Run run = Run.of(List.of(python().toString(), "-I", "-c", WHERE_PACKAGES_ARE));
        if (!run.ok() || run.lines().isEmpty()) {
            throw new SetupFailure(python() + " does not work: " + reason(run));
        }
        return Path.of(run.lines().getLast());
    }

    /** What people can do something about, or else the last words. */
    private static String reason(Run run) {
        String all = run.text().toLowerCase(Locale.ROOT);
        if (all.contains("no space left on device") || all.contains("disk quota exceeded")) {
            return "the disk is full";
        }
        for (String sign : List.of("name resolution", "nodename nor servname", "getaddrinfo", "network is unreachable",
                "connection refused", "connecttimeouterror", "newconnectionerror", "proxyerror", "connection to ")) {
            if (all.contains(sign)) {
                return "the package index cannot be reached; is there a network, a proxy to be named in HTTPS_PROXY, or an index in "
                        + "PIP_INDEX_URL?";
            }
        }
        if (all.contains("no matching distribution")) {
            return "there is no build of it for this machine and this Python; another Python can be named with --python";
        }
        List<String> lines = run.lines().stream().filter(line -> !line.isBlank()).toList();
        return lines.isEmpty()
                ? "exit code " + run.exitCode()
                : String.join("\n", lines.subList(Math.max(0, lines.size() - QUOTED_LINES), lines.size()));
    }
}
