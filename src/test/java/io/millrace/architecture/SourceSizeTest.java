package io.millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/** Holds the sources to {@link SourceLimits}, and shows that the limits are measured. */
class SourceSizeTest {

  private static final Path MAIN = Path.of("src/main/java");
  private static final Path TEST = Path.of("src/test/java");
  private static final Path BENCHMARKS = Path.of("src/jmh/java");

  @Test
  void shouldKeepMainSourcesShort(TestReporter reporter) {
    // given
    List<SourceFile> files = SourceFile.parse(SourceFile.below(MAIN));
    assertThat(files).isNotEmpty();

    // when
    List<String> violations = SourceLimits.MAIN.violationsOf(files);

    // then
    reportLongFiles(files, reporter);
    assertThat(violations).isEmpty();
  }

  @Test
  void shouldKeepTestSourcesShort() {
    // given
    List<SourceFile> files = SourceFile.parse(SourceFile.below(TEST));
    assertThat(files).isNotEmpty();

    // when // then
    assertThat(SourceLimits.TEST.violationsOf(files)).isEmpty();
  }

  @Test
  void shouldKeepBenchmarksShort() {
    // given
    List<SourceFile> files = SourceFile.parse(SourceFile.below(BENCHMARKS));
    assertThat(files).isNotEmpty();

    // when // then
    assertThat(SourceLimits.MAIN.violationsOf(files)).isEmpty();
  }

  @Test
  void shouldRefuseAFileOfOneLineTooMany(@TempDir Path folder) throws IOException {
    // given
    Path atLimit = write(folder, "AtLimit", lines(498));
    Path overLimit = write(folder, "OverLimit", lines(499));

    // when
    List<String> violations =
        SourceLimits.MAIN.violationsOf(SourceFile.parse(List.of(atLimit, overLimit)));

    // then
    assertThat(violations).singleElement().asString().contains("OverLimit.java has 501 lines");
  }

  @Test
  void shouldRefuseAMethodOfOneLineTooMany(@TempDir Path folder) throws IOException {
    // given
    String atLimit = "/** Not counted. */\nvoid atLimit() {\n" + lines(68) + "}\n";
    String overLimit = "@Deprecated\nvoid overLimit() {\n" + lines(68) + "}\n";
    String nested = "static class Nested {\nNested() {\n" + lines(69) + "}\n}\n";
    String initializer = "static {\n" + lines(69) + "}\n";
    Path path = write(folder, "Methods", atLimit + overLimit + nested + initializer);

    // when
    List<String> violations = SourceLimits.MAIN.violationsOf(SourceFile.parse(List.of(path)));

    // then
    assertThat(violations)
        .hasSize(3)
        .allMatch(violation -> violation.contains("has 71 lines, at most 70 are allowed"))
        .anyMatch(violation -> violation.contains("method overLimit"))
        .anyMatch(violation -> violation.contains("method <init>"))
        .anyMatch(violation -> violation.contains("method <initializer>"));
  }

  @Test
  void shouldRefuseAFileThatDoesNotParse(@TempDir Path folder) throws IOException {
    // given
    Path broken = write(folder, "Broken", "void unfinished( {\n");

    // when // then
    assertThatThrownBy(() -> SourceFile.parse(List.of(broken)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Broken.java");
  }

  private static void reportLongFiles(List<SourceFile> files, TestReporter reporter) {
    files.stream()
        .filter(file -> file.lines() > SourceLimits.LONG_FILE_LINES)
        .forEach(file -> reporter.publishEntry("long", file.path() + ": " + file.lines()));
  }

  private static Path write(Path folder, String name, String body) throws IOException {
    return Files.writeString(
        folder.resolve(name + ".java"), "class " + name + " {\n" + body + "}\n");
  }

  private static String lines(int count) {
    return IntStream.range(0, count).mapToObj(i -> "// line\n").collect(Collectors.joining());
  }
}
