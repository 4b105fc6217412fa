package io.millrace.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench}: measures a broker. */
@Command(
    name = "bench",
    description = "Measure a broker: bench produce, bench consume, bench fanout.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {BenchProduceCommand.class, BenchConsumeCommand.class, BenchFanoutCommand.class})
final class BenchCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "bench needs a command: produce, consume or fanout");
  }
}
