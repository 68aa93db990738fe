package dev.caravan.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * The settings of known servers of the OpenAI dialect, in the words of {@code caravan.yaml}: what a file says of a provider stands
 * above what its preset says. Thread-safe.
 */
final class Presets {

    private static final String RESOURCE = "presets.yaml";
    private static final Map<String, MappingNode> PRESETS = load();

    private Presets() {}

    /** The presets by their names, in the order of the resource. */
    static Map<String, MappingNode> byName() {
        return PRESETS;
    }

    private static Map<String, MappingNode> load() {
        try (InputStream in = Presets.class.getResourceAsStream(RESOURCE)) {
            Problems problems = new Problems(RESOURCE);
            Optional<Node> root = YamlDocument.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), problems);
            problems.throwIfAny();
            Map<String, MappingNode> presets = new LinkedHashMap<>();
            for (NodeTuple entry : ((MappingNode) root.orElseThrow()).getValue()) {
                presets.put(((ScalarNode) entry.getKeyNode()).getValue(), (MappingNode) entry.getValueNode());
            }
            return presets;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A mapping with what it lacks from a preset, mappings within it likewise.
     *
     * @param at where what comes from the preset is said to stand
     */
    static MappingNode merged(MappingNode own, MappingNode preset, Optional<Mark> at) {
        List<NodeTuple> entries = new ArrayList<>();
        Map<String, Node> fromPreset = new LinkedHashMap<>();
        preset.getValue().forEach(entry -> fromPreset.put(key(entry), entry.getValueNode()));
        for (NodeTuple entry : own.getValue()) {
            Node below = fromPreset.remove(key(entry));
            boolean both = entry.getValueNode() instanceof MappingNode && below instanceof MappingNode;
            entries.add(both
                    ? new NodeTuple(entry.getKeyNode(),
                            merged((MappingNode) entry.getValueNode(), (MappingNode) below, at))
                    : entry);
        }
        for (NodeTuple entry : preset.getValue()) {
            if (fromPreset.containsKey(key(entry))) {
                entries.add(new NodeTuple(placed(entry.getKeyNode(), at), placed(entry.getValueNode(), at)));
            }
        }
        return new MappingNode(own.getTag(), true, entries, own.getFlowStyle(), own.getStartMark(), own.getEndMark());
    }

    private static String key(NodeTuple entry) {
        return entry.getKeyNode() instanceof ScalarNode key ? key.getValue() : "";
    }

    private static Node placed(Node node, Optional<Mark> at) {
        return switch (node) {
            case ScalarNode scalar ->
                new ScalarNode(scalar.getTag(), true, scalar.getValue(), scalar.getScalarStyle(), at, at);
            case SequenceNode list -> new SequenceNode(list.getTag(), true,
                    list.getValue().stream().map(item -> placed(item, at)).toList(), list.getFlowStyle(), at, at);
            case MappingNode map -> new MappingNode(map.getTag(), true,
                    map.getValue().stream()
                            .map(entry -> new NodeTuple(placed(entry.getKeyNode(), at),
                                    placed(entry.getValueNode(), at)))
                            .toList(),
                    map.getFlowStyle(), at, at);
            default -> node;
        };
    }
}
