package io.millrace.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A command of the jar that ships, in a process of its own. */
final class CommandRun implements AutoCloseable {
  private static final long DEADLINE_SECONDS = 60;

  private final Process process;
  private final CompletableFuture<byte[]> out;
  private final CompletableFuture<byte[]> err;

  /**
   * How a command ended.
   *
   * @param bytes standard output as it is
   */
  record Result(int exitCode, byte[] bytes, String err) {
    String out() {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  private CommandRun(Process process) {
    this.process = process;
    this.out = CompletableFuture.supplyAsync(() -> everything(process.getInputStream()));
    this.err = CompletableFuture.supplyAsync(() -> everything(process.getErrorStream()));
  }

  /** Runs a command to its end. */
  static Result run(String... arguments) throws Exception {
    return run(new byte[0], arguments);
  }

  /** Runs a command that reads this from standard input. */
  static Result run(byte[] input, String... arguments) throws Exception {
    try (CommandRun run = start(input, arguments)) {
      return run.result();
    }
  }

  /** Starts a command and does not wait for it. */
  static CommandRun start(byte[] input, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(java());
    command.addAll(Arrays.asList(arguments));
    return start(input, command);
  }

  /** Pipes the command's standard output into another one; fails if one of both fails. */
  static Result pipe(String reader, String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of("bash", "-c", "set -o pipefail; \"$@\" | " + reader, "millrace-pipe"));
    command.addAll(java());
    command.addAll(Arrays.asList(arguments));
    try (CommandRun run = start(new byte[0], command)) {
      return run.result();
    }
  }

  private static CommandRun start(byte[] input, List<String> command) throws IOException {
    CommandRun run = new CommandRun(new ProcessBuilder(command).start());
    try (OutputStream stdin = run.process.getOutputStream()) {
      stdin.write(input);
    }
    return run;
  }

  private static List<String> java() {
    List<String> command = new ArrayList<>(SharedClasses.jvm());
    command.addAll(SharedClasses.ofCommands());
    command.addAll(List.of("-Xmx1g", "-jar", BrokerProcess.JAR.toString()));
    return command;
  }

  /** Asks the command to end, by SIGTERM. */
  void terminate() {
    process.toHandle().destroy();
  }

  /** Waits for the end. */
  Result result() throws Exception {
    byte[] bytes = out.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    String error = new String(err.get(DEADLINE_SECONDS, TimeUnit.SECONDS), StandardCharsets.UTF_8);
    if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the command still runs; it printed " + error);
    }
    return new Result(process.exitValue(), bytes, error);
  }

  private static byte[] everything(InputStream stream) {
    try {
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.toHandle().destroyForcibly();
  }
}
