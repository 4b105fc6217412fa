package io.millrace.group;

import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupRequest.ConsumerHeartbeat;
import io.millrace.model.group.GroupResponse.ConsumerHeartbeatDone;
import io.millrace.model.group.TopicPartitions;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A client of the consumer protocol (KIP-848). */
final class ConsumerClient implements TestMember {
  static final int REBALANCE_TIMEOUT_MS = 20_000;
  static final String GROUP = "g";

  private final Coordination coordination;
  private final String memberId;
  private final Optional<String> instanceId;
  private final Set<PartitionId> owned = new HashSet<>();
  private AssignedPartitions told = AssignedPartitions.EMPTY;
  private Set<String> topics;
  private @Nullable String regex;
  private @Nullable String assignor;
  private int epoch;
  private boolean saysAll = true;
  private boolean losesReply;
  private @Nullable Set<PartitionId> lastSaid;

  ConsumerClient(
      Coordination coordination, String memberId, Optional<String> instanceId, Set<String> topics) {
    this.coordination = coordination;
    this.memberId = memberId;
    this.instanceId = instanceId;
    this.topics = topics;
  }

  @Override
  public String memberId() {
    return memberId;
  }

  int epoch() {
    return epoch;
  }

  void setEpoch(int newEpoch) {
    epoch = newEpoch;
  }

  @Override
  public Optional<String> instanceId() {
    return instanceId;
  }

  @Override
  public Set<PartitionId> owned() {
    return owned;
  }

  @Override
  public Set<String> subscription() {
    return topics;
  }

  @Override
  public void subscribe(Set<String> newTopics) {
    topics = newTopics;
    saysAll = true;
  }

  void subscribePattern(String newRegex) {
    regex = newRegex;
    saysAll = true;
  }

  void choose(String newAssignor) {
    assignor = newAssignor;
    saysAll = true;
  }

  @Override
  public void loseNextReply() {
    losesReply = true;
  }

  @Override
  public void reconnect() {
    saysAll = true;
  }

  @Override
  public void poll() {
    heartbeat();
  }

  ConsumerHeartbeatDone heartbeat() {
    ConsumerHeartbeatDone done = coordination.ask(request());
    if (losesReply) {
      losesReply = false;
      saysAll = true;
      return done;
    }
    take(done);
    return done;
  }

  private void take(ConsumerHeartbeatDone done) {
    ErrorCode error = done.error().code();
    if (error == ErrorCode.FENCED_MEMBER_EPOCH || error == ErrorCode.UNKNOWN_MEMBER_ID) {
      owned.clear();
      told = AssignedPartitions.EMPTY;
      epoch = 0;
      saysAll = true;
      return;
    }
    if (done.error().isError()) {
      saysAll = true;
      return;
    }
    epoch = done.memberEpoch();
    saysAll = false;
    if (done.assignment() != null) {
      told = AssignedPartitions.of(done.assignment());
      told.forEach((topic, partition) -> owned.add(new PartitionId(topic, partition)));
    }
  }

  @Override
  public void giveUp() {
    owned.removeIf(each -> !told.contains(each.topicId(), each.partition()));
  }

  ConsumerHeartbeat request() {
    boolean all = saysAll || epoch == 0;
    Set<PartitionId> said = epoch == 0 ? Set.of() : Set.copyOf(owned);
    boolean saysOwned = all || !said.equals(lastSaid);
    lastSaid = said;
    return heartbeat(
        epoch,
        all ? REBALANCE_TIMEOUT_MS : -1,
        all ? List.copyOf(topics) : null,
        all ? regex : null,
        all ? assignor : null,
        saysOwned ? topicPartitions(said) : null);
  }

  ConsumerHeartbeat heartbeat(
      int memberEpoch,
      int rebalanceTimeoutMs,
      @Nullable List<String> names,
      @Nullable String pattern,
      @Nullable String chosen,
      @Nullable List<TopicPartitions> partitions) {
    return new ConsumerHeartbeat(
        GROUP,
        new GroupRequest.Member(memberId, instanceId),
        new GroupRequest.ClientOrigin("client", "host"),
        memberEpoch,
        null,
        rebalanceTimeoutMs,
        names,
        pattern,
        chosen,
        partitions);
  }

  static List<TopicPartitions> topicPartitions(Set<PartitionId> partitions) {
    AssignedPartitions.Builder builder = new AssignedPartitions.Builder();
    partitions.forEach(each -> builder.add(each.topicId(), each.partition()));
    return builder.build().toTopicPartitions();
  }

  @Override
  public void leave() {
    leave(-1);
  }

  ConsumerHeartbeatDone leave(int leavingEpoch) {
    owned.clear();
    told = AssignedPartitions.EMPTY;
    epoch = 0;
    saysAll = true;
    return coordination.ask(heartbeat(leavingEpoch, -1, null, null, null, null));
  }
}
