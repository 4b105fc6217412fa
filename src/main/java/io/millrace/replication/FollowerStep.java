package io.millrace.replication;

/** What a follower has to do with its leader's answer. */
public sealed interface FollowerStep {
  /** Append the batches, if there are any, and take over the offsets. */
  record Append() implements FollowerStep {}

  /** Remove every record at or past this offset; then fetch again. */
  record TruncateTo(long offset) implements FollowerStep {}

  /** The leader's log begins behind this one's end: begin anew there. */
  record StartOverAt(long offset) implements FollowerStep {}

  /** Fetch again a little later, or when an image says more. */
  record Retry(String reason) implements FollowerStep {}

  /** The answer is about a fetch that is none any more. */
  record Ignore() implements FollowerStep {}

  /** The histories cannot be brought together without losing what was committed. */
  record Broken(String reason) implements FollowerStep {}
}
