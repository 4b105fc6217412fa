import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Makes Markdown of result files. A line of one: system, round, case, and seven figures, with tabs
 * between them, "-" where a case has no such figure.
 */
final class Table {
  private static final String[] FIGURES = {
    "broker CPU s/GB", "records/s", "MB/s", "p50 ms", "p99 ms", "p99.9 ms", "ms or MB"
  };
  private static final String[] SYSTEMS = {"kafka", "millrace"};

  // Case, figure, system, round.
  private final Map<String, Map<Integer, Map<String, Map<Integer, Double>>>> values =
      new LinkedHashMap<>();

  static void print(List<String> files) throws IOException {
    Table table = new Table();
    for (String file : files) {
      for (String line : Files.readAllLines(Path.of(file), StandardCharsets.UTF_8)) {
        if (!line.startsWith("#")) {
          table.add(line.split("\t"));
        }
      }
    }
    System.out.print(table.markdown());
  }

  private void add(String[] fields) {
    for (int figure = 0; figure < FIGURES.length; figure++) {
      String field = fields[3 + figure];
      if (!field.equals("-")) {
        values
            .computeIfAbsent(fields[2], key -> new LinkedHashMap<>())
            .computeIfAbsent(figure, key -> new LinkedHashMap<>())
            .computeIfAbsent(fields[0], key -> new TreeMap<>())
            .put(Integer.parseInt(fields[1]), Double.parseDouble(field));
      }
    }
  }

  private String markdown() {
    StringBuilder text = new StringBuilder();
    for (int figure = 0; figure < FIGURES.length; figure++) {
      StringBuilder rows = new StringBuilder();
      int column = figure;
      values.forEach((name, figures) -> rows.append(row(name, figures.get(column))));
      if (rows.length() > 0) {
        text.append("| ").append(FIGURES[figure]);
        text.append(" | Kafka | Millrace | Millrace by Kafka |\n|---|---|---|---|\n");
        text.append(rows).append('\n');
      }
    }
    return text.toString();
  }

  private static String row(String name, Map<String, Map<Integer, Double>> systems) {
    if (systems == null) {
      return "";
    }
    Map<Integer, Double> kafka = systems.getOrDefault(SYSTEMS[0], Map.of());
    Map<Integer, Double> millrace = systems.getOrDefault(SYSTEMS[1], Map.of());
    List<Double> ratios = new ArrayList<>();
    millrace.forEach(
        (round, value) -> {
          Double other = kafka.get(round);
          if (other != null && other > 0) {
            ratios.add(value / other);
          }
        });
    return "| "
        + name
        + " | "
        + spread(kafka.values())
        + " | "
        + spread(millrace.values())
        + " | "
        + spread(ratios)
        + " |\n";
  }

  /** The median, and in brackets the least and the most. */
  private static String spread(Iterable<Double> values) {
    List<Double> sorted = new ArrayList<>();
    values.forEach(sorted::add);
    if (sorted.isEmpty()) {
      return "-";
    }
    sorted.sort(null);
    int middle = sorted.size() / 2;
    double median =
        sorted.size() % 2 == 1
            ? sorted.get(middle)
            : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    String text = number(median);
    return sorted.size() == 1
        ? text
        : text + " (" + number(sorted.get(0)) + " to " + number(sorted.get(sorted.size() - 1)) + ")";
  }

  private static String number(double value) {
    return value >= 100
        ? String.format(Locale.ROOT, "%,.0f", value)
        : String.format(Locale.ROOT, value >= 10 ? "%.1f" : "%.2f", value);
  }
}
