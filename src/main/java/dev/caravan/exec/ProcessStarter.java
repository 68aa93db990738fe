package dev.caravan.exec;

import dev.caravan.config.ExecProvider;
import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.component.exec.ExecCommand;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts processes of a provider, with its environment, and has the {@link Guardian} look after them. Thread-safe. */
final class ProcessStarter {
    private static final Logger LOG = LoggerFactory.getLogger("caravan.exec");
    /** How the JDK tells an errno: {@code error=2, …} before JDK 22 or so, {@code error: 2 (…)} since. */
    private static final Pattern ERRNO = Pattern.compile("error[=:] ?(\\d+)");

    private final ExecProvider provider;

    ProcessStarter(ExecProvider provider) {
        this.provider = provider;
    }

    /**
     * Starts a process.
     *
     * @throws ApiException 502 {@code api_error} when the program cannot be started
     */
    Process start(ExecCommand command) {
        try {
            Process process = processBuilder(command).start();
            Guardian.watch(process);
            return process;
        } catch (IOException e) {
            LOG.warn("{}: {}", provider.name(), e.getMessage());
            throw new ApiException(502, ErrorType.API_ERROR, "provider " + provider.name() + ": cannot start "
                    + command.getExecutable() + reason(e, command));
        }
    }

    private ProcessBuilder processBuilder(ExecCommand command) {
        List<String> words = new ArrayList<>();
        words.add(command.getExecutable());
        words.addAll(command.getArgs());
        ProcessBuilder builder = new ProcessBuilder(words);
        provider.environment().forEach((name, value) -> builder.environment().put(name, value.reveal()));
        if (command.getWorkingDir() != null) {
            builder.directory(Path.of(command.getWorkingDir()).toFile());
        }
        return builder;
    }

    private static String reason(IOException e, ExecCommand command) {
        if (command.getWorkingDir() != null && !Path.of(command.getWorkingDir()).toFile().isDirectory()) {
            return ": its working directory does not exist";
        }
        Matcher errno = ERRNO.matcher(String.valueOf(e.getMessage()));
        return switch (errno.find() ? errno.group(1) : "") {
            case "2" -> ": No such file";
            case "8" -> ": Not a program";
            case "13" -> ": Permission denied";
            default -> "";
        };
    }
}
