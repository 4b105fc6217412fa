package io.millrace.server;

/**
 * One part of the server on its way up and down. Both methods block and run on the thread that
 * starts or stops the server.
 */
interface StartStep {
  /** What is started, in a word or two, for the log. */
  String name();

  /**
   * Starts the part; nothing of it may be left running if this throws.
   *
   * @throws io.millrace.model.StreamException if it cannot be, with one line for people
   */
  void start() throws Exception;

  /** Stops the part, which was started. */
  void stop() throws Exception;
}
