package dev.caravan.mlx;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Python that can make virtual environments.
 *
 * @param program its executable
 * @param version such as {@code 3.12.4}
 */
public record Python(Path program, String version) {
    /** The oldest minor version of Python 3 that mlx-lm and the worker run on. */
    private static final int OLDEST = 10;
    private static final List<String> NAMES = List.of("python3", "python3.13", "python3.12", "python3.11", "python3.10",
            "python3.14", "python");
    private static final List<String> USUAL_PLACES = List.of("/opt/homebrew/bin", "/usr/local/bin",
            "/Library/Frameworks/Python.framework/Versions/Current/bin", "/usr/bin");
    private static final List<String> PLACES_AT_HOME = List.of(".pyenv/shims", ".local/bin", "miniforge3/bin",
            "miniconda3/bin");
    /** Says what it is, and fails in its second part where Debian has put these into a package of its own. */
    private static final String PROBE = "import sys, platform; "
            + "print('.'.join(map(str, sys.version_info[:3])), platform.machine(), flush=True); import venv, ensurepip";
    private static final Pattern ANSWER = Pattern.compile("3\\.(\\d+)\\.\\d+ \\S+");

    /** What speaks against a Python; empty when nothing does. */
    private record Verdict(Python python, String fault) {}

    /**
     * Finds one: on the {@code PATH}, then where they are usually installed.
     *
     * @param named the one to take, if it is fit
     * @throws SetupFailure when there is none; it names those that were found and are not fit
     */
    public static Python find(Machine machine, Optional<Path> named) throws SetupFailure, InterruptedException {
        List<String> faults = new ArrayList<>();
        for (Path candidate : named.map(path -> Set.of(path)).orElseGet(() -> candidates(machine))) {
            Verdict verdict = judge(candidate, machine);
            if (verdict.fault().isEmpty()) {
                return verdict.python();
            }
            faults.add(candidate + " " + verdict.fault());
        }
        String wanted = "a Python from 3." + OLDEST + " on is needed";
        String advice = machine.isMac()
                ? "install one, for example by: brew install python@3.13"
                : "install one, on Debian and Ubuntu by: apt install python3 python3-venv";
        throw new SetupFailure(wanted + (faults.isEmpty() ? ", and none was found" : ": " + String.join("; ", faults))
                + "\n" + advice + (named.isPresent() ? "" : "\nor name one with --python"));
    }

    private static Set<Path> candidates(Machine machine) {
        List<String> folders = new ArrayList<>(
                List.of(machine.variables().getOrDefault("PATH", "").split(File.pathSeparator)));
        folders.addAll(USUAL_PLACES);
        PLACES_AT_HOME.forEach(place -> folders.add(machine.home().resolve(place).toString()));
        Set<Path> found = new LinkedHashSet<>();
        for (String name : NAMES) {
            for (String folder : folders) {
                Path file = Path.of(folder, name);
                // Apple's own is too old, and without the developer tools a window that offers them.
                boolean apples = machine.isMac() && file.startsWith("/usr/bin");
                if (file.isAbsolute() && !apples && Files.isExecutable(file)) {
                    found.add(file);
                }
            }
        }
        return found;
    }

    private static Verdict judge(Path program, Machine machine) throws InterruptedException {
        Run run;
        try {
            run = Run.of(List.of(program.toString(), "-I", "-c", PROBE));
        } catch (IOException e) {
            return new Verdict(null, "cannot be started");
        }
        Optional<Matcher> answer = run.lines().stream().map(ANSWER::matcher).filter(Matcher::matches).findFirst();
        if (answer.isEmpty()) {
            return new Verdict(null, "is no Python 3");
        }
        String[] words = answer.get().group().split(" ");
        if (Integer.parseInt(answer.get().group(1)) < OLDEST) {
            return new Verdict(null, "is too old (" + words[0] + ")");
        }
        if (machine.isMac() && !words[1].equals("arm64")) {
            return new Verdict(null, "is built for Intel");
        }
        if (!run.ok()) {
            return new Verdict(null, "cannot make virtual environments: its modules venv and ensurepip are missing");
        }
        return new Verdict(new Python(program, words[0]), "");
    }
}
