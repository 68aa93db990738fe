package dev.caravan.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/** The load generator's process, seen from the runner. */
final class Generator {

    private final ObjectMapper json = new ObjectMapper();
    private final Child child;
    private final Writer in;
    private final BufferedReader out;

    Generator(Workplace place) throws IOException {
        child = place.startJava(LoadGenerator.class);
        in = new BufferedWriter(new OutputStreamWriter(child.process().getOutputStream(), StandardCharsets.UTF_8));
        out = new BufferedReader(new InputStreamReader(child.process().getInputStream(), StandardCharsets.UTF_8));
    }

    /** Runs a load; returns when it is over. */
    LoadResult run(Load load) throws IOException {
        in.write(json.writeValueAsString(load));
        in.write('\n');
        in.flush();
        String result = out.readLine();
        if (result == null) {
            throw new IOException("the load generator has ended: " + child.lastWords());
        }
        return json.readValue(result, LoadResult.class);
    }
}
