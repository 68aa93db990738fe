package dev.caravan.provider.bedrock;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.config.BedrockOptions.Api;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelIdTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        anthropic.claude-3-5-sonnet-20241022-v2:0                                                 | anthropic | INVOKE
        us.anthropic.claude-sonnet-4-5-20250929-v1:0                                              | anthropic | INVOKE
        global.anthropic.claude-opus-4-6-v1                                                       | anthropic | INVOKE
        us-gov.anthropic.claude-3-5-sonnet-20240620-v1:0                                          | anthropic | INVOKE
        arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0        | anthropic | INVOKE
        arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-x-v1:0       | anthropic | INVOKE
        us.amazon.nova-pro-v1:0                                                                   | amazon    | CONVERSE
        meta.llama3-3-70b-instruct-v1:0                                                           | meta      | CONVERSE
        zai.glm-4.6                                                                               | zai       | CONVERSE
        apac.amazon.nova-lite-v1:0                                                                | amazon    | CONVERSE
        arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc123               | ''        | CONVERSE
        abc123                                                                                    | ''        | CONVERSE
        amazon.my-anthropic.clone                                                                 | amazon    | CONVERSE
        """)
    void whoseModelItIs(String id, String vendor, Api api) {
        ModelId model = new ModelId(id);
        assertEquals(vendor, model.vendor());
        assertEquals(api, model.api(Optional.empty()));
        assertEquals(Api.INVOKE, model.api(Optional.of(Api.INVOKE)));
        assertEquals(Api.CONVERSE, model.api(Optional.of(Api.CONVERSE)));
    }

    @Test
    void anIdIsOneSegmentOfAPath() {
        assertEquals("arn%3Aaws%3Abedrock%3Aus-east-1%3A%3Afoundation-model%2Fmeta.llama3_1-v1%3A0",
                new ModelId("arn:aws:bedrock:us-east-1::foundation-model/meta.llama3_1-v1:0").escaped());
        assertEquals("..%2F..%2Fa%3Fb%23c%20%C3%BC%25", new ModelId("../../a?b#c ü%").escaped());
    }
}
