package io.millrace.endpoint.session;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.protocol.stream.message.Subscribe;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a stream takes part in a consumer group.
 *
 * @param memberId the client's own; empty if the server chooses one and the member leaves with its
 *     connection
 * @param memberEpoch the last that the client was told, 0 to join
 * @param assignor empty for the server's choice
 * @param autoCommitIntervalMs 0 for only what the client commits itself
 */
record GroupOptions(
    String group,
    Optional<String> memberId,
    int memberEpoch,
    Optional<String> instanceId,
    String assignor,
    int autoCommitIntervalMs,
    int maxPollIntervalMs,
    int rebalanceTimeoutMs) {
  private static final int MAX_ID_LENGTH = 249;

  /**
   * Reads them; null if the stream is in no group.
   *
   * @throws StreamException INVALID_REQUEST or INVALID_GROUP_ID if they make no sense
   */
  static @Nullable GroupOptions of(Subscribe message) {
    String group = message.getGroup();
    if (group == null) {
      require(
          message.getMemberId() == null && message.getInstanceId() == null,
          "memberId and instanceId are for streams with a group");
      return null;
    }
    if (group.isEmpty()) {
      throw new StreamException(
          ErrorCode.INVALID_GROUP_ID, "the group id is empty; leave it out or give it a value");
    }
    require(
        message.getPartitions().isEmpty(),
        "a stream with a group is given its partitions; leave partitions out");
    requireId("memberId", message.getMemberId());
    requireId("instanceId", message.getInstanceId());
    require(
        message.getMemberEpoch() == 0
            || (message.getMemberEpoch() > 0 && message.getMemberId() != null),
        "memberEpoch goes with a memberId and is 0 or larger");
    require(message.getAutoCommitIntervalMs() >= 0, "autoCommitIntervalMs is negative");
    require(message.getMaxPollIntervalMs() > 0, "maxPollIntervalMs is not above 0");
    require(message.getRebalanceTimeoutMs() > 0, "rebalanceTimeoutMs is not above 0");
    return new GroupOptions(
        group,
        Optional.ofNullable(message.getMemberId()),
        message.getMemberEpoch(),
        Optional.ofNullable(message.getInstanceId()),
        Objects.requireNonNullElse(message.getAssignor(), ""),
        message.getAutoCommitIntervalMs(),
        message.getMaxPollIntervalMs(),
        message.getRebalanceTimeoutMs());
  }

  boolean commitsByItself() {
    return autoCommitIntervalMs > 0;
  }

  private static void requireId(String field, @Nullable String id) {
    require(
        id == null || (!id.isEmpty() && id.length() <= MAX_ID_LENGTH),
        field + " is empty or has more than " + MAX_ID_LENGTH + " characters");
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new StreamException(ErrorCode.INVALID_REQUEST, otherwise);
    }
  }
}
