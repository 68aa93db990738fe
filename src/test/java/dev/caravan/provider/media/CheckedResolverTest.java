package dev.caravan.provider.media;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.provider.media.CheckedResolver.LookupTimeoutException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Looking up the name of a stranger's host, whose name server may do what it likes. */
@Timeout(60)
class CheckedResolverTest {
    private static final Duration BRIEF = Duration.ofMillis(50);
    private static final Duration LONG = Duration.ofMinutes(1);

    private final CountDownLatch answer = new CountDownLatch(1);
    private final Semaphore hanging = new Semaphore(0);
    private final ThreadPoolExecutor threads = CheckedResolver.threads(2, 1);

    @AfterEach
    void endThreads() {
        answer.countDown();
        threads.shutdown();
    }

    /** Like the system's, it heeds no interrupt. */
    private InetAddress[] lookUp(String host) throws UnknownHostException {
        if (host.startsWith("hangs")) {
            hanging.release();
            boolean interrupted = true;
            while (interrupted) {
                try {
                    answer.await();
                    interrupted = false;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        return Fetches.loopback();
    }

    private CheckedResolver resolver(Duration timeout) {
        return new CheckedResolver(this::lookUp, InetAddress::isLoopbackAddress, timeout, threads);
    }

    @Test
    void aNameServerThatDoesNotAnswerIsGivenUp() throws Exception {
        assertThrows(LookupTimeoutException.class, () -> resolver(BRIEF).resolve("hangs.test"));
        assertArrayEquals(Fetches.loopback(), resolver(LONG).resolve("answers.test"));
    }

    @Test
    void whereAllThreadsHangTheOthersAreToldInTime() throws Exception {
        assertThrows(LookupTimeoutException.class, () -> resolver(BRIEF).resolve("hangs.test"));
        assertThrows(LookupTimeoutException.class, () -> resolver(BRIEF).resolve("hangs.test"));
        hanging.acquire(2);
        for (int i = 0; i < 3; i++) { // each leaves the queue, which has one place
            assertThrows(LookupTimeoutException.class, () -> resolver(BRIEF).resolve("answers.test"));
            assertEquals(0, threads.getQueue().size());
        }
        CompletableFuture<InetAddress[]> waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return resolver(LONG).resolve("answers.test");
            } catch (UnknownHostException e) {
                throw new IllegalStateException(e);
            }
        });
        Awaitility.await().until(() -> threads.getQueue().size() == 1);
        assertThrows(LookupTimeoutException.class, () -> resolver(LONG).resolve("one.too.many.test"));
        answer.countDown();
        assertArrayEquals(Fetches.loopback(), waiting.get(30, TimeUnit.SECONDS));
    }

    @Test
    void theClientIsToldOfATimeOut() {
        CountDownLatch never = new CountDownLatch(1);
        MediaClient client = new MediaClient(Fetches.settings("{ schemes: [http], timeout: 50ms }"), host -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                throw new UnknownHostException(host);
            }
            return Fetches.loopback();
        }, InetAddress::isLoopbackAddress);
        FetchFailure failure = Fetches.refused(client, dev.caravan.config.MediaFetch.Type.IMAGE, "http://media.test/",
                9);
        assertEquals("could not be fetched in time", failure.getMessage());
        assertEquals("media.test was not looked up in time", failure.reason());
    }
}
