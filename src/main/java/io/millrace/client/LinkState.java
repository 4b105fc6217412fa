package io.millrace.client;

import io.millrace.protocol.stream.message.Welcome;

/**
 * Where a link is:
 *
 * <pre>
 *   Opening --socket open--> Greeting --welcome--> Up
 *    ^   |                      |                  |
 *    |   +---- not reached -----+----- closed -----+
 *    |                          v
 *    +--- back-off over --- Waiting
 *   any --close()--> Closed
 * </pre>
 */
sealed interface LinkState {
  /** Until the next attempt. */
  record Waiting(Loop.Timer timer) implements LinkState {}

  /** The transport is being opened. */
  record Opening(long deadlineNanos) implements LinkState {}

  /** Hello was sent. */
  record Greeting(Wire wire, long deadlineNanos) implements LinkState {}

  /** Both sides have greeted. */
  record Up(Wire wire, Welcome welcome) implements LinkState {}

  /** For ever. */
  record Closed() implements LinkState {}
}
