package dev.caravan.provider;

import dev.caravan.message.ApiException;

/**
 * Where a block stands in a request, and to whom it was to go. Linked upwards and put into words only for an error. Immutable.
 *
 * @param provider the provider's name in the configuration
 * @param parent what it stands in, null at the top
 * @param field the array's name
 * @param index the place in the array
 */
public record BlockPath(String provider, BlockPath parent, String field, int index) {
    /** The path of a block of a message. */
    public static BlockPath ofMessage(String provider, int message, int block) {
        return new BlockPath(provider, null, "messages", message).in("content", block);
    }

    /** The path of a block in an array of this one. */
    public BlockPath in(String array, int block) {
        return new BlockPath(provider, this, array, block);
    }

    /**
     * The failure that says that this provider can take nothing like the block here.
     *
     * @param below what of the block is at fault, as in {@code .source}; empty for all of it
     * @param what the block in words
     */
    public ApiException notCarried(String below, String what) {
        return notCarried(this + below, what, provider);
    }

    /** The failure that says that a provider can take nothing like the field under a path. */
    public static ApiException notCarried(String path, String what, String provider) {
        return ApiException.invalid(path, what + " cannot be sent to provider " + provider);
    }

    @Override
    public String toString() {
        return (parent == null ? "" : parent + ".") + field + "." + index;
    }
}
