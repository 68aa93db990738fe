package dev.caravan.provider.exec;

import dev.caravan.message.ApiException;
import dev.caravan.message.EventGrammar;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.Usage;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;

/** Any bytes as what a process writes: events that keep the grammar, to their end or to an error. */
public final class ExecFuzzTarget {
    private ExecFuzzTarget() {}

    public static List<String> seeds() {
        return List.of(
                "{\"thinking\":\"t\",\"signature\":\"s\"}\n{\"text\":\"Hel\"}\n{\"text\":\"lo\"}\n{\"done\":{\"stop_reason\":\"end_turn\"}}\n",
                "{\"tool_use\":{\"id\":\"a.b\",\"name\":\"f\",\"input\":{\"x\":[1,{}]}}}\n{\"tool_use\":{\"id\":\"a.b\",\"name\":\"g\",\"input\":{}}}\n",
                "{\"usage\":{\"input_tokens\":3,\"output_tokens\":4,\"cache_read_input_tokens\":1}}\n{}\n{\"text\":\"\\ud83d\\ude00\",\"done\":{\"stop_reason\":\"stop_sequence\",\"stop_sequence\":\"END\"}}",
                "{\"progress\":{}}\n\n{\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy\"}}\n",
                "{\"error\":\"no\"}");
    }

    public static void fuzzerTestOneInput(byte[] data) {
        List<MessageEvent> events = new ArrayList<>();
        boolean whole = false;
        try (ExecEventStream stream = new ExecEventStream(new ByteArrayInputStream(data), "fuzz", 400,
                new MessageStart("msg_1", "m", Usage.of(7, 1)))) {
            while (stream.hasNext()) {
                MessageEvent event = stream.next();
                if (event != null) {
                    events.add(event);
                }
            }
            whole = true;
        } catch (ApiException e) {
            // what a process may cause
        }
        if (whole) {
            EventGrammar.check(events);
        } else {
            EventGrammar.checkCutOff(events);
        }
    }
}
