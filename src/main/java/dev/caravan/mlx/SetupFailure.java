package dev.caravan.mlx;

/** Something that is needed cannot be had. The message is for people, says what to do, and may quote the output of pip. */
public final class SetupFailure extends Exception {
    private static final long serialVersionUID = 1L;

    SetupFailure(String message) {
        super(message, null, false, false);
    }
}
