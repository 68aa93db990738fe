package dev.caravan.cli;

import java.util.Optional;

/**
 * What a check of {@code caravan doctor} found. It holds no secret.
 *
 * @param mark how it is
 * @param text what was found, one line
 * @param advice what to do about it, one line
 */
record Finding(Mark mark, String text, Optional<String> advice) {
    /** How it is. */
    enum Mark {
        /** As it should be. */
        OK("✓"),
        /** It works, or may work, and somebody should know. */
        WARNING("!"),
        /** It does not work. */
        PROBLEM("✗");

        private final String sign;

        Mark(String sign) {
            this.sign = sign;
        }

        String sign() {
            return sign;
        }
    }

    static Finding ok(String text) {
        return new Finding(Mark.OK, text, Optional.empty());
    }

    static Finding warning(String text, String advice) {
        return new Finding(Mark.WARNING, text, Optional.of(advice));
    }

    static Finding problem(String text) {
        return new Finding(Mark.PROBLEM, text, Optional.empty());
    }

    static Finding problem(String text, String advice) {
        return new Finding(Mark.PROBLEM, text, Optional.of(advice));
    }
}
