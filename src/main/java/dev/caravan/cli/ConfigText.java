package dev.caravan.cli;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.CollectionNode;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * The text of a {@code caravan.yaml}, into which lines are put where they belong; every other character stays. It does so for files
 * in the usual form, a key a line; for others there is no answer, and a person has to do it. Immutable.
 */
final class ConfigText {
    private static final String PROVIDERS = "providers";
    private static final String MODELS = "models";

    private final String text;
    private final String lineEnd;

    ConfigText(String text) {
        this.text = text;
        this.lineEnd = text.contains("\r\n") ? "\r\n" : "\n";
    }

    @Override
    public String toString() {
        return text;
    }

    /** With a provider behind those that are there. */
    Optional<ConfigText> withProvider(List<String> lines) {
        return value(PROVIDERS).filter(ConfigText::isBlock).flatMap(providers -> {
            NodeTuple first = ((MappingNode) providers).getValue().getFirst();
            return lastCharacter(providers).map(last -> {
                String indent = " ".repeat(mark(first.getKeyNode()).getColumn());
                return insert(endOfLine(last), lineEnd + lineEnd
                        + lines.stream().map(indent::concat).collect(Collectors.joining(lineEnd)));
            });
        });
    }

    /** With a rule before those that are there. */
    Optional<ConfigText> withFirstRule(String rule) {
        Optional<Node> models = value(MODELS);
        if (models.isEmpty()) {
            String gap = text.endsWith("\n") ? "" : lineEnd;
            return root().map(
                    root -> insert(text.length(), gap + lineEnd + MODELS + ":" + lineEnd + "  - " + rule + lineEnd));
        }
        return models.filter(ConfigText::isBlock).flatMap(block -> {
            int item = index(((SequenceNode) block).getValue().getFirst().getStartMark().orElseThrow());
            int line = text.lastIndexOf('\n', item - 1) + 1;
            String before = text.substring(line, item);
            return before.matches(" *- +") ? Optional.of(insert(line, before + rule + lineEnd)) : Optional.empty();
        });
    }

    /** With another program for a provider's command. */
    Optional<ConfigText> withProgram(String provider, String program) {
        return value(PROVIDERS).flatMap(providers -> value(providers, provider)).flatMap(node -> value(node, "command"))
                .filter(SequenceNode.class::isInstance).map(command -> ((SequenceNode) command).getValue().getFirst())
                .map(word -> {
                    int start = index(word.getStartMark().orElseThrow());
                    int end = index(word.getEndMark().orElseThrow());
                    return new ConfigText(text.substring(0, start) + MlxProvider.quoted(program) + text.substring(end));
                });
    }

    private ConfigText insert(int at, String what) {
        return new ConfigText(text.substring(0, at) + what + text.substring(at));
    }

    private Optional<Node> root() {
        if (text.startsWith("\uFEFF")) {
            return Optional.empty(); // the library's marks do not count it
        }
        try {
            return new Compose(LoadSettings.builder().build()).composeString(text)
                    .filter(node -> node instanceof MappingNode mapping && mapping.getFlowStyle() == FlowStyle.BLOCK);
        } catch (YamlEngineException e) {
            return Optional.empty();
        }
    }

    private Optional<Node> value(String key) {
        return root().flatMap(root -> value(root, key));
    }

    private static Optional<Node> value(Node node, String key) {
        return node instanceof MappingNode mapping
                ? mapping.getValue().stream()
                        .filter(entry -> entry.getKeyNode() instanceof ScalarNode name && name.getValue().equals(key))
                        .map(NodeTuple::getValueNode).findFirst()
                : Optional.empty();
    }

    private static boolean isBlock(Node node) {
        return node instanceof CollectionNode<?> collection && collection.getFlowStyle() == FlowStyle.BLOCK
                && !collection.getValue().isEmpty();
    }

    /** Behind the last character of a node; not known for texts over several lines, which end where the next thing begins. */
    private Optional<Integer> lastCharacter(Node node) {
        if (isBlock(node)) {
            return lastCharacter(node instanceof MappingNode mapping
                    ? mapping.getValue().getLast().getValueNode()
                    : ((SequenceNode) node).getValue().getLast());
        }
        boolean knows = !(node instanceof ScalarNode scalar) || scalar.getScalarStyle() != ScalarStyle.LITERAL
                && scalar.getScalarStyle() != ScalarStyle.FOLDED;
        return knows ? node.getEndMark().map(this::index) : Optional.empty();
    }

    private int endOfLine(int from) {
        int end = text.indexOf(lineEnd, from);
        return end < 0 ? text.length() : end;
    }

    private static Mark mark(Node node) {
        return node.getStartMark().orElseThrow();
    }

    /** Marks count characters, Java their halves. */
    private int index(Mark mark) {
        return text.offsetByCodePoints(0, mark.getIndex());
    }
}
