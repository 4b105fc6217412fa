package io.millrace.cli;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

/**
 * The root of the command line. Every failure ends here: one line on standard error that says what
 * was wrong and what to do, and an exit code; the stack trace only with {@code --debug}.
 */
@Command(
    name = "millrace",
    description =
        "An event-streaming server: topics, partitions, consumers over TCP, WebSocket and HTTP.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = false,
    sortOptions = false,
    // No method of a command is one: each would be looked at, at every start.
    addMethodSubcommands = false,
    footerHeading = "%nExit codes:%n",
    footer = {
      "  0  done",
      "  1  failed; one line on standard error says why",
      "  2  the command line was wrong",
      "  3  log verify found damage, or verify a broken promise",
      "  4  no broker answered at the address",
      "",
      "Start here:  millrace serve    then, in another terminal:    millrace topic list"
    })
public final class MillraceCommand {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help.")
  @SuppressWarnings("UnusedVariable") // set and read by picocli
  private boolean help;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show the stack trace of a failure.")
  private boolean debug;

  private MillraceCommand() {}

  /** Runs one command line; the exit code for the process. */
  public static int run(ServerStarter starter, String... arguments) {
    return commandLine(starter, arguments).execute(arguments);
  }

  /**
   * As much of the tree of commands as these arguments need, all of it without any: the library
   * looks at every field and method of a command that it is given, which for all of them takes as
   * long as half a broker's start.
   */
  static CommandLine commandLine(ServerStarter starter, String... arguments) {
    Map<String, Supplier<Object>> commands = commands(starter);
    Set<String> wanted =
        arguments.length > 0 && commands.containsKey(arguments[0])
            ? Set.of(arguments[0])
            : commands.keySet();
    MillraceCommand root = new MillraceCommand();
    CommandLine commandLine = new CommandLine(root);
    commands.forEach(
        (name, command) -> {
          if (wanted.contains(name)) {
            commandLine.addSubcommand(name, command.get());
          }
        });
    commandLine.setExecutionStrategy(new CommandLine.RunLast());
    commandLine.setParameterExceptionHandler(MillraceCommand::usageError);
    commandLine.setExecutionExceptionHandler(
        (failure, line, parsed) -> root.executionError(failure, line));
    return commandLine;
  }

  private static Map<String, Supplier<Object>> commands(ServerStarter starter) {
    Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
    commands.put("serve", () -> new ServeCommand(starter));
    commands.put("cluster", ClusterCommand::new);
    commands.put("topic", TopicCommand::new);
    commands.put("group", GroupCommand::new);
    commands.put("produce", ProduceCommand::new);
    commands.put("consume", ConsumeCommand::new);
    commands.put("bench", BenchCommand::new);
    commands.put("log", LogCommand::new);
    commands.put("verify", VerifyCommand::new);
    commands.put("version", VersionCommand::new);
    return commands;
  }

  private static int usageError(ParameterException failure, String[] arguments) {
    CommandLine line = failure.getCommandLine();
    PrintWriter err = line.getErr();
    err.println("millrace: " + firstLine(failure.getMessage()));
    CommandLine.UnmatchedArgumentException.printSuggestions(failure, err);
    err.println("Try '" + line.getCommandSpec().qualifiedName() + " --help'.");
    return ExitCode.USAGE;
  }

  private int executionError(Exception failure, CommandLine line) {
    Throwable cause = unwrapped(failure);
    line.getErr().println("millrace: " + message(cause));
    if (debug) {
      trace(cause, line.getErr());
    }
    line.getErr().flush();
    return cause instanceof StreamException known && known.code() == ErrorCode.CONNECTION_LOST
        ? ExitCode.NO_BROKER
        : ExitCode.FAILED;
  }

  private static void trace(Throwable failure, PrintWriter err) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      err.println(cause);
      for (StackTraceElement element : cause.getStackTrace()) {
        err.println("    at " + element);
      }
    }
  }

  private static Throwable unwrapped(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static String message(Throwable cause) {
    if (cause instanceof StreamException known) {
      return known.getMessage() + " [" + known.code().name() + "]";
    }
    String text = cause.getMessage();
    return cause.getClass().getSimpleName()
        + (text == null ? "" : ": " + firstLine(text))
        + " (--debug shows more)";
  }

  private static String firstLine(@org.jspecify.annotations.Nullable String text) {
    return text == null ? "" : text.lines().findFirst().orElse("");
  }
}
