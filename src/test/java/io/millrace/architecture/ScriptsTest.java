package io.millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A script that goes on after an error says that all is well when it is not. */
class ScriptsTest {

  @Test
  void shouldStopAtTheFirstErrorAndBeExecutable() throws IOException {
    List<Path> scripts = bashScripts();
    assertThat(scripts).contains(Path.of("scripts/check.sh"), Path.of(".ci/run"));
    for (Path script : scripts) {
      assertThat(Files.readAllLines(script)).as("%s", script).contains("set -euo pipefail");
      assertThat(script).isExecutable();
    }
  }

  private static List<Path> bashScripts() throws IOException {
    try (Stream<Path> found =
        Stream.concat(Files.walk(Path.of("scripts")), Files.walk(Path.of(".ci")))) {
      return found.filter(Files::isRegularFile).filter(ScriptsTest::isBash).sorted().toList();
    }
  }

  private static boolean isBash(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.findFirst().filter(line -> line.matches("#!.*bash.*")).isPresent();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
