package dev.caravan.provider;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.core5.util.Timeout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The connections to a provider that is reached by TLS, as all public ones are. */
class ProviderConnectionsTest {
    private static final String PASSWORD = "changeit";
    private static final Timeout CONNECT = Timeout.ofSeconds(1);
    private static final String TRUST_STORE = "javax.net.ssl.trustStore";
    private static final String TRUST_STORE_PASSWORD = "javax.net.ssl.trustStorePassword";

    private final AtomicInteger accepted = new AtomicInteger();
    private final CountDownLatch never = new CountDownLatch(1);
    private Path keys;
    private SSLServerSocket server;

    @BeforeEach
    void startServer(@TempDir Path folder) throws Exception {
        keys = folder.resolve("keys.p12");
        Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair", "-alias", "server", "-keyalg", "EC", "-dname", "CN=provider", "-ext",
                "SAN=ip:127.0.0.1", "-storetype", "PKCS12", "-keystore", keys.toString(), "-storepass", PASSWORD)
                .redirectErrorStream(true).redirectOutput(folder.resolve("keytool.log").toFile()).start();
        assertEquals(0, keytool.waitFor(), () -> read(folder.resolve("keytool.log")));
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys)) {
            store.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(store, PASSWORD.toCharArray());
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(own.getKeyManagers(), null, null);
        server = (SSLServerSocket) tls.getServerSocketFactory().createServerSocket(0, 10,
                InetAddress.getByName("127.0.0.1"));
        Thread.ofVirtual().start(this::accept);
    }

    @AfterEach
    void stopServer() throws IOException {
        server.close();
        never.countDown();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        while (true) {
            try {
                Socket socket = server.accept();
                accepted.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    /** Answers at {@code /soon} at once, elsewhere when the time to connect has long passed. */
    private void serve(Socket socket) {
        try (socket) {
            BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                boolean soon = line.startsWith("GET /soon ");
                while (!line.isEmpty()) {
                    line = in.readLine();
                }
                if (!soon && never.await(2 * CONNECT.toMilliseconds(), TimeUnit.MILLISECONDS)) {
                    return;
                }
                socket.getOutputStream().write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".getBytes(ISO_8859_1));
            }
        } catch (IOException | InterruptedException e) {
            // the client has gone, which fails the test
        }
    }

    private PoolingHttpClientConnectionManager pool() {
        System.setProperty(TRUST_STORE, keys.toString());
        System.setProperty(TRUST_STORE_PASSWORD, PASSWORD);
        try {
            return ProviderConnections.pool(10);
        } finally {
            System.clearProperty(TRUST_STORE);
            System.clearProperty(TRUST_STORE_PASSWORD);
        }
    }

    private int get(CloseableHttpClient client, String path) throws IOException {
        HttpGet request = new HttpGet("https://127.0.0.1:" + server.getLocalPort() + path);
        return client.execute(request, response -> {
            response.getEntity().getContent().readAllBytes();
            return response.getCode();
        });
    }

    @Test
    @SuppressWarnings("deprecation") // where camel-http puts its connectTimeout
    void aProviderThatThinksLongerThanConnectingMayTakeIsWaitedForOnEveryConnection() throws IOException {
        RequestConfig config = RequestConfig.custom().setConnectTimeout(CONNECT).build();
        try (CloseableHttpClient client = HttpClients.custom().setConnectionManager(pool())
                .setDefaultRequestConfig(config).build()) {
            assertEquals(200, get(client, "/late"), "on a new connection");
            assertEquals(200, get(client, "/late"), "on one that has served before");
            assertEquals(200, get(client, "/soon"));
            assertEquals(1, accepted.get(), "all on one connection");
        }
    }
}
