package dev.caravan.config;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** The entries of a mapping in the order of the file. */
final class ConfigMap {

    private final ConfigNode owner;
    private final Reading reading;
    private final boolean secret;
    private final Map<String, ConfigNode> values = new LinkedHashMap<>();
    private final Map<String, Optional<Mark>> keyMarks = new LinkedHashMap<>();
    private final Set<String> misspelt = new HashSet<>();

    ConfigMap(ConfigNode owner, List<NodeTuple> entries, Reading reading, boolean secret) {
        this.owner = owner;
        this.reading = reading;
        this.secret = secret;
        for (NodeTuple entry : entries) {
            // Keys that are no text, and keys that stand twice, have been told of when the document was parsed.
            if (entry.getKeyNode() instanceof ScalarNode key && !values.containsKey(key.getValue())) {
                values.put(key.getValue(), value(key, entry.getValueNode()));
                keyMarks.put(key.getValue(), key.getStartMark());
            }
        }
    }

    private ConfigNode value(ScalarNode key, Node value) {
        ConfigNode node = new ConfigNode(value, key.getStartMark(), Found.path(owner.path(), key.getValue()), reading);
        return secret ? node.asSecret() : node;
    }

    /** The value of a key, when the file has the key. */
    Optional<ConfigNode> get(String key) {
        return Optional.ofNullable(values.get(key));
    }

    /** The value of a key; its absence is a mistake. */
    Optional<ConfigNode> required(String key, String what) {
        Optional<ConfigNode> value = get(key);
        // A key that was told to mean this one is one mistake, not two.
        if (value.isEmpty() && !misspelt.contains(key)) {
            owner.missing(key, what);
        }
        return value;
    }

    Set<String> keys() {
        return values.keySet();
    }

    /** The keys and their values. */
    Map<String, ConfigNode> entries() {
        return values;
    }

    /** A mistake in the mapping as a whole. */
    void problem(String message) {
        owner.problem(message);
    }

    /** A mistake in a key itself. */
    void keyProblem(String key, String message) {
        reading.problems().add(keyMarks.get(key), Found.path(owner.path(), key), message);
    }

    /** Whether a key may be the secret itself, because somebody forgot what stands before it. */
    private boolean mayBeSecret(String key) {
        return secret || values.get(key).isNothing();
    }

    /** Makes a mistake of every other key. Comes before {@link #required}. */
    void allowOnly(List<String> valid) {
        for (String key : values.keySet()) {
            if (valid.contains(key)) {
                continue;
            }
            String suggestion = NearestName.suggestion(key, valid);
            Optional<String> meant = NearestName.of(key, valid);
            meant.ifPresent(misspelt::add);
            if (mayBeSecret(key) && NearestName.bySpelling(key, valid).isEmpty()) {
                reading.problems().add(keyMarks.get(key), owner.path(), "unknown key" + suggestion);
            } else {
                keyProblem(key, "unknown key `" + Found.printable(key) + "`" + suggestion);
            }
        }
    }
}
