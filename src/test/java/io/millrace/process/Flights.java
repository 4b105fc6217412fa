package io.millrace.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/** The 20,000 flights of data/flights.ndjson.gz. */
final class Flights {
  private static final Path FILE = Path.of("data", "flights.ndjson.gz");
  private static final String ORIGIN = "\"origin\":\"";

  private Flights() {}

  static List<String> lines() throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(FILE)), StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    }
  }

  /** The airport that a flight leaves from. */
  static String origin(String flight) {
    int start = flight.indexOf(ORIGIN) + ORIGIN.length();
    return flight.substring(start, flight.indexOf('"', start));
  }

  /** Each airport's flights, in order. */
  static Map<String, List<String>> byOrigin(List<String> flights) {
    Map<String, List<String>> byOrigin = new LinkedHashMap<>();
    for (String flight : flights) {
      byOrigin.computeIfAbsent(origin(flight), airport -> new ArrayList<>()).add(flight);
    }
    return byOrigin;
  }
}
