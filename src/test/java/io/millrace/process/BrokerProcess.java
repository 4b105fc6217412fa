package io.millrace.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A broker in a process of its own, from the jar that ships; ended by its pid, at the latest by
 * {@link #close()}.
 */
final class BrokerProcess implements AutoCloseable {
  static final Path JAR =
      Path.of(System.getProperty("millrace.jar", "target/millrace.jar")).toAbsolutePath();
  private static final Pattern READY = Pattern.compile("ready: tcp \\S+:(\\d+), http \\S+:(\\d+)");
  private static final long START_DEADLINE_SECONDS = 120;

  private final Process process;
  private final Thread reader;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final List<String> seen = new ArrayList<>();
  private int tcpPort = -1;
  private int httpPort = -1;

  private BrokerProcess(Process process) {
    this.process = process;
    this.reader = new Thread(this::readLines, "broker-output");
    reader.setDaemon(true);
    reader.start();
  }

  /** Starts a broker on free ports and waits until it says that it is ready. */
  static BrokerProcess start(Path data, String... settings)
      throws IOException, InterruptedException {
    BrokerProcess broker = launch(data, settings);
    broker.awaitReady();
    return broker;
  }

  /** Starts a broker, on free ports unless they are given, and does not wait until it is ready. */
  static BrokerProcess launch(Path data, String... settings) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("serve", "--data", data.toString()));
    for (String port : List.of("tcp.port=", "http.port=", "kafka.port=")) {
      if (Stream.of(settings).noneMatch(setting -> setting.startsWith(port))) {
        arguments.addAll(List.of("--set", port + "0"));
      }
    }
    for (String setting : settings) {
      arguments.addAll(List.of("--set", setting));
    }
    return new BrokerProcess(java(Map.of(), arguments));
  }

  /** Runs the jar with these arguments; standard error joins standard output. */
  static Process java(Map<String, String> environment, List<String> arguments) throws IOException {
    if (!Files.isRegularFile(JAR)) {
      throw new IllegalStateException(
          JAR + " is missing: run these tests through 'mvn verify', which packages it first");
    }
    List<String> command = new ArrayList<>(SharedClasses.jvm());
    command.addAll(SharedClasses.ofNode(arguments));
    command.addAll(List.of("-Xmx512m", "-jar", JAR.toString()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    return builder.start();
  }

  private void readLines() {
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      if (process.isAlive()) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Waits until it says that it is ready. */
  void awaitReady() throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_DEADLINE_SECONDS);
    while (tcpPort < 0) {
      String line = lines.poll(200, TimeUnit.MILLISECONDS);
      if (line != null) {
        seen.add(line);
        Matcher matcher = READY.matcher(line);
        if (matcher.find()) {
          tcpPort = Integer.parseInt(matcher.group(1));
          httpPort = Integer.parseInt(matcher.group(2));
        }
      } else if (!process.isAlive() || System.nanoTime() - deadline > 0) {
        lines.drainTo(seen);
        throw new IllegalStateException(
            "the broker did not become ready; it printed:\n" + String.join("\n", seen));
      }
    }
  }

  int tcpPort() {
    return tcpPort;
  }

  int httpPort() {
    return httpPort;
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Waits for the process to end by itself; its exit code. */
  int awaitExit() throws InterruptedException {
    if (!process.waitFor(START_DEADLINE_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException(
          "the broker still runs after " + START_DEADLINE_SECONDS + " s");
    }
    return process.exitValue();
  }

  /** SIGTERM, then its exit code. Through the handle, which leaves its output to be read. */
  int terminate() throws InterruptedException {
    process.toHandle().destroy();
    return awaitExit();
  }

  /** SIGKILL. */
  void kill() throws InterruptedException {
    process.toHandle().destroyForcibly();
    awaitExit();
  }

  /** Everything printed up to now. */
  String output() {
    lines.drainTo(seen);
    return String.join("\n", seen);
  }

  /** Everything printed, once the process has ended. */
  String awaitOutput() throws InterruptedException {
    reader.join(TimeUnit.SECONDS.toMillis(START_DEADLINE_SECONDS));
    return output();
  }

  @Override
  public void close() {
    process.toHandle().destroyForcibly();
    process.onExit().join();
  }
}
