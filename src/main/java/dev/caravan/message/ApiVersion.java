package dev.caravan.message;

/**
 * The versions of the Messages API that clients send in {@code anthropic-version}. Version 2026-10-21 refuses the sampling
 * parameters, a document directly in an assistant message, and citations on a text block of a user message.
 *
 * @see <a href="https://platform.claude.com/docs/en/api/versioning">Anthropic: API versioning</a>
 */
public enum ApiVersion {
    V2023_06_01("2023-06-01"), V2026_10_21("2026-10-21");

    private final String wireName;

    ApiVersion(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }

    /**
     * The version that a header names; a missing header means 2023-06-01.
     *
     * @throws ApiException 400 for a version that does not exist
     */
    public static ApiVersion ofHeader(String header) {
        if (header == null || header.isBlank()) {
            return V2023_06_01;
        }
        for (ApiVersion version : values()) {
            if (version.wireName.equals(header.trim())) {
                return version;
            }
        }
        throw ApiException.invalid("anthropic-version",
                "\"" + Text.excerpt(header) + "\" is not a version of the API; known are "
                        + "2023-06-01 and 2026-10-21");
    }
}
