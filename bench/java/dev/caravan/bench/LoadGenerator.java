package dev.caravan.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * The clients, in a process of their own that stays warm over all jobs: reads one {@link Load} a line as JSON from standard
 * input, runs it, writes its {@link LoadResult} as one line of JSON to standard output. Stops when its standard input ends.
 */
public final class LoadGenerator {

    private LoadGenerator() {}

    /** Runs jobs until standard input ends. */
    public static void main(String[] args) throws Exception {
        PrintStream results = System.out;
        // A logger's line must not stand between the results.
        System.setOut(System.err);
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        ObjectMapper json = new ObjectMapper();
        try (BufferedReader jobs = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String job = jobs.readLine(); job != null; job = jobs.readLine()) {
                results.println(json.writeValueAsString(run(vertx, json, job)));
            }
        } finally {
            vertx.close();
        }
    }

    private static LoadResult run(Vertx vertx, ObjectMapper json, String job) throws IOException {
        try {
            return LoadRun.run(vertx, json.readValue(job, Load.class));
        } catch (Exception e) {
            throw new IOException("a load could not be run", e);
        }
    }
}
