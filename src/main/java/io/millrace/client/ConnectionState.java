package io.millrace.client;

import io.millrace.protocol.stream.message.Welcome;

/**
 * Where a connection is:
 *
 * <pre>
 *   Waiting --backoff over--> Opening --socket open--> Greeting --welcome--> Ready
 *      ^                         |                        |                    |
 *      +-------------------------+---------- closed ------+--------------------+
 *   any --close()--> Closed
 * </pre>
 */
sealed interface ConnectionState {
  /** Until the next attempt. */
  record Waiting(Loop.Timer timer) implements ConnectionState {}

  /** The transport is being opened. */
  record Opening(long deadlineNanos) implements ConnectionState {}

  /** Hello was sent. */
  record Greeting(Wire wire, long deadlineNanos) implements ConnectionState {}

  /** Requests may be sent. */
  record Ready(Wire wire, Welcome welcome) implements ConnectionState {}

  /** Answers of requests may still come, no more are sent: the broker asked to leave. */
  record Leaving(Wire wire, long deadlineNanos) implements ConnectionState {}

  /** For ever. */
  record Closed() implements ConnectionState {}
}
