package io.millrace.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's {@code curl} lines and its JavaScript, run as they stand against a broker. */
class ReadmeSnippetsIT {
  private static final String ADDRESS = "127.0.0.1:8080";
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir private Path folder;
  private BrokerProcess broker;

  @BeforeEach
  void startBroker() throws Exception {
    broker = BrokerProcess.start(folder.resolve("data"));
    CommandRun.Result created =
        CommandRun.run(
            "topic",
            "create",
            "flights",
            "--partitions",
            "1",
            "-b",
            "127.0.0.1:" + broker.tcpPort());
    assertThat(created.exitCode()).as(created.err()).isZero();
  }

  @AfterEach
  void stopBroker() {
    broker.close();
  }

  @Test
  void shouldAnswerTheCurlLines() throws Exception {
    // given
    List<String> commands = curlLines();

    // when
    String topics = outputOf(commands.get(0));
    String written = outputOf(commands.get(1));
    String read = outputOf(commands.get(2));
    String event = firstLineWith("ATL", bash(commands.get(3)));
    String metrics = outputOf(commands.get(4));

    // then
    assertThat(commands).hasSize(5);
    assertThat(topics).contains("\"flights\"");
    assertThat(written).contains("\"baseOffset\":\"0\"");
    assertThat(read).contains("ATL", "12.50");
    assertThat(event).contains("ATL", "12.50");
    assertThat(metrics).contains("millrace_topic_messages_in_total{topic=\"flights\"} 1.0");
  }

  @Test
  void shouldShowTheRecordsInJavaScript() throws Exception {
    assumeTrue(
        bash("node --experimental-websocket -e WebSocket").waitFor() == 0,
        "there is no Node with WebSocket");
    // given
    List<List<String>> blocks = Readme.blocks("js");
    assertThat(blocks).hasSize(1);
    Path script = folder.resolve("readme.mjs");
    Files.writeString(script, atBroker(String.join("\n", blocks.get(0))));
    outputOf(curlLines().get(1));

    // when
    Process node = process("node", "--experimental-websocket", script.toString());
    String printed = firstLineWith("ATL", node);

    // then
    assertThat(printed).isEqualTo("ATL {\"delay\":12.50}");
  }

  /** The commands of the block of {@code curl} lines, without their remarks. */
  private List<String> curlLines() throws IOException {
    List<String> commands = new ArrayList<>();
    for (List<String> block : Readme.blocks("sh")) {
      String text = String.join("\n", block).replace("\\\n", " ");
      text.lines()
          .filter(line -> line.startsWith("curl "))
          .map(this::atBroker)
          .forEach(commands::add);
    }
    return commands;
  }

  private String atBroker(String text) {
    assertThat(text).contains(ADDRESS);
    return text.replace(ADDRESS, "127.0.0.1:" + broker.httpPort());
  }

  private String outputOf(String command) throws Exception {
    Process process = bash(command);
    try {
      byte[] printed = process.getInputStream().readAllBytes();
      assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).as(command).isTrue();
      assertThat(process.exitValue()).as(command).isZero();
      return new String(printed, StandardCharsets.UTF_8);
    } finally {
      process.destroyForcibly();
    }
  }

  /** Waits for a line and ends the process, which would go on. */
  private static String firstLineWith(String wanted, Process process) throws IOException {
    process
        .onExit()
        .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
        .exceptionally(late -> kill(process));
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.contains(wanted)) {
          return line;
        }
      }
    } finally {
      process.destroyForcibly();
    }
    throw new AssertionError("no line with '" + wanted + "' came");
  }

  private static Process kill(Process process) {
    return process.destroyForcibly();
  }

  private Process bash(String command) throws IOException {
    return process("bash", "-c", "exec " + command);
  }

  private Process process(String... command) throws IOException {
    return new ProcessBuilder(command).redirectError(folder.resolve("errors").toFile()).start();
  }
}
