package dev.caravan.exec;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the child processes of a Java machine that was killed and could not end them itself. It is a shell, one for the Java
 * machine, that is told on its stdin which processes run, {@code +pid} and {@code -pid}. When its stdin ends it sends SIGTERM to
 * those that are left and to what they have started, and SIGKILL a second later. Only on POSIX systems; elsewhere nothing is done.
 * Thread-safe.
 */
final class Guardian {
    /** The shell's {@code $0}, by which it is known among processes. */
    static final String NAME = "caravan-guardian";

    private static final Logger LOG = LoggerFactory.getLogger("caravan.exec");
    private static final boolean POSIX = File.separatorChar == '/';
    /**
     * What ends the Java machine may reach the whole group of processes, so the shell ignores it: the end of its stdin is what it
     * waits for. Without {@code ps} it knows the processes that it was told of and not their children.
     */
    private static final String SCRIPT = """
        trap '' HUP INT QUIT TERM
        live=' '
        while IFS= read -r line; do
          case $line in
            +*) live="$live${line#+} " ;;
            -*) gone=" ${line#-} "
                case $live in *"$gone"*) live="${live%%"$gone"*} ${live#*"$gone"}" ;; esac ;;
          esac
        done
        set -- $live
        [ $# -gt 0 ] || exit 0
        family=" $* "
        table=$(ps -A -o ppid= -o pid= 2>/dev/null)
        grown=yes
        while [ "$grown" ]; do
          grown=
          set -- $table
          while [ $# -gt 1 ]; do
            case $family in
              *" $2 "*) ;;
              *" $1 "*) family="$family$2 "; grown=yes ;;
            esac
            shift 2
          done
        done
        kill -s TERM $family 2>/dev/null
        sleep 1
        kill -s KILL $family 2>/dev/null
        """;
    private static final Guardian OF_THIS_MACHINE = new Guardian();

    /** Starting a shell takes a while: on Java 21 a virtual thread that waited for a monitor meanwhile would hold its carrier. */
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Long> live = new TreeSet<>();
    private Process shell;
    private boolean gaveUp;

    private Guardian() {}

    /** Has a process that was just started ended should this Java machine be killed. */
    static void watch(Process process) {
        if (POSIX) {
            OF_THIS_MACHINE.add(process);
        }
    }

    private void add(Process process) {
        long pid = process.pid();
        locked(() -> {
            live.add(pid);
            tell("+" + pid);
        });
        process.onExit().thenRun(() -> locked(() -> {
            live.remove(pid);
            tell("-" + pid);
        }));
    }

    private void locked(Runnable work) {
        lock.lock();
        try {
            work.run();
        } finally {
            lock.unlock();
        }
    }

    /** The pipe takes it without waiting: these are few bytes, and the shell does nothing but read. */
    private void tell(String line) {
        if (gaveUp) {
            return;
        }
        try {
            if (!told(line)) {
                start();
            }
        } catch (IOException e) {
            gaveUp = true;
            LOG.warn("no shell to look after child processes, which may be left should Caravan be killed: {}",
                    e.getMessage());
        }
    }

    /** Whether there is a shell that takes it: somebody may have killed it. */
    private boolean told(String line) {
        try {
            if (shell != null && shell.isAlive()) {
                write(line + "\n");
                return true;
            }
        } catch (IOException e) {
            // It has died in this moment.
        }
        return false;
    }

    private void start() throws IOException {
        shell = new ProcessBuilder(List.of("sh", "-c", SCRIPT, NAME)).redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD).start();
        StringBuilder all = new StringBuilder();
        live.forEach(pid -> all.append('+').append(pid).append('\n'));
        write(all.toString());
    }

    private void write(String lines) throws IOException {
        OutputStream stdin = shell.getOutputStream();
        stdin.write(lines.getBytes(StandardCharsets.US_ASCII));
        stdin.flush();
    }
}
