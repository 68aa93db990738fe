package dev.caravan.provider.translation;

import java.util.List;

/**
 * Something that a request can hold.
 *
 * @param label what it is, in the words of the table
 * @param path where it stands in the request, as a refusal of it names it
 * @param with a request that holds it; {@code SIGNATURE} stands for the signature of a thinking block of the provider's own
 * @param without the same request without it
 * @param marks what is found at the provider when it gets there as what it is: one of these, in any case of letters
 * @param isText whether it is text by its nature, so that it is no loss when text comes of it
 */
record Row(String label, String path, String with, String without, List<String> marks, boolean isText) {
    /** The same, being text by its nature. */
    Row text() {
        return new Row(label, path, with, without, marks, true);
    }

    /** The same with other marks. */
    Row marks(String... other) {
        return new Row(label, path, with, without, List.of(other), isText);
    }
}
