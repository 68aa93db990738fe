package dev.caravan.config;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Finds and reads {@code caravan.yaml}.
 *
 * <p>The file is {@code caravan.yaml} in the base directory, or the one that the environment variable
 * {@code CARAVAN_CONFIG} names, relative to that directory. {@code CARAVAN_HOST} and {@code CARAVAN_PORT} win over
 * {@code server.host} and {@code server.port}. Immutable; may be used by several threads.
 */
public final class ConfigLoader {

    /** The name of the file that is looked for. */
    public static final String FILE_NAME = "caravan.yaml";
    /** The environment variable that names another file. */
    public static final String FILE_VARIABLE = "CARAVAN_CONFIG";
    /** The environment variable that wins over {@code server.host}. */
    public static final String HOST_VARIABLE = "CARAVAN_HOST";
    /** The environment variable that wins over {@code server.port}. */
    public static final String PORT_VARIABLE = "CARAVAN_PORT";

    private final Environment environment;
    private final Path base;
    private final Installation installation;
    private final HostResolver resolver;

    /**
     * @param environment the environment variables
     * @param base        the directory where the file is looked for; {@code Path.of("")} for the current one
     */
    public ConfigLoader(Environment environment, Path base) {
        this(environment, base, Installation.running(), InetAddress::getAllByName);
    }

    ConfigLoader(Environment environment, Path base, Installation installation, HostResolver resolver) {
        this.environment = environment;
        this.base = base;
        this.installation = installation;
        this.resolver = resolver;
    }

    /**
     * Finds and reads the file.
     *
     * @throws ConfigException with every mistake, when there is one, or no file
     */
    public CaravanConfig load() {
        Path file = find();
        Problems problems = new Problems(file.toString());
        String yaml = YamlFile.read(file, problems);
        problems.throwIfAny();
        return parse(file, yaml);
    }

    /**
     * Reads a configuration from a text.
     *
     * @param file what to call it in messages, and where relative paths in it begin; it is not read
     * @param yaml the text
     * @throws ConfigException with every mistake, when there is one
     */
    public CaravanConfig parse(Path file, String yaml) {
        Problems problems = new Problems(file.toString());
        Optional<Node> document = YamlDocument.parse(yaml, problems);
        if (document.isEmpty() && problems.isEmpty()) {
            problems.add(1, 1, "the file holds nothing; expected at least the key `providers`");
        }
        if (document.isEmpty()) {
            problems.throwIfAny();
        }
        Node node = document.orElseThrow();
        Reading reading = Reading.strict(problems, environment);
        ConfigNode root = new ConfigNode(node, node.getStartMark(), "", reading);
        CaravanConfig config = new ConfigReader(reading, installation, resolver).read(root, file);
        problems.throwIfAny();
        return config;
    }

    private Path find() {
        Optional<String> named = environment.get(FILE_VARIABLE);
        try {
            Path file = base.resolve(named.orElse(FILE_NAME)).normalize();
            if (Files.exists(file)) {
                return file;
            }
            throw named.isPresent()
                    ? failure("environment", FILE_VARIABLE, "names " + file.toAbsolutePath() + ", which does not exist")
                    : failure(file.toString(), "", notFound(file));
        } catch (InvalidPathException e) {
            throw failure("environment", FILE_VARIABLE, "is not the name of a file");
        }
    }

    private static String notFound(Path file) {
        Path other = file.resolveSibling("caravan.yml");
        return "not found; looked for " + file.toAbsolutePath() + ". "
                + (Files.exists(other)
                        ? "There is a caravan.yml: rename it"
                        : "Start in the directory that holds it, or name a file in " + FILE_VARIABLE);
    }

    private static ConfigException failure(String file, String path, String message) {
        return new ConfigException(List.of(new Problem(file, 0, 0, path, message)));
    }
}
