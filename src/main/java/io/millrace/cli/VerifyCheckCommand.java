package io.millrace.cli;

import io.millrace.checker.Checker;
import io.millrace.checker.HistoryReader;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code verify check}: holds a history that was written before against the rules. */
@Command(
    name = "check",
    description =
        "Check a history that verify run has written; exit code 3 if a promise was broken.",
    sortOptions = false)
final class VerifyCheckCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private OutputOption output;

  @Parameters(paramLabel = "HISTORY", description = "The file, one JSON event a line.")
  private Path history;

  @Option(
      names = "--replica",
      paramLabel = "DIR",
      description =
          "The data directory of a node that is in sync; may be repeated. All must have the same bytes up to the end of the history.")
  private List<Path> replicas = List.of();

  @Override
  public Integer call() throws IOException {
    Checker checker = new Checker();
    ReplicaFiles files = new ReplicaFiles();
    try (BufferedReader lines = Files.newBufferedReader(history)) {
      HistoryReader.read(
          lines,
          event -> {
            files.onEvent(event);
            checker.accept(event);
          });
    } catch (NoSuchFileException e) {
      throw new StreamException(ErrorCode.NOT_FOUND, "there is no history at " + history, e);
    }
    for (Path replica : replicas) {
      files.read(replica, checker::accept);
    }
    return VerifyReport.print(checker.finish(), output.isJson(), spec.commandLine().getOut());
  }
}
