package io.millrace;

import io.millrace.cli.MillraceCommand;
import io.millrace.server.Server;

/** The one entry point of the jar: broker and command line. */
public final class Main {
  private Main() {}

  /** Runs one command line and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(MillraceCommand.run(Server::start, arguments));
  }
}
