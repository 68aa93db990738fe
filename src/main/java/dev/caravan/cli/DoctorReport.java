package dev.caravan.cli;

import java.io.PrintWriter;
import java.util.List;

/** Prints findings for people, as they come, and counts them. Not thread-safe. */
final class DoctorReport {
    private final PrintWriter out;
    private int problems;
    private int warnings;

    DoctorReport(PrintWriter out) {
        this.out = out;
    }

    /** Begins a section. */
    void section(String title) {
        out.println(title);
        out.flush();
    }

    void add(List<Finding> findings) {
        findings.forEach(this::add);
    }

    void add(Finding finding) {
        switch (finding.mark()) {
            case PROBLEM -> problems++;
            case WARNING -> warnings++;
            case OK -> {
                // nothing to count
            }
        }
        out.println("  " + finding.mark().sign() + " " + TerminalText.visible(finding.text()));
        finding.advice().ifPresent(advice -> out.println("      → " + TerminalText.visible(advice)));
        out.flush();
    }

    /** Ends the report with a line that counts. */
    void end() {
        out.println();
        String counted = count(problems, "problem") + (warnings == 0 ? "" : ", " + count(warnings, "warning"));
        out.println(problems == 0 && warnings == 0 ? "All is well." : counted + ".");
        out.flush();
    }

    boolean hasProblems() {
        return problems > 0;
    }

    private static String count(int count, String what) {
        String number = count == 0 ? "No" : String.valueOf(count);
        return number + " " + what + (count == 1 ? "" : "s");
    }
}
