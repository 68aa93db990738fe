package dev.caravan.provider.translation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@code docs/translation.md}. */
final class Document {
    private static final Path FILE = Path.of("docs", "translation.md");

    private Document() {}

    /** The lines between the comments {@code <!-- name -->} and {@code <!-- end -->}. */
    static List<String> table(String name) {
        try {
            List<String> lines = Files.readAllLines(FILE);
            int start = lines.indexOf("<!-- " + name + " -->");
            if (start < 0) {
                throw new AssertionError("no table \"" + name + "\" in " + FILE);
            }
            List<String> rest = lines.subList(start + 1, lines.size());
            return rest.subList(0, rest.indexOf("<!-- end -->"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
