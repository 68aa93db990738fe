package dev.caravan.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The bytes of a configuration file as text: UTF-8, with or without a byte order mark, 1 MB at most. */
final class YamlFile {

    static final int MAX_BYTES = 1 << 20;

    private YamlFile() {}

    /** The text of the file; when it has none, the reason is added to the problems and the text is empty. */
    static String read(Path file, Problems problems) {
        try (InputStream in = Files.newInputStream(file)) {
            // Not Files.size: a pipe or a device tells none.
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                problems.add(0, 0, "larger than 1MB, which no configuration is");
                return "";
            }
            return decode(bytes, problems);
        } catch (IOException e) {
            problems.add(0, 0, "cannot be read: " + (Files.isDirectory(file) ? "it is a directory" : reason(e)));
            return "";
        }
    }

    private static String reason(IOException e) {
        return switch (e) {
            case java.nio.file.AccessDeniedException denied -> "permission denied";
            case java.nio.file.NoSuchFileException missing -> "no such file";
            default -> e.getClass().getSimpleName();
        };
    }

    private static String decode(byte[] bytes, Problems problems) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult result = decoder.decode(in, out, true);
        String text = out.flip().toString();
        if (result.isError()) {
            int lineStart = text.lastIndexOf('\n') + 1;
            int line = (int) text.chars().filter(c -> c == '\n').count() + 1;
            problems.add(line, text.codePointCount(lineStart, text.length()) + 1,
                    "not UTF-8: save the file in that encoding");
            return "";
        }
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }
}
