package dev.caravan.config;

/**
 * A key that clients may call Caravan with.
 *
 * @param name what logs show in its place; {@code key-1}, {@code key-2} and so on by its place in the list when the
 *             file gives none
 * @param key  the key, at least 8 printable ASCII characters
 * @param admin whether it also opens the doors of operators
 */
public record ClientKey(String name, Secret key, boolean admin) {}
