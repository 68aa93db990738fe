package dev.caravan.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench/run}: starts the upstream, the load generator and the targets, runs the lanes, prints and keeps the results. */
@Command(name = "caravan bench", mixinStandardHelpOptions = true, sortOptions = false, description = {
        "Measures Caravan beside the bare upstream, nginx and claude-code-router, on this machine, over loopback.",
        "Results go to target/bench/results.md and results.json, the logs of all processes beside them.",
        "'bench/run jmh [arguments]' runs the microbenchmarks instead."})
public final class BenchRunner implements Callable<Integer> {

    private static final int MISSED = 1;
    private static final int FAILED = 3;

    /** Processes end and pipes break because the run was stopped, and for no other reason. */
    private volatile boolean stopping;

    @Spec
    private CommandSpec spec;

    @Option(names = "--quick", description = "A minute of all, with one run: to see that everything works. Its numbers say little.")
    private boolean quick;

    @Option(names = "--lanes", split = ",", paramLabel = "LANE", description = "Of latency, requests, events, open; default: all.")
    private List<String> lanes = Lanes.ALL;

    @Option(names = "--targets", split = ",", paramLabel = "TARGET", description = "Of nginx, caravan, caravan-pass, ccr; bare is always there. "
            + "Default: nginx,caravan,ccr.")
    private List<String> names = Targets.USUAL;

    @Option(names = "--runs", paramLabel = "N", description = "How often each lane is run; default 3, with --quick 1.")
    private int runs;

    @Option(names = "--nginx-workers", paramLabel = "N", defaultValue = "auto", description = "nginx's worker_processes; default: auto.")
    private String nginxWorkers;

    @Option(names = "--limit", paramLabel = "MINUTES", defaultValue = "60", description = "Give up after this many minutes; default 60.")
    private int limitMinutes;

    @Option(names = "--patience", paramLabel = "SECONDS", defaultValue = "0", description = "Before each lane, wait at most this long for "
            + "others to take less than a tenth of the processors; default 0.")
    private int patience;

    @Option(names = "--check", description = "Exit with 1 when Caravan misses one of its floors.")
    private boolean check;

    @Option(names = "--project", hidden = true, defaultValue = ".")
    private Path project;

    /** Runs the command; exits 0, with 1 for a missed floor, 2 for wrong options, 3 when the run could not be done. */
    public static void main(String[] args) {
        BenchRunner runner = new BenchRunner();
        CommandLine command = new CommandLine(runner).setExecutionExceptionHandler((e, c, result) -> {
            if (!runner.stopping) {
                System.err.println("bench: " + e);
            }
            return FAILED;
        });
        System.exit(command.execute(args));
    }

    @Override
    public Integer call() throws Exception {
        requireKnown("lane", lanes, Lanes.ALL);
        requireKnown("target", names, Targets.ALL);
        int times = runs > 0 ? runs : quick ? 1 : 3;
        Plan plan = quick ? Plan.quick(times) : Plan.full(times);
        Path root = project.toAbsolutePath().normalize();
        Report report;
        try (Workplace place = new Workplace(root, root.resolve("target/bench"))) {
            // On Ctrl-C, too, and when the time is up.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                stopping = true;
                place.close();
            }));
            limitTime();
            report = run(place, plan);
            report.write(place.results());
        }
        System.out.print(report.markdown());
        return check && Floor.all(report.measurements()).stream().anyMatch(floor -> !floor.met()) ? MISSED : 0;
    }

    private void requireKnown(String what, List<String> given, List<String> known) {
        for (String name : given) {
            if (!known.contains(name)) {
                throw new ParameterException(spec.commandLine(),
                        "no such " + what + ": " + name + "; known are " + String.join(", ", known));
            }
        }
    }

    private void limitTime() {
        Thread.ofVirtual().start(() -> {
            try {
                TimeUnit.MINUTES.sleep(limitMinutes);
                System.err.println("bench: not done after " + limitMinutes + " minutes, giving up");
                System.exit(FAILED);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private Report run(Workplace place, Plan plan) throws IOException, InterruptedException {
        Map<String, String> machine = Machine.describe(place.project());
        if (quick) {
            machine.put("note", "a quick run: too short for its numbers to say much");
        }
        Map<String, String> skipped = new LinkedHashMap<>();
        List<Target> targets = start(place, plan, skipped);
        Wrk wrk = Wrk.installed() ? new Wrk(place) : null;
        Measurements measurements = new Measurements();
        Lanes all = new Lanes(plan, new Generator(place), wrk, measurements);
        for (Target target : targets) {
            measurements.add(target, Metric.READY, target.readySeconds());
            say("warming " + target.name());
            all.warm(target);
        }
        List<Double> others = new ArrayList<>();
        for (int run = 1; run <= plan.runs(); run++) {
            Neighbours before = Neighbours.now();
            for (String lane : lanes) {
                Neighbours.awaitQuiet(patience);
                say("run " + run + " of " + plan.runs() + ": " + lane);
                all.run(lane, targets);
                dropEnded(targets, skipped);
            }
            Neighbours.now().shareSince(before).ifPresent(others::add);
            // Another one is first the next time.
            Collections.rotate(targets, 1);
        }
        targets.sort((a, b) -> Integer.compare(Targets.ALL.indexOf(a.name()), Targets.ALL.indexOf(b.name())));
        String load = wrk != null ? Wrk.version() : "the bench's own load generator, as wrk is not installed";
        machine.put("processor time that others took in each run",
                Neighbours.describe(others.stream().mapToDouble(Double::doubleValue).toArray()));
        return new Report(machine, plan, load, targets, skipped, measurements);
    }

    /** What a target that has ended seems to have reached says nothing; without the upstream nothing does. */
    private static void dropEnded(List<Target> targets, Map<String, String> skipped) throws IOException {
        for (Target target : List.copyOf(targets)) {
            if (target.child().isAlive()) {
                continue;
            }
            if (target.name().equals(Targets.BARE)) {
                throw new IOException("the upstream has ended, " + target.child().ending());
            }
            say("dropping " + target.name() + ", which has ended");
            skipped.put(target.name(), "ended while it was measured, " + target.child().ending());
            targets.remove(target);
        }
    }

    private List<Target> start(Workplace place, Plan plan, Map<String, String> skipped)
            throws IOException, InterruptedException {
        Targets starter = new Targets(place, plan.scripts(), nginxWorkers);
        TreeSet<String> wanted = new TreeSet<>(
                (a, b) -> Integer.compare(Targets.ALL.indexOf(a), Targets.ALL.indexOf(b)));
        wanted.add(Targets.BARE);
        wanted.addAll(names);
        List<Target> targets = new ArrayList<>();
        for (String name : wanted) {
            say("starting " + name);
            try {
                Target target = starter.start(name);
                Check.answers(place, target);
                targets.add(target);
            } catch (Unavailable e) {
                say("skipping " + name + ": " + e.getMessage());
                skipped.put(name, e.getMessage());
            }
        }
        return targets;
    }

    private static void say(String what) {
        System.err.println("bench: " + what);
    }
}
