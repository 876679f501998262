package dev.freshet.bench.report;

import java.util.ArrayList;
import java.util.List;

/// Lines as a Markdown table that is legible in a terminal too.
public final class Table {

    private Table() {}

    public static String of(List<Line> lines) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(Line.TITLES);
        lines.forEach(line -> rows.add(line.cells()));
        int columns = Line.TITLES.size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (int number = 0; number < rows.size(); number++) {
            for (int i = 0; i < columns; i++) {
                String cell = rows.get(number).get(i);
                text.append("| ")
                        .append(cell)
                        .append(" ".repeat(widths[i] - cell.length()))
                        .append(' ');
            }
            text.append("|\n");
            if (number == 0) {
                for (int width : widths) {
                    text.append('|').append("-".repeat(width + 2));
                }
                text.append("|\n");
            }
        }
        return text.toString();
    }
}
