package dev.caravan.testkit;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signature Version 4 as a server checks it, written from its specification and from nothing that Caravan uses: it computes the
 * signature of what it has received and compares.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html">AWS: Create a signed
 *      AWS API request</a>
 */
public final class SigV4 {
    private static final Pattern AUTHORIZATION = Pattern.compile("AWS4-HMAC-SHA256 Credential=([^/]+)/([0-9]{8})/"
            + "([^/]+)/([^/]+)/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})");

    private SigV4() {}

    /**
     * A signature as it came.
     *
     * @param accessKey who signed
     * @param region    the region of its scope
     * @param service   the service of its scope
     * @param headers   the signed headers, joined by {@code ;}
     * @param valid     whether it is the signature of the request
     */
    public record Found(String accessKey, String region, String service, String headers, boolean valid) {}

    /**
     * Checks a request.
     *
     * @param path    as it came over the wire, with its escapes
     * @param headers names in any case
     */
    public static Found check(String method, String path, Map<String, String> headers, byte[] body, String secretKey) {
        Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        all.putAll(headers);
        Matcher parts = AUTHORIZATION.matcher(all.getOrDefault("Authorization", ""));
        if (!parts.matches()) {
            throw new AssertionError("not signed: " + all.get("Authorization"));
        }
        StringBuilder canonical = new StringBuilder(method).append('\n').append(escapedAgain(path)).append("\n\n");
        for (String name : parts.group(5).split(";")) {
            canonical.append(name).append(':').append(all.get(name).strip()).append('\n');
        }
        canonical.append('\n').append(parts.group(5)).append('\n').append(hex(sha256(body)));
        String signature = signature(secretKey, parts.group(2), parts.group(3), parts.group(4), all.get("x-amz-date"),
                canonical.toString());
        return new Found(parts.group(1), parts.group(3), parts.group(4), parts.group(5),
                signature.equals(parts.group(6)));
    }

    static String signature(String secretKey, String date, String region, String service, String time,
            String canonical) {
        byte[] key = ("AWS4" + secretKey).getBytes(StandardCharsets.UTF_8);
        for (String scope : Arrays.asList(date, region, service, "aws4_request")) {
            key = hmac(key, scope);
        }
        return hex(hmac(key, "AWS4-HMAC-SHA256\n" + time + "\n" + date + "/" + region + "/" + service
                + "/aws4_request\n" + hex(sha256(canonical.getBytes(StandardCharsets.UTF_8)))));
    }

    /** For all services but one the path is escaped once more than on the wire. */
    private static String escapedAgain(String path) {
        StringBuilder escaped = new StringBuilder();
        for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
                    || "-._~/".indexOf(c) >= 0;
            escaped.append(plain ? String.valueOf(c) : "%%%02X".formatted((int) c));
        }
        return escaped.toString();
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
