package io.millrace.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The count at the end of a check decides its exit code, so it is checked itself. */
class CountTestsIT {

  private static final int TIMEOUT_SECONDS = 30;

  @TempDir private Path first;
  @TempDir private Path second;

  @Test
  void shouldAddUpTheReportsOfAllFolders() throws Exception {
    // given
    report(first, "A", 5, 0, 0, 1);
    report(first, "B", 2, 0, 0, 0);
    report(second, "C", 3, 0, 0, 0);

    // when
    Run run = countTests();

    // then
    assertThat(run.output()).isEqualTo("9 passed, 0 failed, 1 skipped\n");
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void shouldFailOnFailuresAndOnErrors() throws Exception {
    // given
    report(first, "A", 5, 1, 0, 0);
    report(second, "B", 5, 0, 2, 0);

    // when
    Run run = countTests();

    // then
    assertThat(run.output()).startsWith("7 passed, 3 failed, 0 skipped");
    assertThat(run.exitCode()).isOne();
  }

  @Test
  void shouldNameWhatDidNotPassAndWhy() throws Exception {
    // given
    Files.writeString(
        first.resolve("TEST-Named.xml"),
        """
        <testsuite name="Named" tests="4" errors="1" skipped="1" failures="1">
          <testcase name="shouldPass" classname="a.Named" time="0.1"/>
          <testcase name="shouldFail" classname="a.Named" time="0.1">
            <failure message="expected 1&#10;but was 2" type="a.WrongError">a stack</failure>
          </testcase>
          <testcase name="shouldBreak" classname="a.Named" time="0.1">
            <error type="a.BrokenError"><![CDATA[a stack]]></error>
          </testcase>
          <testcase name="shouldWait" classname="a.Named" time="0.1">
            <skipped message="no browser"/>
          </testcase>
        </testsuite>
        """);

    // when
    Run run = countTests();

    // then
    assertThat(run.output())
        .isEqualTo(
            """
            failure: a.Named.shouldFail: expected 1
            error: a.Named.shouldBreak: a.BrokenError
            skipped: a.Named.shouldWait: no browser
            1 passed, 2 failed, 1 skipped
            """);
    assertThat(run.exitCode()).isOne();
  }

  @Test
  void shouldFailWhenNoTestPassed() throws Exception {
    // given
    report(first, "A", 2, 0, 0, 2);

    // when
    Run run = countTests();

    // then
    assertThat(run.output()).contains("0 passed, 0 failed, 2 skipped", "nothing was checked");
    assertThat(run.exitCode()).isOne();
  }

  @Test
  void shouldFailWhenThereIsNoReport() throws Exception {
    // when
    Run run = countTests();

    // then
    assertThat(run.output()).contains("nothing was checked");
    assertThat(run.exitCode()).isOne();
  }

  private Run countTests() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                "bash", "scripts/lib/count-tests.sh", first.toString(), second.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
    return new Run(process.exitValue(), output);
  }

  private static void report(
      Path folder, String name, int tests, int failures, int errors, int skipped)
      throws IOException {
    String suite =
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuite version="3.0.2" name="%s" time="0.1"
            tests="%d" errors="%d" skipped="%d" failures="%d">
          <testcase name="tests=&quot;7&quot;" classname="%s"/>
        </testsuite>
        """;
    Files.writeString(
        folder.resolve("TEST-" + name + ".xml"),
        suite.formatted(name, tests, errors, skipped, failures, name));
  }

  private record Run(int exitCode, String output) {}
}
