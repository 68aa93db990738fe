package dev.caravan.demo;

import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * The program: reads one request line of the exec protocol from standard input and writes the answer's lines, one a token, to
 * standard output.
 *
 * <p>A request that it does not understand gets an {@code error} line and exit code 0, since it was answered. Other exit codes:
 * 1 when nobody reads the answer any more (the program ends with the next line it writes), 2 for a wrong argument.
 */
public final class DemoEngine {
    private static final String USAGE = """
        Usage: java -cp caravan.jar dev.caravan.demo.DemoEngine [--tokens-per-second N]
        Reads a request of Caravan's exec protocol, one JSON line, from standard input and answers on standard output.
          --tokens-per-second N  how fast to write: a number, 0 for as fast as possible; 40 if not given
        """;

    private DemoEngine() {}

    /**
     * Runs the program and exits.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) {
        // Not System.in and System.out: those decode, lock and swallow errors
        System.exit(run(args, new FileInputStream(FileDescriptor.in), new FileOutputStream(FileDescriptor.out),
                System.err));
    }

    /** Runs the program on given streams and returns its exit code. Does not wait for the end of the input after its line. */
    static int run(String[] args, InputStream in, OutputStream out, PrintStream err) {
        double tokensPerSecond = 40;
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--help")) {
                err.print(USAGE);
                return 0;
            }
            tokensPerSecond = args[i].equals("--tokens-per-second") && i + 1 < args.length
                    ? speed(args[++i])
                    : Double.NaN;
            if (Double.isNaN(tokensPerSecond)) {
                err.print(USAGE);
                return 2;
            }
        }
        try {
            answer(in, new OutputLines(out), new Pace(tokensPerSecond));
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        } catch (IOException e) {
            err.println("demo engine: stopped: " + e.getMessage());
            return 1;
        }
    }

    private static double speed(String argument) {
        try {
            double speed = Double.parseDouble(argument);
            return speed >= 0 ? speed : Double.NaN;
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    private static void answer(InputStream in, OutputLines out, Pace pace) throws IOException, InterruptedException {
        DemoRequest request;
        try {
            request = DemoRequest.read(line(in));
        } catch (CharacterCodingException e) {
            out.error("invalid_request_error", "the request line: expected UTF-8");
            return;
        } catch (JsonException e) {
            out.error("invalid_request_error", e.getMessage());
            return;
        }
        out.usage(request.inputTokens(), 0);
        if (request.toolCall() == null) {
            write(request, out, pace);
        } else {
            call(request, out);
        }
    }

    private static void write(DemoRequest request, OutputLines out, Pace pace)
            throws IOException, InterruptedException {
        TextGenerator generator = new TextGenerator(NgramModel.trainOnOwnTexts(), request.prompt(), request.prefill(),
                request.sampling(), request.seed());
        StopSequences stops = new StopSequences(request.stopSequences());
        String reason = "end_turn";
        int written = 0;
        for (String piece = generator.next(); piece != null; piece = generator.next()) {
            if (written >= request.maxTokens()) {
                reason = "max_tokens";
                break;
            }
            pace.await();
            written++;
            out.text(stops.feed(piece));
            if (stops.found() != null) {
                reason = "stop_sequence";
                break;
            }
        }
        out.text(stops.rest());
        out.usage(request.inputTokens(), written);
        out.done(reason, stops.found());
    }

    private static void call(DemoRequest request, OutputLines out) throws IOException {
        ToolCall call = request.toolCall();
        int length = Pieces.count(call.name())
                + Pieces.count(JsonWriter.write(call.input(), new StringBuilder()).toString());
        if (length > request.maxTokens()) {
            // Half a call is of no use to anybody
            out.usage(request.inputTokens(), 0);
            out.done("max_tokens", null);
        } else {
            out.toolUse(call.name(), call.input());
            out.usage(request.inputTokens(), length);
            out.done("tool_use", null);
        }
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(8192);
        byte[] chunk = new byte[8192];
        for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
            int end = 0;
            while (end < read && chunk[end] != '\n') {
                end++;
            }
            line.write(chunk, 0, end);
            if (end < read) {
                break;
            }
        }
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line.toByteArray())).toString();
    }
}
