package dev.caravan.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program {@code caravan}. */
@Command(name = "caravan", mixinStandardHelpOptions = true, versionProvider = Version.class, description = "One front door, the Anthropic Messages API, to any model.", subcommands = {
        ServeCommand.class, ChatCommand.class, DoctorCommand.class, MlxCommand.class, BatchCommand.class,
        QueueCommand.class, DlqCommand.class, BenchCommand.class})
public final class Caravan {
    private Caravan() {}

    public static void main(String[] args) {
        int exit = commandLine().execute(args);
        if (exit != 0) {
            System.exit(exit);
        }
    }

    /** All commands. */
    static CommandLine commandLine() {
        // A question may begin with @, which picocli would take for the name of a file with arguments.
        return new CommandLine(new Caravan()).setCaseInsensitiveEnumValuesAllowed(true).setExpandAtFiles(false);
    }
}
