package dev.caravan.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.caravan.mlx.Worker;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * A provider for a model that the MLX worker answers for, as {@code caravan.yaml} has it.
 *
 * @param name its name
 * @param python the Python of the worker's environment
 * @param model a directory, absolute, or a name on the hub
 * @param options further options of the worker
 */
record MlxProvider(String name, Path python, String model, List<String> options) {
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final int LONGEST_NAME = 60;

    MlxProvider {
        options = List.copyOf(options);
    }

    /** The name for a model that nobody has named: the last part of its own, in the letters that names have. */
    static String usualName(String model) {
        String name = id(model).toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+", "");
        String cut = name.substring(0, Math.min(name.length(), LONGEST_NAME)).replaceAll("-+$", "");
        return cut.isEmpty() ? "mlx" : cut;
    }

    private static String id(String model) {
        String[] parts = model.split("/");
        return parts.length == 0 ? model : parts[parts.length - 1];
    }

    /** What clients ask for. */
    String reference() {
        return name + "/" + id(model);
    }

    /** The program and its arguments. */
    List<String> command() {
        List<String> command = new ArrayList<>(
                List.of(python.toString(), "-I", "-u", "-m", Worker.MODULE, "--model", model));
        command.addAll(options);
        return command;
    }

    /**
     * The lines below {@code providers:}, not indented.
     *
     * @param online whether the hub may be asked; a model that has been loaded once needs it no more
     * @param context the length of its context in tokens, when it is known
     */
    List<String> yaml(boolean online, OptionalLong context) {
        List<String> lines = new ArrayList<>();
        lines.add("# Made by: caravan mlx " + model.replaceAll("\\R", " ") + " (docs/mlx.md)");
        lines.add(name + ":");
        lines.add("  dialect: exec");
        List<String> command = command();
        lines.add("  command: [" + quoted(command.subList(0, 5)) + ",");
        lines.add("            " + quoted(command.subList(5, command.size())) + "]");
        if (!online) {
            lines.add("  environment: { HF_HUB_OFFLINE: \"1\" }");
        }
        lines.add("  workers: {}");
        lines.add("  models:");
        lines.add("    - { id: " + quoted(id(model))
                + (context.isPresent() ? ", max-input-tokens: " + context.getAsLong() : "")
                + " }");
        return lines;
    }

    /** A rule that leads here. */
    String rule(String match) {
        return "{ match: " + quoted(match) + ", to: " + quoted(reference()) + " }";
    }

    private static String quoted(List<String> texts) {
        return texts.stream().map(MlxProvider::quoted).collect(Collectors.joining(", "));
    }

    /** JSON's strings are YAML's; what the configuration would take for a variable is none here. */
    static String quoted(String text) {
        try {
            return JSON.writeValueAsString(text.replace("${", "$${"));
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
