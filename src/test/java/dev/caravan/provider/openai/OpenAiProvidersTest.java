package dev.caravan.provider.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Streams in the shapes that servers were recorded to send, chunk by chunk with all the fields that they add; only the words are
 * made up.
 */
class OpenAiProvidersTest {
    /** Role and empty reasoning first, null beside either, usage in the chunk that finishes, no chunk behind it. */
    @Test
    @DisplayName("DeepSeek: reasoning_content beside null content, usage in the finish chunk")
    void deepSeek() {
        Decoded.stream(
                """
                    {"id":"6e77be01","object":"chat.completion.chunk","created":1786782779,"model":"deepseek-v4-flash","system_fingerprint":"a26a","choices":[{"index":0,"delta":{"role":"assistant","content":null,"reasoning_content":""},"logprobs":null,"finish_reason":null}],"usage":null}
                    {"id":"6e77be01","object":"chat.completion.chunk","created":1786782779,"model":"deepseek-v4-flash","system_fingerprint":"a26a","choices":[{"index":0,"delta":{"content":null,"reasoning_content":"The road"},"logprobs":null,"finish_reason":null}],"usage":null}
                    {"id":"6e77be01","object":"chat.completion.chunk","created":1786782779,"model":"deepseek-v4-flash","system_fingerprint":"a26a","choices":[{"index":0,"delta":{"content":null,"reasoning_content":" is long."},"logprobs":null,"finish_reason":null}],"usage":null}
                    {"id":"6e77be01","object":"chat.completion.chunk","created":1786782779,"model":"deepseek-v4-flash","system_fingerprint":"a26a","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_00_IhCA","type":"function","function":{"name":"distance","arguments":""}}]},"logprobs":null,"finish_reason":null}],"usage":null}
                    {"id":"6e77be01","object":"chat.completion.chunk","created":1786782779,"model":"deepseek-v4-flash","system_fingerprint":"a26a","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{"}}]},"logprobs":null,"finish_reason":null}],"usage":null}
                    {"id":"6e77be01","object":"chat.completion.chunk","created":1786782779,"model":"deepseek-v4-flash","system_fingerprint":"a26a","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\\"to\\": \\"Fez\\""}}]},"logprobs":null,"finish_reason":null}],"usage":null}
                    {"id":"6e77be01","object":"chat.completion.chunk","created":1786782779,"model":"deepseek-v4-flash","system_fingerprint":"a26a","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"}"}}]},"logprobs":null,"finish_reason":null}],"usage":null}
                    {"id":"6e77be01","object":"chat.completion.chunk","created":1786782779,"model":"deepseek-v4-flash","system_fingerprint":"a26a","choices":[{"index":0,"delta":{"content":"","reasoning_content":null},"logprobs":null,"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":374,"completion_tokens":61,"total_tokens":435,"prompt_tokens_details":{"cached_tokens":256},"completion_tokens_details":{"reasoning_tokens":17},"prompt_cache_hit_tokens":256,"prompt_cache_miss_tokens":118}}
                    [DONE]
                    """)
                .is("""
                    start
                    0 thinking
                    0 +The road
                    0 + is long.
                    0 signature caravan:openai
                    0 stop
                    1 tool_use call_00_IhCA distance
                    1 +
                    1 +{
                    1 +"to": "Fez"
                    1 +}
                    1 stop
                    end tool_use in 118 created 0 read 256 out 61 thinking 17
                    stop
                    """);
    }

    /** Reasoning with a channel beside it, a whole call in one delta, usage at the top and under Groq's own name. */
    @Test
    @DisplayName("Groq: reasoning with a channel, a whole call, usage under x_groq")
    void groq() {
        Decoded.stream(
                """
                    {"id":"chatcmpl-500328c3","object":"chat.completion.chunk","created":1769796725,"model":"openai/gpt-oss-120b","system_fingerprint":"fp_0708","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"x_groq":{"id":"req_01kg","seed":110123312}}
                    {"id":"chatcmpl-500328c3","object":"chat.completion.chunk","created":1769796725,"model":"openai/gpt-oss-120b","system_fingerprint":"fp_0708","choices":[{"index":0,"delta":{"reasoning":"Count","channel":"analysis"},"logprobs":null,"finish_reason":null}]}
                    {"id":"chatcmpl-500328c3","object":"chat.completion.chunk","created":1769796725,"model":"openai/gpt-oss-120b","system_fingerprint":"fp_0708","choices":[{"index":0,"delta":{"reasoning":" camels.","channel":"analysis"},"logprobs":null,"finish_reason":null}]}
                    {"id":"chatcmpl-500328c3","object":"chat.completion.chunk","created":1769796725,"model":"openai/gpt-oss-120b","system_fingerprint":"fp_0708","choices":[{"index":0,"delta":{"tool_calls":[{"id":"fc_71a0","type":"function","function":{"name":"count","arguments":"{\\"what\\":\\"camels\\"}"},"index":0}]},"logprobs":null,"finish_reason":null}]}
                    {"id":"chatcmpl-500328c3","object":"chat.completion.chunk","created":1769796725,"model":"openai/gpt-oss-120b","system_fingerprint":"fp_0708","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"tool_calls"}],"x_groq":{"id":"req_01kg","usage":{"queue_time":0.1,"prompt_tokens":140,"prompt_time":0.005,"completion_tokens":48,"completion_time":0.09,"total_tokens":188,"total_time":0.1,"completion_tokens_details":{"reasoning_tokens":20}}}}
                    {"id":"chatcmpl-500328c3","object":"chat.completion.chunk","created":1769796725,"model":"openai/gpt-oss-120b","system_fingerprint":"fp_0708","choices":[],"usage":{"queue_time":0.1,"prompt_tokens":140,"prompt_time":0.005,"completion_tokens":48,"completion_time":0.09,"total_tokens":188,"total_time":0.1},"service_tier":"on_demand"}
                    [DONE]
                    """)
                .is("""
                    start
                    0 thinking
                    0 +Count
                    0 + camels.
                    0 signature caravan:openai
                    0 stop
                    1 tool_use fc_71a0 count
                    1 +
                    1 +{"what":"camels"}
                    1 stop
                    end tool_use in 140 created 0 read 0 out 48 thinking 20
                    stop
                    """);
    }

    /** A failure as an event of its own name, at status 200, without an end. */
    @Test
    @DisplayName("Groq: event: error without [DONE]")
    void groqFailing() {
        Decoded.stream(
                """
                    {"id":"chatcmpl-500328c3","object":"chat.completion.chunk","created":1769796725,"model":"openai/gpt-oss-120b","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"x_groq":{"id":"req_01kg"}}
                    {"id":"chatcmpl-500328c3","object":"chat.completion.chunk","created":1769796725,"model":"openai/gpt-oss-120b","choices":[{"index":0,"delta":{"reasoning":"Call it.","channel":"analysis"},"logprobs":null,"finish_reason":null}]}
                    event: error {"error":{"message":"Tool call validation failed: parameters for tool count did not match schema","type":"invalid_request_error","code":"tool_use_failed","failed_generation":"{\\"name\\": \\"count\\"}","status_code":400}}
                    """)
                .fails("start\n0 thinking\n0 +Call it.", 502, "api_error",
                        "Tool call validation failed: parameters for tool count did not match schema");
    }

    /** The same reasoning under two names, the finish reason twice, the usage in a last chunk that has a choice. */
    @Test
    @DisplayName("OpenRouter: reasoning_details, repeated finish reasons, usage beside a choice")
    void openRouter() {
        Decoded.stream(
                """
                    {"id":"gen-1762141316","provider":"OpenAI","model":"openai/o3","object":"chat.completion.chunk","created":1762141317,"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null,"native_finish_reason":null,"logprobs":null}]}
                    {"id":"gen-1762141316","provider":"OpenAI","model":"openai/o3","object":"chat.completion.chunk","created":1762141317,"choices":[{"index":0,"delta":{"role":"assistant","content":"","reasoning":"Who am","reasoning_details":[{"type":"reasoning.text","text":"Who am","index":0,"format":null}]},"finish_reason":null,"native_finish_reason":null,"logprobs":null}]}
                    {"id":"gen-1762141316","provider":"OpenAI","model":"openai/o3","object":"chat.completion.chunk","created":1762141317,"choices":[{"index":0,"delta":{"role":"assistant","content":"","reasoning":" I?","reasoning_details":[{"type":"reasoning.text","text":" I?","index":0,"format":null}]},"finish_reason":null,"native_finish_reason":null,"logprobs":null}]}
                    {"id":"gen-1762141316","provider":"OpenAI","model":"openai/o3","object":"chat.completion.chunk","created":1762141317,"choices":[{"index":0,"delta":{"role":"assistant","content":"","reasoning":null,"reasoning_details":[{"type":"reasoning.encrypted","data":"gAAAAABpCCSI","id":"rs_0aa4","format":"openai-responses-v1","index":0}]},"finish_reason":null,"native_finish_reason":null,"logprobs":null}]}
                    {"id":"gen-1762141316","provider":"OpenAI","model":"openai/o3","object":"chat.completion.chunk","created":1762141317,"choices":[{"index":0,"delta":{"role":"assistant","content":"I’m a caravan."},"finish_reason":null,"native_finish_reason":null,"logprobs":null}]}
                    {"id":"gen-1762141316","provider":"OpenAI","model":"openai/o3","object":"chat.completion.chunk","created":1762141317,"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":"stop","native_finish_reason":"completed","logprobs":null}]}
                    {"id":"gen-1762141316","provider":"OpenAI","model":"openai/o3","object":"chat.completion.chunk","created":1762141317,"choices":[{"index":0,"delta":{"role":"assistant","content":"","reasoning":null,"reasoning_details":[]},"finish_reason":"stop","native_finish_reason":"completed","logprobs":null}]}
                    {"id":"gen-1762141316","provider":"OpenAI","model":"openai/o3","object":"chat.completion.chunk","created":1762141317,"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null,"native_finish_reason":null,"logprobs":null}],"usage":{"prompt_tokens":9,"completion_tokens":104,"total_tokens":113,"cost":0.0008,"is_byok":false,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"cost_details":{"upstream_inference_cost":null},"completion_tokens_details":{"reasoning_tokens":64,"image_tokens":0}}}
                    [DONE]
                    """)
                .is("""
                    start
                    0 thinking
                    0 +Who am
                    0 + I?
                    0 signature caravan:openai
                    0 stop
                    1 text
                    1 +I’m a caravan.
                    1 stop
                    end end_turn in 9 created 0 read 0 out 104 thinking 64
                    stop
                    """);
    }

    /** The error stands at the top beside choices, behind two finish reasons and before the end. */
    @Test
    @DisplayName("OpenRouter: an error beside choices behind a finish reason")
    void openRouterFailing() {
        Decoded.stream(
                """
                    {"id":"gen-1762179802","provider":"Minimax","model":"minimax/minimax-m2:free","object":"chat.completion.chunk","created":1762179802,"choices":[{"index":0,"delta":{"role":"assistant","content":"","reasoning":"We need","reasoning_details":[{"type":"reasoning.text","text":"We need","index":0,"format":null}]},"finish_reason":null,"native_finish_reason":null,"logprobs":null}]}
                    {"id":"gen-1762179802","provider":"Minimax","model":"minimax/minimax-m2:free","object":"chat.completion.chunk","created":1762179802,"choices":[{"index":0,"delta":{"role":"assistant","content":"","reasoning":" to greet","reasoning_details":[{"type":"reasoning.text","text":" to greet","index":0,"format":null}]},"finish_reason":"length","native_finish_reason":"length","logprobs":null}]}
                    {"id":"gen-1762179802","provider":"Minimax","model":"minimax/minimax-m2:free","object":"chat.completion.chunk","created":1762179802,"choices":[{"index":0,"delta":{"role":"assistant","content":"","reasoning":null,"reasoning_details":[]},"finish_reason":"length","native_finish_reason":"length","logprobs":null}]}
                    {"id":"gen-1762179802","provider":"Minimax","error":{"code":400,"message":"Token limit reached"},"model":"minimax/minimax-m2:free","object":"chat.completion.chunk","created":1762179802,"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null,"native_finish_reason":null,"logprobs":null}],"usage":{"prompt_tokens":43,"completion_tokens":10,"total_tokens":53,"completion_tokens_details":{"reasoning_tokens":11}}}
                    [DONE]
                    """)
                .fails("start\n0 thinking\n0 +We need\n0 + to greet", 502, "api_error", "Token limit reached");
    }

    /** Content as an array of parts, the reasoning nested in one of them. */
    @Test
    @DisplayName("Mistral: content as an array")
    void mistralReasoning() {
        Decoded.stream(
                """
                    {"id":"a4e29c5b","object":"chat.completion.chunk","created":1769088912,"model":"magistral-medium-2507","choices":[{"index":0,"delta":{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"The user asks"}]}]},"finish_reason":null}]}
                    {"id":"a4e29c5b","object":"chat.completion.chunk","created":1769088912,"model":"magistral-medium-2507","choices":[{"index":0,"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":" for 2+2."}]}]},"finish_reason":null}]}
                    {"id":"a4e29c5b","object":"chat.completion.chunk","created":1769088912,"model":"magistral-medium-2507","choices":[{"index":0,"delta":{"content":[{"type":"text","text":"It is "}]},"finish_reason":null}]}
                    {"id":"a4e29c5b","object":"chat.completion.chunk","created":1769088912,"model":"magistral-medium-2507","choices":[{"index":0,"delta":{"content":"4."},"finish_reason":null}]}
                    {"id":"a4e29c5b","object":"chat.completion.chunk","created":1769088912,"model":"magistral-medium-2507","choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"total_tokens":56,"completion_tokens":46}}
                    [DONE]
                    """)
                .is("""
                    start
                    0 thinking
                    0 +The user asks
                    0 + for 2+2.
                    0 signature caravan:openai
                    0 stop
                    1 text
                    1 +It is\s
                    1 +4.
                    1 stop
                    end end_turn in 10 created 0 read 0 out 46
                    stop
                    """);
    }

    /** Later fragments have no id and an empty name; index behind the function. */
    @Test
    @DisplayName("Mistral: later fragments repeat an empty name")
    void mistralTools() {
        Decoded.stream(
                """
                    {"id":"735e4348","object":"chat.completion.chunk","created":1787234678,"model":"zai-glm-5-2","choices":[{"index":0,"delta":{"tool_calls":[{"id":"chatcmpl-tool-9f149c74","type":"function","function":{"name":"search","arguments":""},"index":0}],"index":0,"content":""},"finish_reason":null,"logprobs":null}]}
                    {"id":"735e4348","object":"chat.completion.chunk","created":1787234678,"model":"zai-glm-5-2","choices":[{"index":0,"delta":{"tool_calls":[{"type":"function","function":{"name":"","arguments":"{\\"query\\": \\"oases\\"}"},"index":0}],"index":0,"content":""},"finish_reason":null,"logprobs":null}]}
                    {"id":"735e4348","object":"chat.completion.chunk","created":1787234678,"model":"zai-glm-5-2","choices":[{"index":0,"delta":{"index":0,"content":""},"finish_reason":"tool_calls","logprobs":null}],"usage":{"prompt_tokens":171,"total_tokens":185,"completion_tokens":14,"prompt_tokens_details":{"cached_tokens":128}}}
                    [DONE]
                    """)
                .is("""
                    start
                    0 tool_use chatcmpl-tool-9f149c74 search
                    0 +
                    0 +{"query": "oases"}
                    0 stop
                    end tool_use in 43 created 0 read 128 out 14
                    stop
                    """);
    }

    /** Later fragments repeat the id as an empty string, one of them says nothing, and one chunk has no finish reason at all. */
    @Test
    @DisplayName("Qwen: later fragments repeat an empty id, a chunk without finish_reason")
    void qwen() {
        Decoded.stream(
                """
                    {"choices":[{"delta":{"content":null,"tool_calls":[{"index":0,"id":"call_eee1","type":"function","function":{"name":"weather","arguments":""}}],"role":"assistant"},"finish_reason":null,"index":0,"logprobs":null}],"object":"chat.completion.chunk","usage":null,"created":1770764938,"system_fingerprint":null,"model":"qwen3-max","id":"chatcmpl-8e24"}
                    {"choices":[{"delta":{"content":null,"tool_calls":[{"index":0,"id":"","type":"function","function":{"arguments":"{\\"location\\": \\"Fez"}}]},"finish_reason":null,"index":0,"logprobs":null}],"object":"chat.completion.chunk","usage":null,"created":1770764938,"system_fingerprint":null,"model":"qwen3-max","id":"chatcmpl-8e24"}
                    {"choices":[{"delta":{"content":null,"tool_calls":[{"index":0,"id":"","type":"function","function":{"arguments":"\\"}"}}]},"finish_reason":null,"index":0,"logprobs":null}],"object":"chat.completion.chunk","usage":null,"created":1770764938,"system_fingerprint":null,"model":"qwen3-max","id":"chatcmpl-8e24"}
                    {"choices":[{"delta":{"tool_calls":[{"function":{"arguments":""},"index":0,"id":"","type":"function"}]},"index":0}],"object":"chat.completion.chunk","usage":null,"created":1770764938,"system_fingerprint":null,"model":"qwen3-max","id":"chatcmpl-8e24"}
                    {"choices":[{"finish_reason":"tool_calls","delta":{},"index":0,"logprobs":null}],"object":"chat.completion.chunk","usage":null,"created":1770764938,"system_fingerprint":null,"model":"qwen3-max","id":"chatcmpl-8e24"}
                    {"choices":[],"object":"chat.completion.chunk","usage":{"prompt_tokens":295,"completion_tokens":22,"total_tokens":317,"prompt_tokens_details":{"cached_tokens":0}},"created":1770764938,"system_fingerprint":null,"model":"qwen3-max","id":"chatcmpl-8e24"}
                    [DONE]
                    """)
                .is("""
                    start
                    0 tool_use call_eee1 weather
                    0 +
                    0 +{"location": "Fez
                    0 +"}
                    0 stop
                    end tool_use in 295 created 0 read 0 out 22
                    stop
                    """);
    }

    /** A first chunk without choices, id or model; what the content filter found in every other; padding. */
    @Test
    @DisplayName("Azure: a first chunk without choices")
    void azure() {
        Decoded.stream(
                """
                    {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"},"jailbreak":{"filtered":false,"detected":false}}}]}
                    {"choices":[{"content_filter_results":{},"delta":{"content":"","refusal":null,"role":"assistant"},"finish_reason":null,"index":0,"logprobs":null}],"created":1762317021,"id":"chatcmpl-CYPS","model":"gpt-5-nano-2025-08-07","obfuscation":"D3WbtIxo1Q2j1Q","object":"chat.completion.chunk","system_fingerprint":null,"usage":null}
                    {"choices":[{"content_filter_results":{"hate":{"filtered":false,"severity":"safe"},"violence":{"filtered":false,"severity":"safe"}},"delta":{"content":"Capital"},"finish_reason":null,"index":0,"logprobs":null}],"created":1762317021,"id":"chatcmpl-CYPS","model":"gpt-5-nano-2025-08-07","obfuscation":"NNpA6Dj2U","object":"chat.completion.chunk","system_fingerprint":null,"usage":null}
                    {"choices":[{"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}},"delta":{"content":" city"},"finish_reason":null,"index":0,"logprobs":null}],"created":1762317021,"id":"chatcmpl-CYPS","model":"gpt-5-nano-2025-08-07","obfuscation":"etvV32yk5dbxb","object":"chat.completion.chunk","system_fingerprint":null,"usage":null}
                    {"choices":[{"content_filter_results":{},"delta":{},"finish_reason":"stop","index":0,"logprobs":null}],"created":1762317021,"id":"chatcmpl-CYPS","model":"gpt-5-nano-2025-08-07","obfuscation":"Zarov0xJhP","object":"chat.completion.chunk","system_fingerprint":null,"usage":null}
                    {"choices":[],"created":1762317021,"id":"chatcmpl-CYPS","model":"gpt-5-nano-2025-08-07","obfuscation":"DjqQ9RbEQMJ3PX","object":"chat.completion.chunk","system_fingerprint":null,"usage":{"completion_tokens":78,"completion_tokens_details":{"accepted_prediction_tokens":0,"audio_tokens":0,"reasoning_tokens":64,"rejected_prediction_tokens":0},"prompt_tokens":15,"prompt_tokens_details":{"audio_tokens":0,"cached_tokens":0},"total_tokens":93}}
                    [DONE]
                    """)
                .is("""
                    start
                    0 text
                    0 +Capital
                    0 + city
                    0 stop
                    end end_turn in 15 created 0 read 0 out 78 thinking 64
                    stop
                    """);
    }

    /** No finish reason until there is one, a whole call in one delta, and reasoning that is not among the completion's tokens. */
    @Test
    @DisplayName("xAI: completion_tokens without reasoning_tokens")
    void xai() {
        Decoded.stream(
                """
                    {"id":"de9d896d","object":"chat.completion.chunk","created":1770774064,"model":"grok-3-mini","choices":[{"index":0,"delta":{"reasoning_content":"First","role":"assistant"}}],"system_fingerprint":"fp_2a88"}
                    {"id":"de9d896d","object":"chat.completion.chunk","created":1770774064,"model":"grok-3-mini","choices":[{"index":0,"delta":{"reasoning_content":", water"}}],"system_fingerprint":"fp_2a88"}
                    {"id":"de9d896d","object":"chat.completion.chunk","created":1770774066,"model":"grok-3-mini","choices":[{"index":0,"delta":{"tool_calls":[{"id":"call_55117580","function":{"name":"weather","arguments":"{\\"location\\":\\"Fez\\"}"},"index":0,"type":"function"}]}}],"system_fingerprint":"fp_2a88"}
                    {"id":"de9d896d","object":"chat.completion.chunk","created":1770774066,"model":"grok-3-mini","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}],"system_fingerprint":"fp_2a88"}
                    {"id":"de9d896d","object":"chat.completion.chunk","created":1770774066,"model":"grok-3-mini","choices":[],"usage":{"prompt_tokens":291,"completion_tokens":26,"total_tokens":513,"prompt_tokens_details":{"text_tokens":291,"audio_tokens":0,"image_tokens":0,"cached_tokens":290},"completion_tokens_details":{"reasoning_tokens":196,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0},"num_sources_used":0,"cost_in_usd_ticks":1330500},"system_fingerprint":"fp_2a88"}
                    [DONE]
                    """)
                .is("""
                    start
                    0 thinking
                    0 +First
                    0 +, water
                    0 signature caravan:openai
                    0 stop
                    1 tool_use call_55117580 weather
                    1 +
                    1 +{"location":"Fez"}
                    1 stop
                    end tool_use in 1 created 0 read 290 out 222 thinking 196
                    stop
                    """);
    }

    /** Moonshot: the usage inside of the last choice, ids that the Messages API does not take. */
    @Test
    @DisplayName("Moonshot: usage in the choice")
    void moonshot() {
        Decoded.stream(
                """
                    {"id":"cmpl-6","object":"chat.completion.chunk","created":1,"model":"kimi-k2","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"system_fingerprint":"fpv0"}
                    {"id":"cmpl-6","object":"chat.completion.chunk","created":1,"model":"kimi-k2","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"functions.Bash:0","type":"function","function":{"name":"Bash","arguments":""}}]},"finish_reason":null}],"system_fingerprint":"fpv0"}
                    {"id":"cmpl-6","object":"chat.completion.chunk","created":1,"model":"kimi-k2","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\\"command\\":\\"ls\\"}"}}]},"finish_reason":null}],"system_fingerprint":"fpv0"}
                    {"id":"cmpl-6","object":"chat.completion.chunk","created":1,"model":"kimi-k2","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls","usage":{"prompt_tokens":80,"completion_tokens":20,"total_tokens":100,"cached_tokens":64}}],"system_fingerprint":"fpv0"}
                    [DONE]
                    """)
                .is("""
                    start
                    0 tool_use functions_Bash_0_a97d15071f75 Bash
                    0 +
                    0 +{"command":"ls"}
                    0 stop
                    end tool_use in 16 created 0 read 64 out 20
                    stop
                    """);
    }

    /** The same message, streamed or not, is the same message. */
    @Test
    void streamedOrNot() {
        String streamed = Decoded.stream(
                """
                    D {"role":"assistant","reasoning_content":"hm"}
                    D {"content":"He"}
                    D {"content":"re"}
                    D {"tool_calls":[{"index":0,"id":"c","type":"function","function":{"name":"a","arguments":"{\\"x\\":"}}]}
                    D {"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]}
                    F tool_calls
                    U {"prompt_tokens":5,"completion_tokens":9}
                    [DONE]
                    """)
                .message();
        String whole = Decoded
                .reply("""
                    {"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant",
                     "content":"Here","reasoning_content":"hm","tool_calls":[{"id":"c","type":"function",
                     "function":{"name":"a","arguments":"{\\"x\\":1}"}}]},"finish_reason":"tool_calls"}],
                     "usage":{"prompt_tokens":5,"completion_tokens":9}}""")
                .message();
        assertEquals(
                """
                    {"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[\
                    {"type":"thinking","thinking":"hm","signature":"caravan:openai"},{"type":"text","text":"Here"},\
                    {"type":"tool_use","id":"c","name":"a","input":{"x":1},"caller":{"type":"direct"}}],\
                    "stop_reason":"tool_use","stop_sequence":null,\
                    "usage":{"input_tokens":5,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":9}}""",
                streamed);
        assertEquals(streamed, whole);
    }
}
