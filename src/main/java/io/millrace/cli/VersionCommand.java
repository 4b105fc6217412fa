package io.millrace.cli;

import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code version}: what this jar is and what it runs on. */
@Command(name = "version", description = "Print the version of this jar and of the Java runtime.")
final class VersionCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    String version =
        Optional.ofNullable(VersionCommand.class.getPackage().getImplementationVersion())
            .orElse("unpackaged");
    spec.commandLine()
        .getOut()
        .println(
            "millrace "
                + version
                + " (Java "
                + Runtime.version()
                + ", "
                + System.getProperty("os.name")
                + ")");
  }
}
