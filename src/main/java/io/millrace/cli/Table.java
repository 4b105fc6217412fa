package io.millrace.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows for people: columns as wide as their widest cell, numbers to the right, two blanks between.
 */
final class Table {
  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();
  private final int columns;

  Table(String... headings) {
    this.columns = headings.length;
    rows.add(List.of(headings));
  }

  /** Adds a row with as many cells as there are headings. */
  Table row(Object... cells) {
    if (cells.length != columns) {
      throw new IllegalArgumentException(
          cells.length + " cells in a table of " + columns + " columns");
    }
    List<String> texts = new ArrayList<>();
    for (Object cell : cells) {
      texts.add(String.valueOf(cell));
    }
    rows.add(texts);
    return this;
  }

  /** The lines, headings first, without blanks at their ends. */
  List<String> lines() {
    int[] widths = new int[columns];
    boolean[] numeric = new boolean[columns];
    for (int column = 0; column < columns; column++) {
      numeric[column] = rows.size() > 1;
      for (int row = 0; row < rows.size(); row++) {
        String cell = rows.get(row).get(column);
        widths[column] = Math.max(widths[column], cell.length());
        numeric[column] &= row == 0 || isNumber(cell);
      }
    }
    return rows.stream().map(row -> line(row, widths, numeric)).toList();
  }

  private static String line(List<String> row, int[] widths, boolean[] numeric) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      String cell = row.get(column);
      String padding = " ".repeat(widths[column] - cell.length());
      line.append(column == 0 ? "" : GAP).append(numeric[column] ? padding + cell : cell + padding);
    }
    return line.toString().stripTrailing();
  }

  private static boolean isNumber(String cell) {
    return cell.equals("-")
        || (!cell.isEmpty()
            && cell.chars().allMatch(c -> (c >= '0' && c <= '9') || c == '.' || c == ','));
  }
}
