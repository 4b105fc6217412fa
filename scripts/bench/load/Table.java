import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Makes Markdown of result files. A line of one: system, round, case, and seven figures, with tabs
 * between them, "-" where a case has no such figure.
 */
final class Table {
  private static final String[] FIGURES = {
    "broker CPU s/GB", "records/s", "MB/s", "p50 ms", "p99 ms", "p99.9 ms", "ms or MB"
  };

  // Case, figure, system, round.
  private final Map<String, Map<Integer, Map<String, Map<Integer, Double>>>> values =
      new LinkedHashMap<>();

  /** In the order in which they first come; the others are compared with the first. */
  private final Set<String> systems = new LinkedHashSet<>();

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
    systems.add(fields[0]);
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
        text.append(heading());
        text.append(rows).append('\n');
      }
    }
    return text.toString();
  }

  private String heading() {
    StringBuilder names = new StringBuilder(" |");
    StringBuilder line = new StringBuilder("|---|");
    systems.forEach(name -> names.append(' ').append(name).append(" |"));
    others().forEach(name -> names.append(' ' + name + " by " + first() + " |"));
    for (int i = 1; i < 2 * systems.size(); i++) {
      line.append("---|");
    }
    return names.append('\n').append(line).append('\n').toString();
  }

  private String first() {
    return systems.iterator().next();
  }

  private List<String> others() {
    return systems.stream().skip(1).toList();
  }

  private String row(String name, Map<String, Map<Integer, Double>> bySystem) {
    if (bySystem == null) {
      return "";
    }
    StringBuilder row = new StringBuilder("| " + name + " |");
    for (String system : systems) {
      row.append(' ').append(spread(bySystem.getOrDefault(system, Map.of()).values())).append(" |");
    }
    Map<Integer, Double> base = bySystem.getOrDefault(first(), Map.of());
    for (String system : others()) {
      row.append(' ').append(spread(ratios(bySystem.getOrDefault(system, Map.of()), base)));
      row.append(" |");
    }
    return row.append('\n').toString();
  }

  /** Of the same rounds. */
  private static List<Double> ratios(Map<Integer, Double> values, Map<Integer, Double> base) {
    List<Double> ratios = new ArrayList<>();
    values.forEach(
        (round, value) -> {
          Double other = base.get(round);
          if (other != null && other > 0) {
            ratios.add(value / other);
          }
        });
    return ratios;
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
