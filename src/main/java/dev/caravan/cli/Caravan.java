package dev.caravan.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program {@code caravan}. */
@Command(name = "caravan", mixinStandardHelpOptions = true, versionProvider = Version.class, description = "One front door, the Anthropic Messages API, to any model.", subcommands = {
        ServeCommand.class, ChatCommand.class, DoctorCommand.class, BenchCommand.class})
public final class Caravan {
    private Caravan() {}

    public static void main(String[] args) {
        int exit = new CommandLine(new Caravan()).setCaseInsensitiveEnumValuesAllowed(true).execute(args);
        if (exit != 0) {
            System.exit(exit);
        }
    }
}
