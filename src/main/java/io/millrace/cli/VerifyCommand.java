package io.millrace.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code verify}: holds brokers to what they promise. */
@Command(
    name = "verify",
    description =
        "Hold brokers to their promises: verify run sends and reads while you break things, verify check looks at a history again.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {VerifyRunCommand.class, VerifyCheckCommand.class})
final class VerifyCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "verify needs a command: run or check");
  }
}
