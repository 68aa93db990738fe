package dev.caravan.provider.openai;

import dev.caravan.message.ApiException;

/**
 * Where a block stands in the request. Linked upwards and put into words only for an error.
 *
 * @param parent what it stands in, null at the top
 * @param field the array's name
 * @param index the place in the array
 */
record BlockPath(BlockPath parent, String field, int index) {
    /** The path of a block in an array of this one. */
    BlockPath in(String array, int block) {
        return new BlockPath(this, array, block);
    }

    /** The failure that says that this dialect has nothing for the block here. */
    ApiException notCarried(String below, String what) {
        return ApiException.invalid(this + below, what + " cannot be sent to a provider of the openai dialect");
    }

    @Override
    public String toString() {
        return (parent == null ? "" : parent + ".") + field + "." + index;
    }
}
