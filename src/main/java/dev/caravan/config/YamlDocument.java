package dev.caravan.config;

import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.CoreScalarResolver;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * A YAML 1.2 text as a tree of nodes that know their line and column.
 *
 * <p>What a configuration has no use for and an attacker or an accident has is refused here, before anything reads the
 * tree: deep nesting, many aliases, an alias inside what it names, the same key twice, keys that are no text, tags.
 */
final class YamlDocument {

    static final int MAX_DEPTH = 32;
    static final int MAX_ALIASES = 50;

    private static final LoadSettings SETTINGS = LoadSettings.builder().setSchema(new WithoutMergeKeys())
            // Found in check(), which knows the place.
            .setAllowDuplicateKeys(true).setAllowNonScalarKeys(true).setMaxAliasesForCollections(MAX_ALIASES)
            .setCodePointLimit(YamlFile.MAX_BYTES + 1).build();

    private static final Set<Tag> SCALAR_TAGS = Set.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL,
            // The library's own reading of a plain ${NAME}; a text like any other here.
            Tag.ENV_TAG);

    private final Problems problems;
    private final Set<Node> checked = Collections.newSetFromMap(new IdentityHashMap<>());

    private YamlDocument(Problems problems) {
        this.problems = problems;
    }

    /** The root of the document, empty when there is none, or when it is no YAML, which the problems then tell. */
    static Optional<Node> parse(String yaml, Problems problems) {
        try {
            if (!isModest(yaml, problems)) {
                return Optional.empty();
            }
            Optional<Node> root = new Compose(SETTINGS).composeString(yaml);
            root.ifPresent(node -> new YamlDocument(problems).check(node, ""));
            return root;
        } catch (MarkedYamlEngineException e) {
            problems.add(e.getProblemMark(), "", YamlSyntax.explain(e));
        } catch (ReaderException e) {
            reportCharacter(yaml, e.getPosition(), problems);
        } catch (YamlEngineException | IllegalArgumentException | IndexOutOfBoundsException e) {
            // The library has no mark for some errors, and lets a few of the JDK's own through (a bad escape, a bad
            // version number). Its messages may quote the file, so they are not passed on.
            problems.add(0, 0, "not valid YAML");
        }
        return Optional.empty();
    }

    /** Looks at the events alone, which needs neither a deep stack nor much memory, before a tree is made of them. */
    private static boolean isModest(String yaml, Problems problems) {
        int depth = 0;
        int aliases = 0;
        for (Event event : new Parse(SETTINGS).parseString(yaml)) {
            switch (event.getEventId()) {
                case MappingStart, SequenceStart -> depth++;
                case MappingEnd, SequenceEnd -> depth--;
                case Alias -> aliases++;
                default -> {
                }
            }
            if (depth > MAX_DEPTH) {
                problems.add(event.getStartMark(), "", "nested deeper than " + MAX_DEPTH + " levels");
                return false;
            }
            if (aliases > MAX_ALIASES) {
                problems.add(event.getStartMark(), "", "more than " + MAX_ALIASES + " aliases (`*name`)");
                return false;
            }
        }
        return true;
    }

    private static void reportCharacter(String yaml, int position, Problems problems) {
        int end = yaml.offsetByCodePoints(0, Math.min(position, yaml.codePointCount(0, yaml.length())));
        String before = yaml.substring(0, end);
        int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
        int lineStart = before.lastIndexOf('\n') + 1;
        problems.add(line, before.codePointCount(lineStart, end) + 1, "a control character, which YAML does not allow");
    }

    private void check(Node node, String path) {
        if (!checked.add(node)) {
            return;
        }
        if (node.isRecursive()) {
            problems.add(node.getStartMark(), path, "an alias (`*name`) stands inside what it names");
        }
        boolean known = switch (node) {
            case ScalarNode scalar -> SCALAR_TAGS.contains(scalar.getTag());
            case SequenceNode sequence -> sequence.getTag().equals(Tag.SEQ);
            default -> node.getTag().equals(Tag.MAP);
        };
        if (!known) {
            problems.add(node.getStartMark(), path, "YAML tags (`!name`) are not used here; put text in quotes");
        }
        if (node instanceof SequenceNode sequence) {
            int index = 0;
            for (Node item : sequence.getValue()) {
                check(item, path + "[" + index++ + "]");
            }
        } else if (node instanceof MappingNode mapping) {
            checkMapping(mapping, path);
        }
    }

    private void checkMapping(MappingNode mapping, String path) {
        Map<String, Node> keys = new HashMap<>();
        for (NodeTuple entry : mapping.getValue()) {
            Node key = entry.getKeyNode();
            if (!(key instanceof ScalarNode scalar) || scalar.getTag().equals(Tag.NULL)) {
                problems.add(key.getStartMark(), path, "expected a key, found " + Found.kindOf(key));
                continue;
            }
            String keyPath = Found.path(path, scalar.getValue());
            Node first = keys.putIfAbsent(scalar.getValue(), key);
            if (first != null) {
                String line = first.getStartMark().map(mark -> " (line " + (mark.getLine() + 1) + ")").orElse("");
                problems.add(key.getStartMark(), keyPath, "the same key stands above already" + line);
            }
            check(entry.getValueNode(), keyPath);
        }
    }

    /**
     * The scalars of YAML 1.2's core schema. Merge keys ({@code <<}) are not of YAML 1.2, and a mapping that merges
     * itself keeps this version of the library busy for ever.
     */
    private static final class WithoutMergeKeys extends CoreSchema {
        @Override
        public ScalarResolver getScalarResolver() {
            return new CoreScalarResolver(false);
        }
    }
}
