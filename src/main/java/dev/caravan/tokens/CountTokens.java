package dev.caravan.tokens;
import org.apache.camel.*;
public final class CountTokens implements Processor {
    public void process(Exchange e) {
        e.getMessage().setBody("{\"input_tokens\":1}");
    }
}
