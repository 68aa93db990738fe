package dev.caravan.testkit;

import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/** Prints a line for each test that is skipped, with the reason, of which Maven's console shows the number alone. */
public final class SkippedTests implements TestExecutionListener {

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        report(test, reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (result.getStatus() == Status.ABORTED) {
            report(test, result.getThrowable().map(Throwable::getMessage).orElse("no reason was given"));
        }
    }

    private static void report(TestIdentifier test, String reason) {
        String name = test.getSource().map(SkippedTests::name).orElse("");
        System.out.println("SKIPPED " + name + " " + test.getDisplayName() + ": " + reason);
    }

    private static String name(TestSource source) {
        return switch (source) {
            case MethodSource method -> method.getClassName() + "." + method.getMethodName();
            case ClassSource type -> type.getClassName();
            default -> source.toString();
        };
    }
}
