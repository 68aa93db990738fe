package dev.caravan.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A secret is not shown by accident")
class SecretTest {

    private final Secret secret = Secret.of("sk-hunter2");

    @Test
    void itsTextIsThreeStars() {
        assertEquals("***", secret.toString());
        assertEquals("ClientKey[name=ci, key=***, admin=false]", new ClientKey("ci", secret, false).toString());
    }

    @Test
    void itIsNotWrittenAsJson() throws Exception {
        String json = new ObjectMapper().disable(SerializationFeature.FAIL_ON_EMPTY_BEANS).writeValueAsString(secret);
        assertFalse(json.contains("hunter2"), json);
    }

    @Test
    void itIsComparedByItsText() {
        assertEquals(Secret.of("sk-hunter2"), secret);
        assertEquals(Secret.of("sk-hunter2").hashCode(), secret.hashCode());
        assertNotEquals(Secret.of("sk-hunter3"), secret);
        assertTrue(secret.matches("sk-hunter2"));
        assertFalse(secret.matches("sk-hunter"));
        assertFalse(secret.matches(""));
        assertEquals("sk-hunter2", secret.reveal());
    }
}
