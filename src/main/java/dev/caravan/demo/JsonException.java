package dev.caravan.demo;

/**
 * A text that is not JSON, or JSON that is not of the expected shape. The message says where and what was expected; it never
 * repeats what stood there, which may be part of a prompt.
 */
final class JsonException extends Exception {
    private static final long serialVersionUID = 1L;

    JsonException(String message) {
        super(message);
    }
}
