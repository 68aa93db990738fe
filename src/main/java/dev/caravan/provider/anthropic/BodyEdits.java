package dev.caravan.provider.anthropic;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Changes to bytes at some places, all others stay as they are. Not thread-safe. */
final class BodyEdits {
    private static final byte[] NOTHING = {};

    private final List<Edit> edits = new ArrayList<>();

    private record Edit(int from, int to, byte[] by) {}

    /** Puts other bytes in the place of a range, which overlaps no other edit's. */
    void replace(int from, int to, byte[] by) {
        edits.add(new Edit(from, to, by));
    }

    /** Leaves a range out, which overlaps no other edit's. */
    void cut(int from, int to) {
        replace(from, to, NOTHING);
    }

    void addAll(BodyEdits others) {
        edits.addAll(others.edits);
    }

    /** The changed bytes; the very same array when nothing changes. */
    byte[] applyTo(byte[] body) {
        if (edits.isEmpty()) {
            return body;
        }
        edits.sort(Comparator.comparingInt(Edit::from));
        int length = body.length;
        for (Edit edit : edits) {
            length += edit.by.length - (edit.to - edit.from);
        }
        byte[] changed = new byte[length];
        int read = 0;
        int written = 0;
        for (Edit edit : edits) {
            int kept = edit.from - read;
            System.arraycopy(body, read, changed, written, kept);
            System.arraycopy(edit.by, 0, changed, written + kept, edit.by.length);
            written += kept + edit.by.length;
            read = edit.to;
        }
        System.arraycopy(body, read, changed, written, body.length - read);
        return changed;
    }

    /**
     * Leaves members of one JSON array or object out, each with the comma and the white space before it, or, at the beginning,
     * those behind it. So what stands before a member never depends on what follows.
     */
    final class Members {
        private int previousEnd;
        private int leadingFrom = -1;
        private boolean anyKept;
        private boolean anyLeftOut;

        void keep(int start, int end) {
            if (!anyKept && anyLeftOut) {
                cut(leadingFrom, start);
            }
            anyKept = true;
            previousEnd = end;
        }

        void leaveOut(int start, int end) {
            if (anyKept) {
                cut(previousEnd, end);
            } else if (!anyLeftOut) {
                leadingFrom = start;
            }
            anyLeftOut = true;
            previousEnd = end;
        }

        /** Whether there was something and nothing is left; then nothing has been cut. */
        boolean emptied() {
            return anyLeftOut && !anyKept;
        }
    }
}
