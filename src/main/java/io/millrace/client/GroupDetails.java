package io.millrace.client;

import io.millrace.model.TopicPartition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A consumer group and its members.
 *
 * @param type classic or consumer
 * @param state as in {@link GroupListing}
 * @param epoch of the group; its generation if it is classic
 * @param assignor the strategy that assigns; empty if none does
 * @param rebalanceCause why it last rebalanced, in one sentence; empty if it never did
 */
public record GroupDetails(
    String group,
    String type,
    String state,
    int epoch,
    String assignor,
    String rebalanceCause,
    List<Member> members) {
  /**
   * A member.
   *
   * @param instanceId null unless it is a static member
   * @param clientHost its client's address
   * @param type the protocol that it speaks: classic or consumer
   * @param epoch the epoch, or generation, that it has reached
   * @param assignment what it may read now
   * @param targetAssignment what it will read when the rebalance is over
   */
  public record Member(
      String memberId,
      @Nullable String instanceId,
      String clientId,
      String clientHost,
      String type,
      int epoch,
      List<TopicPartition> assignment,
      List<TopicPartition> targetAssignment) {}
}
