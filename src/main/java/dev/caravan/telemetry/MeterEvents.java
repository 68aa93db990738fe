package dev.caravan.telemetry;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.message.Call;
import dev.caravan.message.ErrorType;
import dev.caravan.message.EventStream;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.MessageDelta;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.MessageEvent.RawEvent;
import dev.caravan.message.MessageEvent.RawMessage;
import dev.caravan.message.MessageJson;
import dev.caravan.message.Progress;
import dev.caravan.message.Usage;
import java.io.IOException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Watches the stream in the body go by and keeps the call's progress: first event, tokens, stop reason. */
public final class MeterEvents implements Processor {
    @Override
    public void process(Exchange exchange) {
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        EventStream events = exchange.getMessage().getBody(EventStream.class);
        exchange.getMessage().setBody(new Metered(events, call.getProgress()));
    }

    private record Metered(EventStream events, Progress progress) implements EventStream {
        @Override
        public boolean hasNext() {
            return events.hasNext();
        }

        @Override
        public MessageEvent next() {
            MessageEvent event = events.next();
            if (event != null) {
                progress.firstEvent();
                note(event);
            }
            return event;
        }

        @Override
        public void close() {
            events.close();
        }

        private void note(MessageEvent event) {
            switch (event) {
                case MessageStart start -> progress.usage(start.usage());
                case MessageDelta delta -> {
                    progress.usage(delta.usage());
                    progress.stopped(delta.stopReason().wireName());
                }
                case RawEvent raw when raw.name().equals("message_start") || raw.name().equals("message_delta") ->
                    read(raw.data());
                case RawEvent raw when raw.name().equals("error") -> progress.failed(errorType(raw.data()));
                case RawMessage raw -> read(raw.json());
                default -> {
                }
            }
        }

        private static ErrorType errorType(byte[] json) {
            try (JsonParser parser = MessageJson.FACTORY.createParser(json)) {
                boolean inError = false;
                for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                    if (token == JsonToken.VALUE_STRING && inError && "type".equals(parser.currentName())) {
                        return ErrorType.ofWireName(parser.getText());
                    }
                    inError = inError || token == JsonToken.START_OBJECT && "error".equals(parser.currentName());
                }
            } catch (IOException e) {
                // passed on all the same
            }
            return ErrorType.API_ERROR;
        }

        /** Picks usage and stop reason out of an upstream's own JSON, wherever in it they stand. */
        private void read(byte[] json) {
            Usage usage = progress.usage();
            long input = usage.inputTokens();
            long created = usage.cacheCreationInputTokens();
            long cached = usage.cacheReadInputTokens();
            long output = usage.outputTokens();
            boolean inUsage = false;
            try (JsonParser parser = MessageJson.FACTORY.createParser(json)) {
                for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                    if (token == JsonToken.END_OBJECT) {
                        inUsage = false;
                    }
                    if (token != JsonToken.FIELD_NAME) {
                        continue;
                    }
                    String field = parser.currentName();
                    JsonToken value = parser.nextToken();
                    if (field.equals("content") || field.equals("content_block")) {
                        parser.skipChildren();
                    } else if (field.equals("usage") && value == JsonToken.START_OBJECT) {
                        inUsage = true;
                    } else if (field.equals("stop_reason") && value == JsonToken.VALUE_STRING) {
                        progress.stopped(parser.getText());
                    } else if (inUsage && value == JsonToken.VALUE_NUMBER_INT) {
                        switch (field) {
                            case "input_tokens" -> input = parser.getLongValue();
                            case "cache_creation_input_tokens" -> created = parser.getLongValue();
                            case "cache_read_input_tokens" -> cached = parser.getLongValue();
                            case "output_tokens" -> output = parser.getLongValue();
                            default -> {
                            }
                        }
                    } else if (inUsage) {
                        parser.skipChildren();
                    }
                }
            } catch (IOException e) {
                return; // passed on all the same: the client will see what it makes of it
            }
            progress.usage(new Usage(input, created, cached, output));
        }
    }
}
