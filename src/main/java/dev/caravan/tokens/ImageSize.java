package dev.caravan.tokens;

import java.util.Optional;

/**
 * An image's width and height in pixels, read from the header of its file while that is still base64: only the characters that
 * hold the numbers are decoded. Knows PNG, JPEG, GIF and WebP, whatever media type the client gave.
 *
 * @see <a href="https://www.w3.org/TR/png-3/#11IHDR">PNG, IHDR</a>
 * @see <a href="https://www.w3.org/Graphics/JPEG/itu-t81.pdf">JPEG, ITU T.81, B.1 and B.2</a>
 * @see <a href="https://www.w3.org/Graphics/GIF/spec-gif89a.txt">GIF 89a, logical screen descriptor</a>
 * @see <a href="https://developers.google.com/speed/webp/docs/riff_container">WebP container</a>
 */
record ImageSize(int width, int height) {
    /** The size that the header tells; empty for other formats, broken headers and what is no base64. */
    static Optional<ImageSize> ofBase64(String data) {
        Bytes bytes = new Bytes(data);
        Optional<ImageSize> size = Optional.empty();
        if (bytes.startsWith(0, 0x89, 'P', 'N', 'G')) {
            size = sized(bytes.big(16, 4), bytes.big(20, 4));
        } else if (bytes.startsWith(0, 0xFF, 0xD8)) {
            size = jpeg(bytes);
        } else if (bytes.startsWith(0, 'G', 'I', 'F', '8')) {
            size = sized(bytes.little(6, 2), bytes.little(8, 2));
        } else if (bytes.startsWith(0, 'R', 'I', 'F', 'F') && bytes.startsWith(8, 'W', 'E', 'B', 'P')) {
            size = webp(bytes);
        }
        return size;
    }

    private static Optional<ImageSize> sized(long width, long height) {
        boolean sensible = width > 0 && height > 0 && width <= Integer.MAX_VALUE && height <= Integer.MAX_VALUE;
        return sensible ? Optional.of(new ImageSize((int) width, (int) height)) : Optional.empty();
    }

    /** Walks from marker to marker up to the frame header, SOF, which may stand behind long application segments. */
    private static Optional<ImageSize> jpeg(Bytes bytes) {
        int at = 2;
        while (bytes.at(at) == 0xFF) {
            int marker = bytes.at(at + 1);
            if (marker == 0xFF) {
                at++; // fill byte
            } else if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC) {
                return sized(bytes.big(at + 7, 2), bytes.big(at + 5, 2));
            } else if (marker == 0x01 || marker >= 0xD0 && marker <= 0xD8) {
                at += 2; // markers without a segment
            } else {
                long length = bytes.big(at + 2, 2);
                if (marker < 0 || marker == 0xD9 || marker == 0xDA || length < 2) {
                    break;
                }
                at += 2 + (int) length;
            }
        }
        return Optional.empty();
    }

    private static Optional<ImageSize> webp(Bytes bytes) {
        if (bytes.startsWith(12, 'V', 'P', '8', 'X')) {
            return sized(bytes.little(24, 3) + 1, bytes.little(27, 3) + 1);
        }
        if (bytes.startsWith(12, 'V', 'P', '8', 'L') && bytes.at(20) == 0x2F) {
            long bits = bytes.little(21, 4);
            return bits < 0 ? Optional.empty() : sized((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1);
        }
        if (bytes.startsWith(12, 'V', 'P', '8', ' ') && bytes.startsWith(23, 0x9D, 0x01, 0x2A)) {
            return sized(bytes.little(26, 2) & 0x3FFF, bytes.little(28, 2) & 0x3FFF);
        }
        return Optional.empty();
    }

    /** Bytes that are still base64. */
    private record Bytes(String base64) {
        /** The byte at this position, -1 when there is none or its characters are no base64. */
        int at(int position) {
            int group = position / 3 * 4;
            int within = position % 3;
            int first = sextet(group + within);
            int second = sextet(group + within + 1);
            if (first < 0 || second < 0) {
                return -1;
            }
            int bits = first << 6 | second;
            return bits >> 4 - 2 * within & 0xFF;
        }

        private int sextet(int index) {
            if (index < 0 || index >= base64.length()) {
                return -1;
            }
            char c = base64.charAt(index);
            if (c >= 'A' && c <= 'Z') {
                return c - 'A';
            }
            if (c >= 'a' && c <= 'z') {
                return c - 'a' + 26;
            }
            if (c >= '0' && c <= '9') {
                return c - '0' + 52;
            }
            return c == '+' ? 62 : c == '/' ? 63 : -1;
        }

        boolean startsWith(int position, int... expected) {
            for (int i = 0; i < expected.length; i++) {
                if (at(position + i) != expected[i]) {
                    return false;
                }
            }
            return true;
        }

        /** A number, its highest byte first; negative when a byte is missing. */
        long big(int position, int length) {
            long number = 0;
            for (int i = 0; i < length; i++) {
                int next = at(position + i);
                if (next < 0) {
                    return -1;
                }
                number = number << 8 | next;
            }
            return number;
        }

        /** A number, its lowest byte first; negative when a byte is missing. */
        long little(int position, int length) {
            long number = 0;
            for (int i = length - 1; i >= 0; i--) {
                int next = at(position + i);
                if (next < 0) {
                    return Integer.MIN_VALUE;
                }
                number = number << 8 | next;
            }
            return number;
        }
    }
}
