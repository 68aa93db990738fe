package dev.caravan.config;

import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/** Says what is wrong with a text that is not YAML, without quoting it, since what is quoted may be a secret. */
final class YamlSyntax {

    private YamlSyntax() {}

    static String explain(MarkedYamlEngineException e) {
        String context = Optional.ofNullable(e.getContext()).orElse("");
        String problem = Optional.ofNullable(e.getProblem()).orElse("");
        if (context.contains("scanning an alias") || problem.startsWith("found undefined alias")) {
            return "`*` begins an alias here, and there is no such anchor; put text that begins with `*` in quotes";
        }
        if (problem.contains("TAB")) {
            return "a tab where YAML wants spaces: indent with spaces";
        }
        if (problem.startsWith("mapping values are not allowed here")) {
            return "a `:` that is not expected here; check the indentation, and put text that holds `: ` in quotes";
        }
        if (problem.startsWith("expected ','") && problem.endsWith("<stream end>")) {
            return "the file ends inside a `{` or `[`" + line(e);
        }
        if (problem.startsWith("expected ',' or '}'") || problem.startsWith("expected ',' or ']'")) {
            return problem.substring(0, "expected ',' or '}'".length())
                    + "; inside { } and [ ] put text such as \"${NAME}\" in quotes";
        }
        if (problem.startsWith("expected the node content") && context.contains("flow")) {
            return "expected a value, or the `]` or `}` that closes what is open here";
        }
        if (problem.startsWith("expected <block end>")) {
            return "a line that fits neither the lines above nor a new key; check the indentation and the quotes";
        }
        if (problem.startsWith("could not find expected ':'")) {
            return "expected `:` after the key above";
        }
        if (problem.startsWith("found unexpected end of stream")) {
            return "the file ends inside a quoted text" + line(e);
        }
        if (problem.startsWith("expected a single document") || problem.startsWith("but found another document")) {
            return "a second document (`---`); a configuration is one";
        }
        if (problem.contains("escape")) {
            return "an unknown escape (`\\`) in a text in double quotes; double the `\\` or use single quotes";
        }
        return "not valid YAML" + (context.isEmpty() ? "" : " (" + context + ")");
    }

    private static String line(MarkedYamlEngineException e) {
        return e.getContextMark().map(mark -> " that begins in line " + (mark.getLine() + 1)).orElse("");
    }
}
