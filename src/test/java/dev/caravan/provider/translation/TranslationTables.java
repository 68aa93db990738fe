package dev.caravan.provider.translation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The tables of {@code docs/translation.md} as the code has them, in Markdown. */
final class TranslationTables {
    private static final List<String> COLUMNS = Target.ALL.stream().map(Target::column).distinct().toList();

    private TranslationTables() {}

    /**
     * A table with a row for each thing and a column for each dialect; what depends on the model or the preset says so.
     *
     * @param notes what stands in the last column, by label; what is not there is empty
     */
    static List<String> table(List<Row> rows, Map<String, String> notes) {
        List<String> lines = new ArrayList<>(head("", COLUMNS, true));
        for (Row row : rows) {
            StringBuilder line = new StringBuilder("| ").append(row.label());
            for (String column : COLUMNS) {
                Set<Outcome> outcomes = new LinkedHashSet<>(outcomes(row, column).values());
                line.append(" | ").append(outcomes.size() > 1 ? varies(column) : outcomes.iterator().next().cell());
            }
            lines.add((line + " | " + notes.getOrDefault(row.label(), "") + " |").replace("|  |", "| |"));
        }
        return lines;
    }

    private static String varies(String column) {
        return column.equals("openai") ? "by preset" : "by model";
    }

    /** A table of what the variants of a column differ in, with one column for all that do not differ. */
    static List<String> differences(String column, List<Row> rows) {
        List<Row> differing = new ArrayList<>();
        Map<Target, List<Outcome>> byTarget = new LinkedHashMap<>();
        for (Row row : rows) {
            Map<Target, Outcome> outcomes = outcomes(row, column);
            if (Set.copyOf(outcomes.values()).size() > 1) {
                differing.add(row);
                outcomes.forEach(
                        (target, outcome) -> byTarget.computeIfAbsent(target, t -> new ArrayList<>()).add(outcome));
            }
        }
        Map<List<Outcome>, List<String>> groups = new LinkedHashMap<>();
        byTarget.forEach((target, outcomes) -> groups.computeIfAbsent(outcomes, o -> new ArrayList<>())
                .add(target.variant()));
        List<String> lines = new ArrayList<>(
                head("", groups.values().stream().map(names -> String.join(", ", names)).toList(), false));
        for (int i = 0; i < differing.size(); i++) {
            StringBuilder line = new StringBuilder("| ").append(differing.get(i).label());
            for (List<Outcome> outcomes : groups.keySet()) {
                line.append(" | ").append(outcomes.get(i).cell());
            }
            lines.add(line + " |");
        }
        return lines;
    }

    /** The table of repairs. */
    static List<String> repairs() {
        List<String> lines = new ArrayList<>(head("", COLUMNS, false));
        for (Repair repair : Repair.all()) {
            StringBuilder line = new StringBuilder("| ").append(repair.label());
            COLUMNS.forEach(column -> line.append(" | ").append(repair.cell(column)));
            lines.add(line + " |");
        }
        return lines;
    }

    private static Map<Target, Outcome> outcomes(Row row, String column) {
        Map<Target, Outcome> outcomes = new LinkedHashMap<>();
        for (Target target : Target.ALL) {
            if (target.column().equals(column)) {
                outcomes.put(target, Outcome.of(row, target));
            }
        }
        return outcomes;
    }

    private static List<String> head(String first, List<String> columns, boolean notes) {
        String names = "| " + first + " | " + String.join(" | ", columns) + " |" + (notes ? " |" : "");
        return List.of(names.replace("|  |", "| |"), "| --- |" + " --- |".repeat(columns.size() + (notes ? 1 : 0)));
    }
}
