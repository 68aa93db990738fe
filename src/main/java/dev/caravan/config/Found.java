package dev.caravan.config;

import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** How what stands in a file is named in a message. */
final class Found {

    private static final int LONGEST = 60;
    private static final Pattern PLAIN_KEY = Pattern.compile("[A-Za-z0-9_-]{1,60}");

    private Found() {}

    /** The node with its value: {@code the text "abc"}, {@code the number 12}, {@code a list}. */
    static String in(Node node) {
        if (!(node instanceof ScalarNode scalar)) {
            return kindOf(node);
        }
        String value = scalar.getValue();
        if (isNumber(node)) {
            return "the number " + printable(value);
        }
        if (node.getTag().equals(Tag.BOOL)) {
            return "the boolean " + printable(value);
        }
        return node.getTag().equals(Tag.NULL) ? "nothing" : "the text " + quoted(value);
    }

    /** What the node is, without its value. */
    static String kindOf(Node node) {
        if (node instanceof MappingNode) {
            return "a mapping";
        }
        if (!(node instanceof ScalarNode)) {
            return "a list";
        }
        if (isNumber(node)) {
            return "a number";
        }
        if (node.getTag().equals(Tag.BOOL)) {
            return "a boolean";
        }
        return node.getTag().equals(Tag.NULL) ? "nothing" : "a text";
    }

    static boolean isNumber(Node node) {
        return node.getTag().equals(Tag.INT) || node.getTag().equals(Tag.FLOAT);
    }

    /** A text in double quotes on one line, cut when it is long. */
    static String quoted(String text) {
        return '"' + printable(text) + '"';
    }

    /** The path of a key: {@code a.b}, or {@code a."b c"} when the key is no plain word. */
    static String path(String parent, String key) {
        String name = PLAIN_KEY.matcher(key).matches() ? key : quoted(key);
        return parent.isEmpty() ? name : parent + "." + name;
    }

    /** A text on one line, cut when it is long. */
    static String printable(String text) {
        StringBuilder line = new StringBuilder();
        int shown = 0;
        for (int at = 0; at < text.length();) {
            if (shown++ == LONGEST) {
                return line.append('…').toString();
            }
            int c = text.codePointAt(at);
            at += Character.charCount(c);
            // Line breaks would forge a line of the message; format characters can reorder it on a terminal.
            switch (Character.getType(c)) {
                case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR ->
                    line.append(String.format("\\u%04x", c));
                default -> line.appendCodePoint(c);
            }
        }
        return line.toString();
    }
}
