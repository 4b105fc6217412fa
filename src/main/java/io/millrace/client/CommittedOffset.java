package io.millrace.client;

/**
 * A position that a group has committed.
 *
 * @param offset the next offset to read, -1 if there is none
 * @param leaderEpoch of what is before it, -1 if unknown
 * @param metadata the client's own text
 */
public record CommittedOffset(long offset, int leaderEpoch, String metadata) {
  static final CommittedOffset NONE = new CommittedOffset(-1, -1, "");
}
