package io.millrace.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Starts a broker; {@code Main} hands one to the command {@code serve}, so that the command line
 * does not know the server.
 */
@FunctionalInterface
public interface ServerStarter {
  /**
   * Starts and returns once the broker is ready. Threading: called on the main thread, which then
   * waits in {@link Running#awaitStop()}.
   *
   * @param configFile the file of {@code --config}, if given
   * @param flags settings given on the command line, each as {@code name=value}
   * @throws io.millrace.model.StreamException for people: one line for each problem, what was wrong
   *     and what to do
   */
  Running start(Optional<Path> configFile, List<String> flags);

  /** A broker that is ready. */
  interface Running {
    /** One line for people: where it listens, where its data is. */
    String readyLine();

    /**
     * Waits until the broker has stopped, because of a signal or a failure; the process's exit
     * code.
     */
    int awaitStop() throws InterruptedException;
  }
}
