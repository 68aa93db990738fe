package dev.caravan.provider.openai;

import dev.caravan.config.OpenAiOptions.ToolIds;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The ids of a conversation's tool calls as its provider takes them. One that fits stays as it is, another becomes a hash of
 * itself; the form depends on the conversation up to there alone, and two ids never have the same. The provider only compares
 * them with each other, so nothing has to be turned back. Not thread-safe.
 *
 * <p>
 * OpenAI refuses ids of more than 40 characters, Mistral all but nine letters and digits.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/chat/create">OpenAI: Create chat completion, messages</a>
 * @see <a href="https://docs.mistral.ai/capabilities/function_calling/">Mistral: Function calling</a>
 */
final class CallIds {
    private static final char[] ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
            .toCharArray();
    private static final int LONGEST = 40;
    private static final int NINE = 9;

    private final ToolIds accepted;
    private final Map<String, String> forms = new HashMap<>();
    private final Set<String> taken = new HashSet<>();

    CallIds(ToolIds accepted) {
        this.accepted = accepted;
    }

    /** The form of an id that the provider gets. */
    String toProvider(String id) {
        if (accepted == ToolIds.AS_GIVEN) {
            return id;
        }
        return forms.computeIfAbsent(id, this::form);
    }

    private String form(String id) {
        String form = fits(id) ? id : hash(id);
        for (int n = 2; !taken.add(form); n++) {
            form = hash(id + "#" + n);
        }
        return form;
    }

    private boolean fits(String id) {
        return switch (accepted) {
            case AS_GIVEN -> true;
            case UP_TO_40 -> id.length() <= LONGEST;
            case NINE -> id.length() == NINE && id.chars().allMatch(CallIds::isLetterOrDigit);
        };
    }

    private static boolean isLetterOrDigit(int c) {
        return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
    }

    private String hash(String id) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8));
            boolean isNine = accepted == ToolIds.NINE;
            StringBuilder form = new StringBuilder(isNine ? "" : "call_");
            for (int i = 0; i < (isNine ? NINE : digest.length - NINE); i++) {
                form.append(ALPHABET[(digest[i] & 0xff) % ALPHABET.length]);
            }
            return form.toString();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
