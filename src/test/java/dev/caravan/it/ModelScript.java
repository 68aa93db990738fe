package dev.caravan.it;

import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;

/**
 * What the model behind each dialect does. It calls two tools, and says what they returned once it has both results. A word in the prompt
 * has it do something else.
 */
final class ModelScript implements ScriptedUpstream.Script {
    /** In a prompt: there were too many requests. */
    static final String REFUSE = "please-refuse";
    /** In a prompt: say {@link DialectFixture#BEGINNING} and fail. */
    static final String FAIL = "please-fail";
    /** In a prompt: say {@link DialectFixture#BEGINNING} and no more, not even that this is the end. */
    static final String CUT = "please-cut";

    /** What the model says about two results. */
    static String conclusion(String first, String second) {
        return "Bash said: " + first + "\nRead said: " + second;
    }

    @Override
    public void serve(UpstreamCall call) throws IOException {
        WireRequest request = call.request();
        DialectFixture dialect = DialectFixture.of(request);
        if (request.text().contains(REFUSE)) {
            dialect.refuse(call);
        } else if (request.text().contains(FAIL)) {
            head(call, dialect).chunk(dialect.beginning()).chunk(dialect.failure()).lastChunk();
        } else if (request.text().contains(CUT)) {
            dialect.cut(head(call, dialect).chunk(dialect.beginning()));
        } else {
            ToolTurn turn = dialect.turn(Json.read(request.text()));
            if (!turn.answered()) {
                reply(call, dialect, dialect.calls(), dialect.callsAtOnce());
            } else {
                String said = conclusion(turn.outputs().getFirst(), turn.outputs().getLast());
                String quoted = TextNode.valueOf(said).toString();
                String text = quoted.substring(1, quoted.length() - 1);
                reply(call, dialect, dialect.answer(text), dialect.answerAtOnce(text));
            }
        }
    }

    private static void reply(UpstreamCall call, DialectFixture dialect, byte[] streamed, String atOnce)
            throws IOException {
        if (dialect.streamed(call.request())) {
            head(call, dialect).chunk(streamed).lastChunk();
        } else {
            call.json(atOnce);
        }
    }

    private static UpstreamCall head(UpstreamCall call, DialectFixture dialect) throws IOException {
        return call.send("HTTP/1.1 200 OK\r\ncontent-type: " + dialect.contentType()
                + "\r\ntransfer-encoding: chunked\r\n\r\n");
    }
}
