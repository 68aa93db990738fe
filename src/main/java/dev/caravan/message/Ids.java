package dev.caravan.message;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/** Identifiers in the API's forms: a prefix that tells the kind and 24 characters of base 62. */
public final class Ids {
    private static final char[] ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
            .toCharArray();
    private static final int LENGTH = 24;

    private Ids() {}

    /** A new request id, {@code req_…}. */
    public static String request() {
        return random("req_");
    }

    /** A new message id, {@code msg_…}. */
    public static String message() {
        return random("msg_");
    }

    /** A new id of a batch, {@code msgbatch_…}. */
    public static String batch() {
        return random("msgbatch_");
    }

    /** A new id of a job, {@code job_…}. */
    public static String job() {
        return random("job_");
    }

    /** A new id for a tool call that its provider gave none, {@code toolu_…}. */
    public static String toolUse() {
        return random("toolu_");
    }

    /**
     * An upstream's tool call id as the Messages API accepts it, {@code ^[a-zA-Z0-9_-]+$}: unchanged when it conforms, otherwise
     * cleaned and told apart by a hash of the original, so that the same id always maps to the same and two ids never to one.
     */
    public static String conformingToolUse(String id) {
        boolean conforms = !id.isEmpty();
        for (int i = 0; i < id.length() && conforms; i++) {
            conforms = isIdCharacter(id.charAt(i));
        }
        if (conforms) {
            return id;
        }
        StringBuilder clean = new StringBuilder(id.length() + 13);
        for (int i = 0; i < id.length(); i++) {
            clean.append(isIdCharacter(id.charAt(i)) ? id.charAt(i) : '_');
        }
        return clean.append('_').append(hash(id)).toString();
    }

    private static boolean isIdCharacter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-';
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    // Ids tell things apart; they are no secrets, so a fast generator will do.
    private static String random(String prefix) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        char[] id = new char[prefix.length() + LENGTH];
        prefix.getChars(0, prefix.length(), id, 0);
        for (int i = prefix.length(); i < id.length; i++) {
            id[i] = ALPHABET[random.nextInt(ALPHABET.length)];
        }
        return new String(id);
    }
}
