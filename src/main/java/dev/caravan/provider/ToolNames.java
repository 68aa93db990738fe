package dev.caravan.provider;

import dev.caravan.message.ContentBlock;
import dev.caravan.message.ContentBlock.ToolUse;
import dev.caravan.message.InputMessage;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.Tool;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The tools' names of one call as its provider may see them. The Messages API allows 128 characters, other dialects 64 of
 * {@code [a-zA-Z0-9_-]}; a name that does not fit is cleaned, cut and told apart by a hash, and gets its own form back in the
 * reply. The short form depends on the name alone, so a prompt stays the same from turn to turn, but for a form that another tool
 * of the request is called by or has already. Encoder and decoder of a call share one. Immutable.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/chat/create">OpenAI: Create chat completion, tools</a>
 */
public final class ToolNames {
    /** The longest name that OpenAI and Bedrock take. */
    public static final int MAX_LENGTH = 64;

    /** Eight hexadecimal digits: enough to tell the tools of one request apart. */
    private static final int HASH_BYTES = 4;
    private static final int KEPT = MAX_LENGTH - 1 - 2 * HASH_BYTES;

    private final Form form;
    private final Map<String, String> shortened;
    private final Map<String, String> originals;

    private ToolNames(Form form, Map<String, String> shortened, Map<String, String> originals) {
        this.form = form;
        this.shortened = shortened;
        this.originals = originals;
    }

    /** The names of a request's tools and of the tools that its history shows in use. */
    public static ToolNames of(MessageRequest request) {
        return of(namesIn(request), Form.ANY_START);
    }

    /**
     * The same for a provider whose names begin with a letter or an underscore.
     *
     * @see <a href="https://ai.google.dev/api/caching#FunctionDeclaration">Gemini API: FunctionDeclaration, name</a>
     */
    public static ToolNames beginningWithALetter(MessageRequest request) {
        return of(namesIn(request), Form.LETTER_FIRST);
    }

    private static Set<String> namesIn(MessageRequest request) {
        Set<String> names = new LinkedHashSet<>();
        for (Tool tool : request.tools()) {
            if (tool.name() != null) {
                names.add(tool.name());
            }
        }
        for (InputMessage message : request.messages()) {
            if (message.role() != InputMessage.Role.ASSISTANT) {
                continue;
            }
            for (ContentBlock block : message.content()) {
                if (block instanceof ToolUse use) {
                    names.add(use.name());
                }
            }
        }
        return names;
    }

    private static ToolNames of(Set<String> names, Form form) {
        Map<String, String> shortened = new HashMap<>();
        Map<String, String> originals = new HashMap<>();
        for (String name : names) {
            if (!form.fits(name)) {
                String shorter = form.shorten(name);
                for (int n = 2; names.contains(shorter) || originals.containsKey(shorter); n++) {
                    shorter = form.shorten(name + "#" + n);
                }
                shortened.put(name, shorter);
                originals.put(shorter, name);
            }
        }
        return new ToolNames(form, shortened, originals);
    }

    /** The form of a tool's name that the provider gets. */
    public String toProvider(String name) {
        String shorter = shortened.get(name);
        return shorter != null ? shorter : form.of(name);
    }

    /** A name, or the id of a call, in the same form; it depends on nothing else. */
    public static String shortForm(String name) {
        return Form.ANY_START.of(name);
    }

    /** The tool's name that the provider's form stands for; a name that was never changed, or is unknown, stands for itself. */
    public String fromProvider(String name) {
        return originals.getOrDefault(name, name);
    }

    private static boolean allowed(char c) {
        return letter(c) || c >= '0' && c <= '9' || c == '-';
    }

    private static boolean letter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_';
    }

    private static String hash(String name) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** What a provider allows a name to be. */
    private enum Form {
        ANY_START, LETTER_FIRST;

        String of(String name) {
            return fits(name) ? name : shorten(name);
        }

        boolean fits(String name) {
            if (name.isEmpty() || name.length() > MAX_LENGTH || startsWrong(name)) {
                return false;
            }
            for (int i = 0; i < name.length(); i++) {
                if (!allowed(name.charAt(i))) {
                    return false;
                }
            }
            return true;
        }

        private boolean startsWrong(String name) {
            return this == LETTER_FIRST && !name.isEmpty() && !letter(name.charAt(0));
        }

        String shorten(String name) {
            String start = startsWrong(name) ? "_" : "";
            int kept = Math.min(name.length(), KEPT - start.length());
            StringBuilder shorter = new StringBuilder(MAX_LENGTH).append(start);
            for (int i = 0; i < kept; i++) {
                shorter.append(allowed(name.charAt(i)) ? name.charAt(i) : '_');
            }
            return shorter.append('_').append(hash(name)).toString();
        }
    }
}
