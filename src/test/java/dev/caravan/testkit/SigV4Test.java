package dev.caravan.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The requests "vanilla" of AWS's published test suite, whose signatures everybody gets who signs as AWS does. */
class SigV4Test {
    private static final String SECRET_KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    @ParameterizedTest
    @CsvSource({"GET, 5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            "POST, 5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"})
    void vanilla(String method, String signature) {
        Map<String, String> headers = Map.of("host", "example.amazonaws.com", "X-Amz-Date", "20150830T123600Z",
                "Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                        + "SignedHeaders=host;x-amz-date, Signature=" + signature);
        assertEquals(new SigV4.Found("AKIDEXAMPLE", "us-east-1", "service", "host;x-amz-date", true),
                SigV4.check(method, "/", headers, new byte[0], SECRET_KEY));
        assertFalse(SigV4.check(method, "/x", headers, new byte[0], SECRET_KEY).valid());
        assertFalse(SigV4.check(method, "/", headers, new byte[1], SECRET_KEY).valid());
        assertFalse(SigV4.check(method, "/", headers, new byte[0], "another").valid());
        assertTrue(SigV4.check(method, "/", headers, new byte[0], SECRET_KEY).valid());
    }
}
