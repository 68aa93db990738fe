package dev.caravan.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** A table in columns of plain text. Not thread-safe. */
final class TextTable {
    private static final int WIDEST = 100;
    private static final Pattern NUMBER = Pattern.compile("[0-9,]+|-");
    private static final String GAP = "  ";

    private final List<List<String>> rows = new ArrayList<>();
    private final int columns;

    TextTable(String... head) {
        columns = head.length;
        rows.add(List.of(head));
    }

    /** A row, with a text for each column; what others wrote in it is made fit for a terminal. */
    void row(String... cells) {
        if (cells.length != columns) {
            throw new IllegalArgumentException("expected " + columns + " cells");
        }
        rows.add(Arrays.stream(cells).map(cell -> TerminalText.line(cell, WIDEST)).toList());
    }

    /** The lines. Numbers stand to the right of their column; nothing is behind the last column. */
    List<String> lines() {
        int[] widths = IntStream.range(0, columns)
                .map(column -> rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0)).toArray();
        boolean[] numeric = new boolean[columns];
        for (int column = 0; column < columns; column++) {
            numeric[column] = isNumeric(column);
        }
        return rows.stream().map(row -> line(row, widths, numeric)).toList();
    }

    private String line(List<String> row, int[] widths, boolean[] numeric) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < columns; column++) {
            String cell = row.get(column);
            String padding = " ".repeat(widths[column] - cell.length());
            line.append(column == 0 ? "" : GAP).append(numeric[column] ? padding + cell : cell + padding);
        }
        return line.toString().stripTrailing();
    }

    private boolean isNumeric(int column) {
        return rows.stream().skip(1).allMatch(row -> NUMBER.matcher(row.get(column)).matches());
    }
}
