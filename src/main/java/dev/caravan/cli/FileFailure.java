package dev.caravan.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Why a file could not be read or written, for people. */
final class FileFailure {
    private FileFailure() {}

    /** The file and the reason, as far as the failure tells them. */
    static String text(IOException failure) {
        return switch (failure) {
            case NoSuchFileException missing -> missing.getFile() + ": there is no such file";
            case AccessDeniedException denied -> denied.getFile() + ": permission denied";
            case FileSystemException file -> file.getFile() + ": "
                    + (file.getReason() == null ? "cannot be read or written" : file.getReason());
            default -> String.valueOf(failure.getMessage());
        };
    }
}
