package io.millrace.model.control;

import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import java.util.List;

/**
 * What a leader wants the in-sync replicas of its partition to be.
 *
 * @param leaderEpoch the leader's own
 * @param partitionEpoch that it goes out from
 * @param members the leader among them, unless it resigns
 * @param lacking replicas that turned out to lack what is committed, as they were damaged; the
 *     controller counts on them no more, in sync or eligible to lead
 */
public record IsrChange(
    PartitionId partition,
    int leaderEpoch,
    int partitionEpoch,
    List<Member> members,
    List<NodeId> lacking) {
  /** Of a member that was in sync before, and whose life the leader does not know. */
  public static final long ANY_INCARNATION = -1;

  public IsrChange {
    members = List.copyOf(members);
    lacking = List.copyOf(lacking);
  }

  /**
   * A replica that is to be in sync.
   *
   * @param incarnation in which it caught up
   */
  public record Member(NodeId node, long incarnation) {}

  /** The members, without the lives that they are in. */
  public List<NodeId> nodes() {
    return members.stream().map(Member::node).toList();
  }
}
