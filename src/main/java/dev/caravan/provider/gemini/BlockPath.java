package dev.caravan.provider.gemini;

import dev.caravan.message.ApiException;

/**
 * Where a block stands in the request, and which provider it is to go to. Linked upwards and put into words only for an error.
 *
 * @param provider the provider's name in the configuration
 * @param parent what it stands in, null at the top
 * @param field the array's name
 * @param index the place in the array
 */
record BlockPath(String provider, BlockPath parent, String field, int index) {
    /** The path of an element of an array of the request itself. */
    static BlockPath top(String provider, String array, int index) {
        return new BlockPath(provider, null, array, index);
    }

    /** The path of a block in an array of this one. */
    BlockPath in(String array, int block) {
        return new BlockPath(provider, this, array, block);
    }

    /** The failure that says that Gemini has nothing for the block here. */
    ApiException notCarried(String below, String what) {
        return refused(provider, this + below, what);
    }

    /** The failure that says that Gemini has nothing for what stands at a path. */
    static ApiException refused(String provider, String path, String what) {
        return ApiException.invalid(path, what + " cannot be sent to provider \"" + provider + "\" (dialect gemini)");
    }

    @Override
    public String toString() {
        return (parent == null ? "" : parent + ".") + field + "." + index;
    }
}
