package io.millrace.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The README's tour, run as it stands: each {@code $} line of a {@code console} block is given to a
 * shell, with the address of this test's broker added, and must print what the page says, where
 * {@code ...} is anything.
 */
class ReadmeIT {
  private static final Path TOUR =
      Path.of("src", "test", "java", "io", "millrace", "process", "ClientTour.java");
  private static final int STEPS_AT_LEAST = 10;
  private static final long STEP_SECONDS = 60;

  @TempDir private Path folder;

  @Test
  void shouldPrintWhatTheTourSays() throws Exception {
    // given
    List<Step> steps = steps();
    assertThat(steps).hasSizeGreaterThanOrEqualTo(STEPS_AT_LEAST);
    try (BrokerProcess broker = BrokerProcess.start(folder.resolve("data"))) {
      for (Step step : steps) {
        // when
        Outcome outcome = run(step.at(broker));

        // then
        assertThat(outcome.exitCode()).as("%s%n%s", step.command(), outcome.output()).isZero();
        assertThat(outcome.output()).as(step.command()).matches(step.expectation());
      }
    }
  }

  @Test
  void shouldReadInJavaWhatJavaWrote() throws Exception {
    // given
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (BrokerProcess broker = BrokerProcess.start(folder.resolve("data"))) {
      String address = "127.0.0.1:" + broker.tcpPort();
      Outcome created = run("scripts/millrace topic create flights --bootstrap-server " + address);
      assertThat(created.exitCode()).as(created.output()).isZero();

      // when
      ClientTour.run(address, new PrintStream(printed, true, StandardCharsets.UTF_8));
    }

    // then
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .hasLineCount(2)
        .contains("stored as 0@0", "ATL boarding");
  }

  @Test
  void shouldShowTheJavaThatTheTestsRun() throws IOException {
    // given
    String source = unindented(Files.readAllLines(TOUR));

    // when
    List<List<String>> blocks = Readme.blocks("java");

    // then
    assertThat(blocks).hasSize(1);
    assertThat(source).contains(unindented(blocks.get(0)));
  }

  private static String unindented(List<String> lines) {
    return lines.stream().map(String::strip).collect(Collectors.joining("\n"));
  }

  private static List<Step> steps() throws IOException {
    List<Step> steps = new ArrayList<>();
    for (List<String> block : Readme.blocks("console")) {
      for (String line : block) {
        if (line.startsWith("$ ")) {
          steps.add(new Step(line.substring(2), new ArrayList<>()));
        } else {
          steps.get(steps.size() - 1).printed().add(line);
        }
      }
    }
    return steps;
  }

  private Outcome run(String command) throws IOException, InterruptedException {
    Path printed = folder.resolve("printed");
    ProcessBuilder builder = new ProcessBuilder("bash", "-o", "pipefail", "-c", command);
    builder.redirectErrorStream(true).redirectOutput(printed.toFile());
    builder.environment().put("MILLRACE_JAR", BrokerProcess.JAR.toString());
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    try {
      boolean ended = process.waitFor(STEP_SECONDS, TimeUnit.SECONDS);
      assertThat(ended).as("%s%nprinted: %s", command, Files.readString(printed)).isTrue();
      return new Outcome(process.exitValue(), Files.readString(printed));
    } finally {
      process.destroyForcibly();
    }
  }

  private record Outcome(int exitCode, String output) {}

  /** A command of the page and the lines below it. */
  private record Step(String command, List<String> printed) {
    String at(BrokerProcess broker) {
      int port = command.contains("--via websocket") ? broker.httpPort() : broker.tcpPort();
      return command + " --bootstrap-server 127.0.0.1:" + port;
    }

    /** The lines as printed, with anything for dots; what is printed may go on behind them. */
    Pattern expectation() {
      String lines =
          printed.stream()
              .map(
                  line ->
                      Arrays.stream(line.split("\\.\\.\\.", -1))
                          .map(Pattern::quote)
                          .collect(Collectors.joining("[^\n]*")))
              .collect(Collectors.joining("\n"));
      return Pattern.compile(lines + "\n(?s:.*)");
    }
  }
}
