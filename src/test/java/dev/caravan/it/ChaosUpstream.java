package dev.caravan.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** The upstream of the chaos: answers a request as its plan says, in chat completions or in the Messages API's events. */
final class ChaosUpstream implements ScriptedUpstream.Script {
    private static final int HUGE = 20 * 1024 * 1024;
    private static final String HTML = "<!DOCTYPE html><html><title>502 Bad Gateway</title></html>";

    private final long seed;

    ChaosUpstream(long seed) {
        this.seed = seed;
    }

    @Override
    public void serve(UpstreamCall call) throws Exception {
        ChaosPlan plan = ChaosPlan.of(seed, call.request().text());
        Random random = plan.random();
        switch (plan.upstream()) {
            case ERROR429 -> call.reply("429 Too Many Requests", "application/json", error("rate_limit_error"),
                    "retry-after: 1");
            case ERROR500 -> call.reply("500 Internal Server Error", "application/json", error("api_error"));
            case ERROR529 -> call.reply("529 Overloaded", "application/json", error("overloaded_error"));
            case HTML -> call.reply(random.nextBoolean() ? "200 OK" : "502 Bad Gateway", "text/html", HTML);
            case GONE -> end(call, random);
            case SILENT -> call.awaitClientClosed();
            default -> {
                if (plan.stream()) {
                    stream(call, plan, random);
                } else {
                    message(call, plan, random);
                }
            }
        }
    }

    private static String error(String type) {
        return "{\"type\":\"error\",\"error\":{\"type\":\"" + type + "\",\"message\":\"upstream says no\"}}";
    }

    private static void end(UpstreamCall call, Random random) throws IOException {
        if (random.nextBoolean()) {
            call.reset();
        } else {
            call.close();
        }
    }

    private static void stream(UpstreamCall call, ChaosPlan plan, Random random) throws Exception {
        call.streamHead();
        List<String> frames = frames(plan);
        switch (plan.upstream()) {
            case SLOW -> {
                for (String frame : frames) {
                    call.chunk(frame);
                    pause(call, random.nextInt(20));
                }
                call.lastChunk();
            }
            case BYTES -> {
                byte[] bytes = String.join("", frames).getBytes(UTF_8);
                for (byte one : bytes) {
                    call.chunk(new byte[]{one});
                }
                call.lastChunk();
            }
            case TRUNCATED -> {
                cut(call, frames, random);
                call.lastChunk(); // the orderly end of half an answer
            }
            case RESET -> {
                cut(call, frames, random);
                end(call, random);
            }
            case STALL -> {
                cut(call, frames, random);
                call.awaitClientClosed();
            }
            case GARBAGE -> {
                cut(call, frames, random);
                byte[] garbage = new byte[1 + random.nextInt(200)];
                random.nextBytes(garbage);
                call.chunk(oneLine(garbage)).send("this is no length of a chunk\r\n").close();
            }
            case HUGE -> {
                byte[] part = "x".repeat(64 * 1024).getBytes(UTF_8);
                call.chunk("data: ");
                for (int sent = 0; sent < HUGE; sent += part.length) {
                    call.chunk(part);
                }
                call.close();
            }
            default -> {
                for (String frame : frames) {
                    call.chunk(frame);
                }
                call.lastChunk();
            }
        }
    }

    /** Sends part of the frames, and often part of one more, but nothing of what ends the message. */
    private static void cut(UpstreamCall call, List<String> frames, Random random) throws IOException {
        int count = random.nextInt(frames.size() - 1);
        for (String frame : frames.subList(0, count)) {
            call.chunk(frame);
        }
        call.chunk(frames.get(count).substring(0, 1 + random.nextInt(frames.get(count).length() - 1)));
    }

    /** The frames of the message. The last one, and nothing before, makes it whole. */
    private static List<String> frames(ChaosPlan plan) {
        List<String> frames = new ArrayList<>();
        boolean chat = plan.dialect() == ChaosPlan.Dialect.CHAT;
        if (!chat) {
            frames.add(Wire.opening());
        }
        for (int i = 0; i < plan.words(); i++) {
            frames.add(
                    chat ? ChatWire.text(plan.word(i)) : Wire.frame("content_block_delta", Wire.delta(plan.word(i))));
        }
        if (chat) {
            frames.add(ChatWire.end("stop"));
        } else {
            frames.add(Wire.frame("content_block_stop", Wire.BLOCK_STOP));
            frames.add(Wire.frame("message_delta", Wire.MESSAGE_DELTA));
            frames.add(Wire.frame("message_stop", Wire.MESSAGE_STOP));
        }
        return frames;
    }

    private static void message(UpstreamCall call, ChaosPlan plan, Random random) throws Exception {
        byte[] body = (plan.dialect() == ChaosPlan.Dialect.CHAT
                ? ChatWire.completion("{\"role\":\"assistant\",\"content\":\"" + plan.text() + "\"}", "stop")
                : Wire.MESSAGE.replace(Wire.ANSWER + " \\u00e9", plan.text())).getBytes(UTF_8);
        byte[] head = ("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " + body.length
                + "\r\n\r\n")
                .getBytes(UTF_8);
        byte[] beginning = java.util.Arrays.copyOf(body, random.nextInt(body.length - 1));
        switch (plan.upstream()) {
            case SLOW -> {
                call.send(head).send(beginning);
                pause(call, random.nextInt(300));
                call.send(java.util.Arrays.copyOfRange(body, beginning.length, body.length));
            }
            case BYTES -> {
                call.send(head);
                for (byte one : body) {
                    call.send(new byte[]{one});
                }
            }
            case TRUNCATED -> call.send(head).send(beginning).close();
            case RESET -> {
                call.send(head).send(beginning);
                end(call, random);
            }
            case STALL -> call.send(head).send(beginning).awaitClientClosed();
            case GARBAGE, HUGE -> {
                byte[] garbage = new byte[1 + random.nextInt(300)];
                random.nextBytes(garbage);
                garbage[0] = '<';
                call.reply("200 OK", "application/json", garbage);
            }
            default -> call.send(head).send(body);
        }
    }

    /** Ends no line: an event of the Messages API that is complete is passed through, whatever is in it. */
    private static byte[] oneLine(byte[] garbage) {
        for (int i = 0; i < garbage.length; i++) {
            garbage[i] = garbage[i] == '\n' || garbage[i] == '\r' ? (byte) 'x' : garbage[i];
        }
        return garbage;
    }

    private static void pause(UpstreamCall call, int millis) throws InterruptedException {
        call.clientClosed().await(millis, TimeUnit.MILLISECONDS);
    }
}
