package dev.caravan.provider.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Streams in the shapes that servers of one's own and layers before others were recorded to send, chunk by chunk with all the
 * fields that they add; only the words are made up.
 */
class OpenAiServersTest {
    /** Usage in every chunk, growing; reasoning under the newer name. */
    @Test
    @DisplayName("vLLM: reasoning")
    void vllm() {
        Decoded.stream(
                """
                    {"id":"chatcmpl-8a","object":"chat.completion.chunk","created":1786000000,"model":"qwen3","choices":[{"index":0,"delta":{"role":"assistant","content":"","reasoning_content":null},"logprobs":null,"finish_reason":null}],"prompt_token_ids":null,"usage":{"prompt_tokens":21,"total_tokens":21,"completion_tokens":0}}
                    {"id":"chatcmpl-8a","object":"chat.completion.chunk","created":1786000000,"model":"qwen3","choices":[{"index":0,"delta":{"reasoning":"Hm","reasoning_content":"Hm"},"logprobs":null,"finish_reason":null,"token_ids":null}],"usage":{"prompt_tokens":21,"total_tokens":22,"completion_tokens":1}}
                    {"id":"chatcmpl-8a","object":"chat.completion.chunk","created":1786000000,"model":"qwen3","choices":[{"index":0,"delta":{"content":"Sand"},"logprobs":null,"finish_reason":null,"token_ids":null}],"usage":{"prompt_tokens":21,"total_tokens":23,"completion_tokens":2}}
                    {"id":"chatcmpl-8a","object":"chat.completion.chunk","created":1786000000,"model":"qwen3","choices":[{"index":0,"delta":{"content":""},"logprobs":null,"finish_reason":"stop","stop_reason":null,"token_ids":null}],"usage":{"prompt_tokens":21,"total_tokens":24,"completion_tokens":3}}
                    {"id":"chatcmpl-8a","object":"chat.completion.chunk","created":1786000000,"model":"qwen3","choices":[],"usage":{"prompt_tokens":21,"total_tokens":24,"completion_tokens":3}}
                    [DONE]
                    """)
                .is("""
                    start
                    0 thinking
                    0 +Hm
                    0 signature caravan:openai
                    0 stop
                    1 text
                    1 +Sand
                    1 stop
                    end end_turn in 21 created 0 read 0 out 3
                    stop
                    """);
    }

    /** Calls numbered from 1, an empty fragment between, and neither usage nor a space behind the last line. */
    @Test
    @DisplayName("A layer before Anthropic: the index begins at 1")
    void aLayerBeforeAnthropic() {
        Decoded.stream(
                """
                    {"id":"msg_1","object":"chat.completion.chunk","created":0,"model":"claude-haiku-4-5","choices":[{"index":0,"delta":{"role":"assistant"},"finish_reason":null}]}
                    {"id":"msg_1","object":"chat.completion.chunk","created":0,"model":"claude-haiku-4-5","choices":[{"index":0,"delta":{"content":"Reading"},"finish_reason":null}]}
                    {"id":"msg_1","object":"chat.completion.chunk","created":0,"model":"claude-haiku-4-5","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"toolu_x","type":"function","function":{"name":"read_file","arguments":""}}]},"finish_reason":null}]}
                    {"id":"msg_1","object":"chat.completion.chunk","created":0,"model":"claude-haiku-4-5","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"function":{"arguments":""}}]},"finish_reason":null}]}
                    {"id":"msg_1","object":"chat.completion.chunk","created":0,"model":"claude-haiku-4-5","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"function":{"arguments":"{\\"pa"}}]},"finish_reason":null}]}
                    {"id":"msg_1","object":"chat.completion.chunk","created":0,"model":"claude-haiku-4-5","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"function":{"arguments":"th\\": \\"a.txt\\"}"}}]},"finish_reason":null}]}
                    {"id":"msg_1","object":"chat.completion.chunk","created":0,"model":"claude-haiku-4-5","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}
                    [DONE]""")
                .is("""
                    start
                    0 text
                    0 +Reading
                    0 stop
                    1 tool_use toolu_x read_file
                    1 +
                    1 +{"pa
                    1 +th": "a.txt"}
                    1 stop
                    end tool_use in 50 created 0 read 0 out 8
                    stop
                    """);
    }

    /** mlx_lm: the role in every delta, a whole call with its fields in another order, usage of another object type. */
    @Test
    @DisplayName("mlx_lm.server: comments, the role in every delta, usage in a chunk of another object")
    void mlx() {
        Decoded.stream(
                """
                    {"id":"chatcmpl-1","system_fingerprint":"0.32","object":"chat.completion.chunk","model":"q","created":1,"choices":[{"index":0,"finish_reason":null,"delta":{"role":"assistant","reasoning":"so"}}]}
                    {"id":"chatcmpl-1","system_fingerprint":"0.32","object":"chat.completion.chunk","model":"q","created":1,"choices":[{"index":0,"finish_reason":null,"delta":{"role":"assistant","content":"Here"}}]}
                    {"id":"chatcmpl-1","system_fingerprint":"0.32","object":"chat.completion.chunk","model":"q","created":1,"choices":[{"index":0,"finish_reason":"tool_calls","delta":{"role":"assistant","tool_calls":[{"function":{"name":"a","arguments":"{\\"x\\": 1}"},"type":"function","id":"4b1c","index":0}]}}]}
                    {"id":"chatcmpl-1","system_fingerprint":"0.32","object":"chat.completion","model":"q","created":1,"choices":[],"usage":{"prompt_tokens":30,"completion_tokens":12,"total_tokens":42,"prompt_tokens_details":{"cached_tokens":28}}}
                    [DONE]
                    """)
                .is("""
                    start
                    0 thinking
                    0 +so
                    0 signature caravan:openai
                    0 stop
                    1 text
                    1 +Here
                    1 stop
                    2 tool_use 4b1c a
                    2 +
                    2 +{"x": 1}
                    2 stop
                    end tool_use in 2 created 0 read 28 out 12
                    stop
                    """);
    }
}
