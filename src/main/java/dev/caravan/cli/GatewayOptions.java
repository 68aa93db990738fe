package dev.caravan.cli;

import dev.caravan.config.CaravanConfig;
import dev.caravan.config.ClientKey;
import dev.caravan.config.ConfigException;
import dev.caravan.config.Environment;
import dev.caravan.config.Secret;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Whom a command asks, and with which key: the options of every command that asks a gateway. */
final class GatewayOptions {
    private static final int FAILED = 1;
    private static final int MISTAKEN = 2;
    private static final String KEY_VARIABLE = "CARAVAN_KEY";
    private static final Pattern HEADER_VALUE = Pattern.compile("[!-~]+");

    @Option(names = "--url", paramLabel = "URL", description = "Ask this server instead of the gateway of caravan.yaml.")
    private String url;

    @Option(names = "--key-env", paramLabel = "VARIABLE", description = "The environment variable that holds the key. Default: "
            + KEY_VARIABLE
            + " where it is set; else the first key of caravan.yaml, unless --url is given.")
    private String keyVariable;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /** What a command does with the gateway. */
    @FunctionalInterface
    interface Work {
        /** Does it and returns the exit code. */
        int run(GatewayClient gateway) throws CommandFailure, IOException, InterruptedException;
    }

    /** Does the work, tells on standard error why it could not be done, and returns the exit code. */
    int run(Surroundings surroundings, Work work) throws InterruptedException {
        PrintWriter err = command.commandLine().getErr();
        try (GatewayClient gateway = gateway(surroundings)) {
            return work.run(gateway);
        } catch (ParameterException e) {
            // Without the whole usage, behind which the message would be lost.
            tell(e.getMessage() + "\nSee " + command.qualifiedName() + " --help.");
            return MISTAKEN;
        } catch (ConfigException e) {
            err.println(e.getMessage());
            return MISTAKEN;
        } catch (CommandFailure e) {
            tell(e.getMessage());
            return FAILED;
        } catch (IOException e) {
            tell(FileFailure.text(e));
            return FAILED;
        } finally {
            err.flush();
        }
    }

    /** A line on standard error. */
    void tell(String line) {
        command.commandLine().getErr().println("caravan: " + TerminalText.visible(line));
        command.commandLine().getErr().flush();
    }

    /** A line on standard output. */
    void say(String line) {
        command.commandLine().getOut().println(TerminalText.visible(line));
        command.commandLine().getOut().flush();
    }

    /** The command line that asks the same gateway for something else: {@code caravan batch status ID --url URL}. */
    String again(String commandLine) {
        return "caravan " + commandLine + (url == null ? "" : " --url " + url)
                + (keyVariable == null ? "" : " --key-env " + keyVariable);
    }

    /** The server that was named: caravan.yaml has no say then, and its keys are not for others. */
    Optional<URI> server() {
        try {
            return Optional.ofNullable(url).map(GatewayUrl::parse);
        } catch (IllegalArgumentException e) {
            throw mistake("--url: " + e.getMessage());
        }
    }

    /** The key of the environment. */
    Optional<Secret> key(Environment environment) {
        String variable = keyVariable == null ? KEY_VARIABLE : keyVariable;
        Optional<String> key = environment.get(variable);
        if (keyVariable != null && key.isEmpty()) {
            throw mistake("--key-env: the environment variable " + variable + " is not set");
        }
        if (key.isPresent() && !HEADER_VALUE.matcher(key.get()).matches()) {
            throw mistake("the key in " + variable + " holds characters that a key cannot have");
        }
        return key.map(Secret::of);
    }

    /** A mistake in the arguments. */
    ParameterException mistake(String message) {
        return new ParameterException(command.commandLine(), message);
    }

    private GatewayClient gateway(Surroundings surroundings) throws CommandFailure {
        Environment environment = surroundings.environment();
        Optional<URI> server = server();
        if (server.isPresent()) {
            return new GatewayClient(server.get(), key(environment));
        }
        CaravanConfig config = CaravanConfig.load(environment, surroundings.directory());
        Optional<Secret> key = key(environment).or(() -> config.keys().stream().map(ClientKey::key).findFirst());
        URI gateway = GatewayUrl.of(config.server()).orElseThrow(
                () -> new CommandFailure("the gateway of caravan.yaml has no fixed port; name its address with --url"));
        return new GatewayClient(gateway, key);
    }
}
