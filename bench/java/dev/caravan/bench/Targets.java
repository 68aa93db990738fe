package dev.caravan.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Starts what is measured, each in its own process and ready for requests when its method returns. */
final class Targets {

    static final String BARE = "bare";
    static final String NGINX = "nginx";
    static final String CARAVAN = "caravan";
    static final String CARAVAN_PASS = "caravan-pass";
    static final String CCR = "ccr";
    static final List<String> ALL = List.of(BARE, NGINX, CARAVAN, CARAVAN_PASS, CCR);
    static final List<String> USUAL = List.of(BARE, NGINX, CARAVAN, CCR);

    private static final String CCR_VERSION = "2.0.0";
    private static final String CCR_PACKAGE = "@musistudio/claude-code-router";

    private final Workplace place;
    private final List<Script> scripts;
    private final String nginxWorkers;
    private Target bare;
    private Target caravan;

    /**
     * Targets.
     *
     * @param scripts      what will be asked for; a gateway that wants a list of models gets these
     * @param nginxWorkers nginx's {@code worker_processes}
     */
    Targets(Workplace place, List<Script> scripts, String nginxWorkers) {
        this.place = place;
        this.scripts = scripts;
        this.nginxWorkers = nginxWorkers;
    }

    /** Starts a target by name. */
    Target start(String name) throws Unavailable, IOException, InterruptedException {
        return switch (name) {
            case BARE -> bare();
            case NGINX -> nginx();
            case CARAVAN -> caravan();
            case CARAVAN_PASS -> {
                Target c = caravan();
                yield new Target(name, "the same process, its provider of the anthropic dialect: bytes pass through",
                        c.port(), c.path(),
                        "pass/", c.child(), c.readySeconds());
            }
            case CCR -> ccr();
            default -> throw new IllegalArgumentException("no such target: " + name);
        };
    }

    /** The upstream itself; started once. */
    Target bare() throws IOException {
        if (bare == null) {
            Child child = place.startJava(Upstream.class, "0");
            BufferedReader out = new BufferedReader(
                    new InputStreamReader(child.process().getInputStream(), StandardCharsets.UTF_8));
            String ready = out.readLine();
            if (ready == null || !ready.startsWith("ready ")) {
                throw new IOException("the upstream did not start: " + child.lastWords());
            }
            bare = new Target(BARE, "the upstream itself, one event loop", Integer.parseInt(ready.substring(6)),
                    Reply.OPENAI_PATH, "",
                    child, child.secondsSinceStart());
        }
        return bare;
    }

    private Target nginx() throws Unavailable, IOException, InterruptedException {
        String nginx = Workplace.onPath("nginx") ? "nginx" : "/usr/sbin/nginx";
        if (nginx.startsWith("/") && !Files.isExecutable(Path.of(nginx))) {
            throw new Unavailable("nginx is not installed");
        }
        int port = Workplace.freePort();
        Path dir = place.directory("nginx");
        // Its workers run as another user when this is root.
        Files.setPosixFilePermissions(dir.getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
        String user = System.getProperty("user.name").equals("root") ? "user root;\n" : "";
        Path config = Files.writeString(dir.resolve("nginx.conf"), user + """
            daemon off;
            pid %1$s/pid;
            error_log stderr warn;
            worker_processes %2$s;
            worker_rlimit_nofile 8192;
            events { worker_connections 4096; }
            http {
              access_log off;
              client_body_temp_path %1$s/body;
              proxy_temp_path %1$s/proxy;
              fastcgi_temp_path %1$s/fastcgi;
              uwsgi_temp_path %1$s/uwsgi;
              scgi_temp_path %1$s/scgi;
              keepalive_requests 100000000;
              upstream up {
                server 127.0.0.1:%3$d;
                keepalive 1024;
                keepalive_requests 100000000;
              }
              server {
                listen 127.0.0.1:%4$d backlog=4096;
                location / {
                  proxy_pass http://up;
                  proxy_http_version 1.1;
                  proxy_set_header Connection "";
                  proxy_buffering off;
                }
              }
            }
            """.formatted(dir, nginxWorkers, bare().port(), port));
        Child child = place.start(NGINX,
                new ProcessBuilder(nginx, "-p", dir.toString(), "-e", "stderr", "-c", config.toString()));
        double ready = place.awaitReady(child, port, "/health", 10);
        return new Target(NGINX,
                Workplace.firstLine(nginx, "-v").replace("nginx version: ", "") + ", passing through unbuffered, "
                        + "worker_processes " + nginxWorkers + ", no access log",
                port, Reply.OPENAI_PATH, "", child, ready);
    }

    /** Caravan; started once for both of its targets. */
    private Target caravan() throws Unavailable, IOException, InterruptedException {
        if (caravan != null) {
            return caravan;
        }
        Path launcher = place.project().resolve("caravan");
        if (!Files.isExecutable(launcher)) {
            throw new Unavailable("there is no launcher ./caravan");
        }
        int port = Workplace.freePort();
        Path config = Files.writeString(place.directory(CARAVAN).resolve("caravan.yaml"), """
            server: { host: 127.0.0.1, port: %1$d, cors: [] }
            keys: []
            providers:
              up:   { dialect: openai, base-url: "http://127.0.0.1:%2$d/v1", api-key: bench }
              pass: { dialect: anthropic, base-url: "http://127.0.0.1:%2$d", api-key: bench }
            models:
              - { match: "*", to: "up/{model}" }
            """.formatted(port, bare().port()));
        ProcessBuilder serve = new ProcessBuilder(launcher.toString(), "serve").directory(place.project().toFile());
        serve.environment().put("CARAVAN_CONFIG", config.toString());
        serve.environment().put("CARAVAN_HOST", "127.0.0.1");
        serve.environment().put("CARAVAN_PORT", Integer.toString(port));
        Child child = place.start(CARAVAN, serve);
        double ready = place.awaitReady(child, port, "/health", 120);
        caravan = new Target(CARAVAN,
                "./caravan serve, translating /v1/messages to the openai dialect and back, access log on", port,
                Reply.ANTHROPIC_PATH, "", child, ready);
        return caravan;
    }

    private Target ccr() throws Unavailable, IOException, InterruptedException {
        if (!Workplace.onPath("node")) {
            throw new Unavailable("node is not installed");
        }
        Path cli = installCcr();
        int port = Workplace.freePort();
        Path home = place.directory(CCR);
        String models = String.join(",", scripts.stream().map(s -> '"' + s.model() + '"').toList());
        Path settings = Files.createDirectories(home.resolve(".claude-code-router"));
        Files.writeString(settings.resolve("config.json"),
                """
                    {
                      "LOG": false, "NON_INTERACTIVE_MODE": true, "HOST": "127.0.0.1", "PORT": %1$d, "API_TIMEOUT_MS": 120000,
                      "Providers": [{
                        "name": "up", "api_base_url": "http://127.0.0.1:%2$d/v1/chat/completions", "api_key": "bench", "models": [%3$s]
                      }],
                      "Router": { "default": "up,%4$s" }
                    }
                    """.formatted(
                        port, bare().port(), models, scripts.getFirst().model()));
        ProcessBuilder start = new ProcessBuilder("node", cli.toString(), "start").directory(home.toFile());
        start.environment().put("HOME", home.toString());
        start.environment().put("TMPDIR", home.toString());
        List.of("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "SERVICE_PORT")
                .forEach(start.environment()::remove);
        Child child = place.start(CCR, start);
        double ready = place.awaitReady(child, port, "/health", 30);
        return new Target(CCR,
                "claude-code-router " + CCR_VERSION + " on node " + Workplace.firstLine("node", "--version")
                        + ", translating /v1/messages to /v1/chat/completions and back, its log off",
                port, Reply.ANTHROPIC_PATH, "up,", child, ready);
    }

    private Path installCcr() throws Unavailable, IOException, InterruptedException {
        Path prefix = Workplace.cache().resolve("ccr-" + CCR_VERSION);
        Path cli = prefix.resolve("node_modules/" + CCR_PACKAGE + "/dist/cli.js");
        if (Files.exists(cli)) {
            return cli;
        }
        if (!Workplace.onPath("npm")) {
            throw new Unavailable("npm is not installed, to get " + CCR_PACKAGE + " " + CCR_VERSION);
        }
        Files.createDirectories(prefix);
        Child npm = place.start("npm",
                new ProcessBuilder("npm", "install", "--prefix", prefix.toString(), "--no-audit", "--no-fund",
                        "--ignore-scripts", CCR_PACKAGE + "@" + CCR_VERSION));
        if (!npm.process().waitFor(180, TimeUnit.SECONDS) || npm.process().exitValue() != 0 || !Files.exists(cli)) {
            throw new Unavailable("npm could not install " + CCR_PACKAGE + " " + CCR_VERSION + ": " + npm.lastWords());
        }
        return cli;
    }
}
