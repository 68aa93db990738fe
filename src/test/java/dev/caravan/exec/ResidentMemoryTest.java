package dev.caravan.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What the system tells of the memory of a process. */
class ResidentMemoryTest {
    private static final long OWN = ProcessHandle.current().pid();
    private static final long MEGA = 1L << 20;

    private static void assertOfAJavaMachine(OptionalLong bytes) {
        assertTrue(bytes.isPresent() && bytes.getAsLong() > 20 * MEGA, bytes.toString());
    }

    @Test
    void thisProcessHasSome() {
        assertOfAJavaMachine(ResidentMemory.of(OWN));
    }

    @Test
    void linuxTellsIt() {
        assumeTrue(Files.exists(Path.of("/proc/self/status")), "there is no /proc");
        assertOfAJavaMachine(ResidentMemory.ofProc(OWN));
    }

    @Test
    void psTellsIt() {
        assumeTrue(Children.installed("ps"), "ps is not installed");
        assertOfAJavaMachine(ResidentMemory.ofPs(OWN));
    }

    @Test
    void oneThatIsNotThereHasNone() {
        assertEquals(OptionalLong.empty(), ResidentMemory.of(999_999_999));
    }
}
