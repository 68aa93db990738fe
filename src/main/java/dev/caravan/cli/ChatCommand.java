package dev.caravan.cli;

import dev.caravan.config.CaravanConfig;
import dev.caravan.config.ClientKey;
import dev.caravan.config.ConfigException;
import dev.caravan.config.Secret;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code caravan chat "text"}: asks one question and streams the answer to standard output. Everything else goes to standard
 * error. Exit code 0 only for an answer that came to its end, 1 for any other, 2 for a mistake in the arguments or the
 * configuration.
 */
@Command(name = "chat", mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false, description = {
        "Asks a model and streams its answer to the terminal.",
        "The gateway of caravan.yaml is asked; when it is not running, one is started for this question alone."})
final class ChatCommand implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final int MISTAKEN = 2;
    private static final String STANDARD_INPUT = "-";
    private static final char UNREADABLE = '\uFFFD';

    @Parameters(arity = "0..*", paramLabel = "TEXT", description = "The question. \"-\" or nothing at all reads it from standard input.")
    private List<String> words = List.of();

    @Mixin
    private GatewayOptions gateway;

    @Option(names = "--model", paramLabel = "NAME", description = "The model. Default: the first rule of caravan.yaml for a single model, "
            + "or " + ModelChoice.USUAL + " when a rule catches it, or the first model that a provider lists.")
    private String model;

    @Option(names = "--system", paramLabel = "TEXT", description = "A system prompt.")
    private String system;

    @Option(names = "--max-tokens", paramLabel = "N", defaultValue = "4096", description = "The most tokens of the answer. Default: ${DEFAULT-VALUE}.")
    private int maxTokens;

    @Option(names = {"-v",
            "--verbose"}, description = "Show on standard error what the model thinks, and what the answer took.")
    private boolean verbose;

    @Spec
    private CommandSpec spec;

    private final Surroundings surroundings;

    ChatCommand() {
        this(Surroundings.ofProcess());
    }

    ChatCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        PrintWriter err = spec.commandLine().getErr();
        ChatPrinter printer = new ChatPrinter(spec.commandLine().getOut(), err, Ansi.AUTO.enabled());
        try {
            if (maxTokens < 1) {
                throw mistake("--max-tokens: expected a number from 1");
            }
            Optional<URI> server = gateway.server();
            if (server.isPresent()) {
                askServer(server.get(), printer);
            } else {
                askGateway(printer);
            }
            return 0;
        } catch (ParameterException e) {
            // Without the whole usage, behind which the message would be lost.
            printer.note(e.getMessage() + "\nSee caravan chat --help.");
            return MISTAKEN;
        } catch (ConfigException e) {
            err.println(e.getMessage());
            return MISTAKEN;
        } catch (CommandFailure e) {
            printer.note(e.getMessage());
            return FAILED;
        }
    }

    /** A server that was named: caravan.yaml has no say, and its keys are not for others. */
    private void askServer(URI server, ChatPrinter printer)
            throws CommandFailure, IOException, InterruptedException {
        ChatClient.Question question = question(Optional.of(ModelChoice.USUAL));
        try (ChatClient client = new ChatClient(server, gateway.key(surroundings.environment()))) {
            ask(client, question, server.toString(), printer);
        } catch (NobodyListensException e) {
            throw new CommandFailure("nothing listens at " + server + "; start a gateway with: caravan serve");
        }
    }

    private void askGateway(ChatPrinter printer) throws CommandFailure, IOException, InterruptedException {
        CaravanConfig config = CaravanConfig.load(surroundings.environment(), surroundings.directory());
        ChatClient.Question question = question(ModelChoice.of(config));
        Optional<URI> address = GatewayUrl.of(config.server());
        Optional<Secret> key = gateway.key(surroundings.environment())
                .or(() -> config.keys().stream().map(ClientKey::key).findFirst());
        if (address.isPresent()) {
            try (ChatClient client = new ChatClient(address.get(), key)) {
                ask(client, question, address.get().toString(), printer);
                return;
            } catch (NobodyListensException e) {
                // asked without a server, below
            }
        }
        askAlone(config, question, address, printer);
    }

    private void askAlone(CaravanConfig config, ChatClient.Question question, Optional<URI> notThere,
            ChatPrinter printer) throws CommandFailure, IOException, InterruptedException {
        printer.note(notThere.map(address -> "nothing listens at " + address).orElse("the gateway has no fixed port")
                + "; starting a gateway for this question (caravan serve starts one that stays)");
        try (InProcessGateway own = InProcessGateway.start(config, surroundings.home());
                ChatClient client = new ChatClient(own.url(), Optional.of(own.key()))) {
            // In this order: the gateway would let an answer go on for a while that somebody still reads.
            AtExit atExit = AtExit.close(client, own);
            try {
                ask(client, question, "this process", printer);
            } finally {
                atExit.cancel();
            }
        } catch (NobodyListensException e) {
            throw new CommandFailure("the gateway in this process does not answer");
        }
    }

    private void ask(ChatClient client, ChatClient.Question question, String whom, ChatPrinter printer)
            throws CommandFailure, NobodyListensException, IOException, InterruptedException {
        AnswerReader reader = new AnswerReader(printer, verbose);
        try {
            client.ask(question, reader, () -> printer.note(question.model() + " at " + whom));
        } finally {
            printer.endLine();
        }
        if (verbose) {
            printer.note(reader.summary());
        } else if (!reader.stopReason().equals("end_turn")) {
            printer.note("stopped: " + (reader.stopReason().isEmpty() ? "no reason was told" : reader.stopReason()));
        }
    }

    private ChatClient.Question question(Optional<String> usualModel) throws IOException {
        String asked = Optional.ofNullable(model).or(() -> usualModel)
                .orElseThrow(() -> mistake("caravan.yaml names no model; say which one with --model provider/model"));
        return new ChatClient.Question(asked, maxTokens, Optional.ofNullable(system), text());
    }

    private String text() throws IOException {
        boolean fromInput = words.isEmpty() || words.equals(List.of(STANDARD_INPUT));
        if (words.isEmpty() && surroundings.inputIsTerminal().getAsBoolean()) {
            throw mistake("what is the question? caravan chat \"text\"");
        }
        String text = fromInput
                ? new String(surroundings.input().readAllBytes(), StandardCharsets.UTF_8)
                : String.join(" ", words);
        if (text.isBlank()) {
            throw mistake("the question is empty");
        }
        if (!fromInput && text.indexOf(UNREADABLE) >= 0) {
            throw mistake("Java cannot read the question's characters in this locale: set LC_ALL=C.UTF-8, or give the "
                    + "question on standard input");
        }
        return text;
    }

    private ParameterException mistake(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
