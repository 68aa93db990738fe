package dev.caravan.mlx;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The worker as it comes with Caravan, in its jar: the Python package and what it requires. Immutable. */
public final class Worker {
    /** The name of the package. */
    public static final String MODULE = "caravan_mlx";

    private static final String REQUIREMENTS = "requirements.txt";
    private static final String ROOT = "/python/";
    private static final Pattern VERSION = Pattern.compile("mlx-lm(?:\\[\\w+])?==([\\w.]+)");

    private final String version;
    private final SortedMap<String, byte[]> files;

    private Worker(String version, SortedMap<String, byte[]> files) {
        this.version = version;
        this.files = files;
    }

    /** That of the running Caravan. */
    public static Worker own() {
        URL requirements = Worker.class.getResource(ROOT + REQUIREMENTS);
        if (requirements == null) {
            throw new IllegalStateException("the MLX worker is not part of this Caravan");
        }
        try {
            URI uri = requirements.toURI();
            if (!uri.getScheme().equals("jar")) {
                return of(Path.of(uri).getParent());
            }
            try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
                return of(jar.getPath(ROOT));
            }
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException("the MLX worker cannot be read: " + e.getMessage());
        }
    }

    private static Worker of(Path root) throws IOException {
        Matcher version = VERSION.matcher(Files.readString(root.resolve(REQUIREMENTS)));
        if (!version.find()) {
            throw new IOException(REQUIREMENTS + " names no version of mlx-lm");
        }
        return new Worker(version.group(1), files(root.resolve(MODULE)));
    }

    private static SortedMap<String, byte[]> files(Path directory) throws IOException {
        SortedMap<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.filter(path -> path.toString().endsWith(".py")).toList()) {
                files.put(directory.relativize(file).toString(), Files.readAllBytes(file));
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return files;
    }

    /** The version of mlx-lm that it is made for. */
    public String version() {
        return version;
    }

    /** Whether this is what is in a directory. */
    boolean isIn(Path directory) throws IOException {
        SortedMap<String, byte[]> there = files(directory);
        return there.keySet().equals(files.keySet())
                && files.entrySet().stream().allMatch(file -> Arrays.equals(file.getValue(), there.get(file.getKey())));
    }

    /** Puts it into a directory of packages, in place of an earlier one. */
    void install(Path packages) throws IOException {
        Path fresh = Files.createTempDirectory(packages, "." + MODULE);
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path to = fresh.resolve(file.getKey());
            Files.createDirectories(to.getParent());
            Files.write(to, file.getValue());
        }
        Path place = packages.resolve(MODULE);
        delete(place);
        Files.move(fresh, place, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> files = Files.walk(directory)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Path file : all) {
            Files.delete(file);
        }
    }
}
