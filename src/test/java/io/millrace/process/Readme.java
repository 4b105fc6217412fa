package io.millrace.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** What the README shows. */
final class Readme {
  private static final Path FILE = Path.of("README.md");

  private Readme() {}

  /** The lines of each fenced block of a language. */
  static List<List<String>> blocks(String language) throws IOException {
    return Pattern.compile("(?ms)^```" + language + "\n(.*?)^```$")
        .matcher(Files.readString(FILE))
        .results()
        .map(block -> Arrays.asList(block.group(1).split("\n")))
        .toList();
  }
}
