package io.millrace.cli;

/** Where the messages of {@code bench fanout} are sent. Threading: the command's. */
interface FanoutSink extends AutoCloseable {
  /**
   * Sends one at once; does not wait for its acknowledgement.
   *
   * @throws IllegalStateException if an earlier one was refused
   */
  void send(int partition, byte[] value) throws InterruptedException;

  /**
   * Waits for the acknowledgements of all.
   *
   * @throws IllegalStateException if one was refused
   */
  void flush() throws InterruptedException;

  @Override
  void close();
}
