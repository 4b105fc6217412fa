package io.millrace.group;

import io.millrace.group.AssignmentSpec.MemberSpec;
import io.millrace.group.assignor.UniformAssignor;
import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.group.GroupResponse.Joined;
import io.millrace.model.group.GroupResponse.JoinedMember;
import io.millrace.model.group.GroupResponse.Synced;
import io.millrace.model.group.OpaqueBytes;
import io.millrace.model.group.SubscriptionCodec.Subscription;
import io.millrace.model.image.TopicImage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A client of the classic protocol: an eager one gives up everything before it joins again, a
 * cooperative one what it was not assigned any more, and then joins once more. A leader's
 * assignments never give away what another owns.
 */
final class ClassicTestMember implements TestMember {
  static final int SESSION_MS = 10_000;
  static final int REBALANCE_TIMEOUT_MS = 20_000;
  private static final PlainSubscriptions CODEC = new PlainSubscriptions();

  private final Coordination coordination;
  private final Optional<String> instanceId;
  private final boolean isEager;
  private final Set<PartitionId> owned = new HashSet<>();
  private Set<String> topics;
  private Set<String> topicsJoined = Set.of();
  private String memberId = "";
  private int generation = -1;
  private boolean mustJoin = true;
  private @Nullable Joined joined;
  private @Nullable Asked<?> asked;
  private Set<PartitionId> told = Set.of();
  private boolean losesReply;
  private ErrorCode lastError = ErrorCode.NONE;

  /** A request that waits for its reply. */
  private record Asked<R extends GroupResponse>(GroupRequest<R> request, long id) {}

  ClassicTestMember(
      Coordination coordination, Optional<String> instanceId, boolean isEager, Set<String> topics) {
    this.coordination = coordination;
    this.instanceId = instanceId;
    this.isEager = isEager;
    this.topics = topics;
  }

  @Override
  public String memberId() {
    return memberId;
  }

  int generation() {
    return generation;
  }

  /** Of the last answer. */
  ErrorCode lastError() {
    return lastError;
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
    rejoin();
  }

  @Override
  public void loseNextReply() {
    losesReply = true;
  }

  @Override
  public void reconnect() {
    if (asked != null) {
      asked = null;
      rejoin();
    }
  }

  /** Takes the answer that it waits for, or asks for what is next. */
  @Override
  public void poll() {
    if (asked == null) {
      ask(next());
    }
    if (asked != null) {
      GroupResponse reply = coordination.reply(asked.request(), asked.id()).orElse(null);
      if (reply != null) {
        asked = null;
        receive(reply);
      }
    }
  }

  private GroupRequest<?> next() {
    if (mustJoin) {
      if (isEager) {
        owned.clear();
        told = Set.of();
      }
      return join();
    }
    return joined == null
        ? new GroupRequest.Heartbeat(ConsumerClient.GROUP, member(), generation)
        : sync(joined);
  }

  private <R extends GroupResponse> void ask(GroupRequest<R> request) {
    asked = new Asked<>(request, coordination.send(request));
  }

  private void receive(GroupResponse reply) {
    if (losesReply) {
      losesReply = false;
      if (!(reply instanceof GroupResponse.Done)) {
        rejoin();
      }
      return;
    }
    lastError = reply.error().code();
    if (reply instanceof Joined answer && lastError == ErrorCode.MEMBER_ID_REQUIRED) {
      memberId = answer.memberId();
    } else if (reply.error().isError()) {
      fail(reply.error());
    } else if (reply instanceof Joined answer) {
      memberId = answer.memberId();
      generation = answer.generation();
      // What it wants may have changed while it waited.
      mustJoin = !topics.equals(topicsJoined);
      joined = mustJoin ? null : answer;
    } else if (reply instanceof Synced answer) {
      joined = null;
      take(answer);
    }
  }

  private void fail(GroupError error) {
    switch (error.code()) {
      case REBALANCE_IN_PROGRESS -> rejoin();
      case ILLEGAL_GENERATION -> lose();
      case UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID -> {
        memberId = "";
        lose();
      }
      default -> throw new AssertionError("unexpected " + error);
    }
  }

  private void lose() {
    owned.clear();
    told = Set.of();
    generation = -1;
    rejoin();
  }

  private void rejoin() {
    joined = null;
    mustJoin = true;
  }

  private void take(Synced answer) {
    told =
        CODEC.assignedPartitions(answer.assignment()).orElse(List.of()).stream()
            .flatMap(each -> id(each).stream())
            .collect(Collectors.toSet());
    owned.addAll(told);
  }

  @Override
  public void giveUp() {
    // In the middle of a rebalance it goes on as it was told last.
    if (!mustJoin && joined == null && owned.retainAll(told) && !isEager) {
      rejoin();
    }
  }

  private GroupRequest.Member member() {
    return new GroupRequest.Member(memberId, instanceId);
  }

  private GroupRequest.Join join() {
    topicsJoined = topics;
    List<TopicPartition> names =
        isEager ? List.of() : owned.stream().flatMap(each -> name(each).stream()).toList();
    return new GroupRequest.Join(
        ConsumerClient.GROUP,
        member(),
        new GroupRequest.ClientOrigin("classic", "host"),
        SESSION_MS,
        REBALANCE_TIMEOUT_MS,
        "consumer",
        List.of(
            new GroupRequest.Protocol(
                "sticky", PlainSubscriptions.subscriptionOf(List.copyOf(topics), names))),
        instanceId.isEmpty(),
        false,
        "");
  }

  private GroupRequest.Sync sync(Joined answer) {
    return new GroupRequest.Sync(
        ConsumerClient.GROUP,
        member(),
        generation,
        answer.protocolType(),
        answer.protocolName(),
        answer.leaderId().equals(memberId) ? assign(answer.members()) : Map.of());
  }

  /** What somebody else owns goes to nobody until the next generation (KIP-429). */
  private Map<String, OpaqueBytes> assign(List<JoinedMember> members) {
    Map<String, MemberSpec> specs = new HashMap<>();
    Map<TopicPartition, String> owners = new HashMap<>();
    for (JoinedMember each : members) {
      Subscription subscription = CODEC.subscription(each.metadata()).orElseThrow();
      AssignedPartitions.Builder current = new AssignedPartitions.Builder();
      for (TopicPartition partition : subscription.ownedPartitions()) {
        owners.put(partition, each.memberId());
        id(partition).ifPresent(id -> current.add(id.topicId(), id.partition()));
      }
      Set<TopicId> wanted =
          subscription.topics().stream()
              .flatMap(name -> coordination.image().topic(new TopicName(name)).stream())
              .map(TopicImage::id)
              .collect(Collectors.toSet());
      specs.put(each.memberId(), new MemberSpec(Optional.empty(), wanted, current.build()));
    }
    Map<TopicId, Integer> counts = new HashMap<>();
    coordination
        .image()
        .topics()
        .forEach(topic -> counts.put(topic.id(), topic.partitions().size()));
    Map<String, OpaqueBytes> assignments = new HashMap<>();
    new UniformAssignor()
        .assign(new AssignmentSpec(specs, counts))
        .forEach(
            (id, partitions) ->
                assignments.put(
                    id,
                    CODEC.assignment(
                        PartitionNames.toNames(partitions, coordination.image()).stream()
                            .filter(each -> owners.getOrDefault(each, id).equals(id))
                            .toList(),
                        1)));
    return assignments;
  }

  private Optional<PartitionId> id(TopicPartition partition) {
    return coordination
        .image()
        .topic(partition.topic())
        .filter(topic -> topic.hasPartition(partition.partition()))
        .map(topic -> topic.partitionId(partition.partition()));
  }

  private Optional<TopicPartition> name(PartitionId partition) {
    return coordination
        .image()
        .topic(partition.topicId())
        .map(topic -> new TopicPartition(topic.name(), partition.partition()));
  }

  @Override
  public void leave() {
    owned.clear();
    told = Set.of();
    asked = null;
    if (!memberId.isEmpty()) {
      coordination.ask(
          new GroupRequest.Leave(
              ConsumerClient.GROUP, List.of(new GroupRequest.Leaver(member(), ""))));
    }
    memberId = "";
    generation = -1;
    rejoin();
  }
}
