package io.millrace.group;

import io.millrace.group.GroupRecord.ClassicGroupValue;
import io.millrace.group.GroupRecord.ClassicMemberValue;
import io.millrace.group.GroupRecord.ClassicPart;
import io.millrace.group.GroupRecord.ConsumerMemberValue;
import io.millrace.group.GroupRecord.ReconciliationState;
import io.millrace.model.ErrorCode;
import io.millrace.model.TopicPartition;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest.Protocol;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.group.OpaqueBytes;
import io.millrace.model.group.SubscriptionCodec;
import io.millrace.model.group.SubscriptionCodec.Subscription;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Turns a classic group into one that the server assigns to, when the first member of the consumer
 * protocol comes, and back when the last such member is gone (KIP-848, "Migration").
 *
 * <p>Both keep who owns what. The group that takes the other's place is there at once, with all of
 * its durable state; that the driver replays the same records again right after changes nothing.
 */
final class Migration {
  private final Groups groups;
  private final GroupContext context;
  private final ConsumerGroupConfig config;
  private final SubscriptionCodec codec;

  Migration(Groups groups, GroupContext context) {
    this.groups = groups;
    this.context = context;
    this.config = context.consumerConfig();
    this.codec = context.subscriptions();
  }

  /** Appends what deletes a KIP-848 group with these members. */
  static void appendTombstones(Turn turn, String groupId, Collection<String> memberIds) {
    for (String memberId : memberIds) {
      MemberUpdate.appendTombstones(turn, groupId, memberId);
    }
    turn.append(new GroupRecord.TargetAssignmentEpoch(groupId, null));
    turn.append(new GroupRecord.ConsumerGroupEpoch(groupId, null));
  }

  /** Whether this classic group may become one that the server assigns to. */
  GroupError checkUpgrade(ClassicGroup group) {
    if (!group.hasMembers()) {
      return GroupError.NONE;
    }
    String problem = null;
    if (!config.migrationPolicy().allowsUpgrade()) {
      problem = "group.consumer.migration.policy does not allow it to change while it has members";
    } else if (!group.protocolType().equals(ClassicGroup.CONSUMER_PROTOCOL)) {
      problem = "its members are not consumers but of type '" + group.protocolType() + "'";
    } else if (group.members().size() >= config.maxSize()) {
      problem = "it has more members than group.consumer.max.size allows";
    } else if (!group.members().all().stream().allMatch(this::isReadable)) {
      problem = "what its members told their leader is not in the consumers' format";
    }
    return problem == null
        ? GroupError.NONE
        : new GroupError(
            ErrorCode.GROUP_ID_NOT_FOUND,
            "group " + group.groupId() + " uses the classic protocol, and " + problem);
  }

  private boolean isReadable(ClassicMember member) {
    return !member.protocols().isEmpty()
        && codec.subscription(member.protocols().get(0).metadata()).isPresent()
        && (member.assignment().size() == 0
            || codec.assignedPartitions(member.assignment()).isPresent());
  }

  /** Puts a KIP-848 group into the place of a classic one that passed {@link #checkUpgrade}. */
  ConsumerGroup upgrade(Turn turn, ClassicGroup classic) {
    String groupId = classic.groupId();
    GroupError again = GroupError.of(ErrorCode.REBALANCE_IN_PROGRESS);
    for (ClassicMember member : classic.members().copy()) {
      member.answerJoin(turn, GroupResponse.Joined.refused(again, member.memberId()));
      member.answerSync(turn, GroupResponse.Synced.refused(again));
    }
    List<GroupRecord> records = new ArrayList<>();
    records.add(new GroupRecord.ClassicGroupStored(groupId, null));
    if (!classic.members().isEmpty()) {
      addUpgraded(records, turn, classic);
    }
    ConsumerGroup upgraded = new ConsumerGroup(groupId, context, this);
    for (GroupRecord record : records) {
      turn.append(record);
      upgraded.replay(record);
    }
    groups.put(upgraded);
    upgraded.start(turn.nowNanos());
    return upgraded;
  }

  private void addUpgraded(List<GroupRecord> records, Turn turn, ClassicGroup classic) {
    String groupId = classic.groupId();
    int epoch = Math.max(1, classic.generation());
    Map<TopicPartition, String> owners = new HashMap<>();
    Map<String, AssignedPartitions> assigned = new HashMap<>();
    for (ClassicMember member : classic.members().all()) {
      List<TopicPartition> partitions =
          codec.assignedPartitions(member.assignment()).orElse(List.of());
      assigned.put(member.memberId(), claim(member.memberId(), partitions, owners, turn));
    }
    for (ClassicMember member : classic.members().all()) {
      String memberId = member.memberId();
      AssignedPartitions own = assigned.getOrDefault(memberId, AssignedPartitions.EMPTY);
      AssignedPartitions more = claim(memberId, ownedAtLastJoin(member), owners, turn);
      records.add(new GroupRecord.ConsumerMemberStored(groupId, memberId, upgraded(member)));
      records.add(
          new GroupRecord.TargetAssignmentStored(groupId, memberId, own.toTopicPartitions()));
      records.add(
          new GroupRecord.CurrentAssignmentStored(
              groupId, memberId, progress(epoch, own, more).toValue()));
    }
    records.add(new GroupRecord.TargetAssignmentEpoch(groupId, epoch));
    records.add(
        new GroupRecord.ConsumerGroupEpoch(
            groupId,
            new GroupRecord.ConsumerGroupValue(
                epoch, turn.stampMs(), "the group was upgraded to the consumer protocol")));
  }

  /**
   * What a cooperative member owned when it joined and was not assigned again, it may own until it
   * joins once more.
   */
  private static MemberProgress progress(
      int epoch, AssignedPartitions assigned, AssignedPartitions more) {
    return new MemberProgress(
        epoch,
        epoch,
        more.isEmpty() ? ReconciliationState.STABLE : ReconciliationState.UNREVOKED_PARTITIONS,
        assigned,
        more);
  }

  private List<TopicPartition> ownedAtLastJoin(ClassicMember member) {
    return codec
        .subscription(member.protocols().get(0).metadata())
        .map(Subscription::ownedPartitions)
        .orElse(List.of());
  }

  /** Those that exist and that nobody else has: a leader may have given one to two members. */
  private static AssignedPartitions claim(
      String memberId,
      List<TopicPartition> partitions,
      Map<TopicPartition, String> owners,
      Turn turn) {
    AssignedPartitions.Builder claimed = new AssignedPartitions.Builder();
    for (TopicPartition partition : partitions) {
      turn.image()
          .topic(partition.topic())
          .filter(topic -> topic.hasPartition(partition.partition()))
          .filter(topic -> owners.putIfAbsent(partition, memberId) == null)
          .ifPresent(topic -> claimed.add(topic.id(), partition.partition()));
    }
    return claimed.build();
  }

  private ConsumerMemberValue upgraded(ClassicMember member) {
    Optional<Subscription> subscription = codec.subscription(member.protocols().get(0).metadata());
    return new ConsumerMemberValue(
        member.instanceId(),
        subscription.flatMap(Subscription::rackId),
        member.origin(),
        member.rebalanceTimeoutMs(),
        subscription.map(Subscription::topics).orElse(List.of()).stream()
            .distinct()
            .sorted()
            .toList(),
        "",
        "",
        Optional.of(new ClassicPart(member.sessionTimeoutMs(), member.protocols())));
  }

  /**
   * Turns the group into a classic one, if only members of the classic protocol stay, and did not
   * before. They are told to join again at once.
   *
   * @return whether it did; if not, nothing was appended
   */
  boolean downgrade(
      Turn turn, ConsumerGroup group, Collection<ConsumerMember> leaving, String cause) {
    ConsumerGroupState state = group.durable();
    List<ConsumerMember> staying = new ArrayList<>(state.members());
    staying.removeAll(leaving);
    String protocolName = ClassicProtocols.common(staying).stream().findFirst().orElse(null);
    if (staying.isEmpty()
        || protocolName == null
        || !staying.stream().allMatch(ConsumerMember::isClassic)
        || leaving.stream().allMatch(ConsumerMember::isClassic)
        || staying.size() > config.maxClassicSize()
        || !config.migrationPolicy().allowsDowngrade()) {
      return false;
    }
    appendTombstones(turn, group.groupId(), state.memberIds());
    // Without a leader: whoever loads this begins the rebalance that is to follow.
    ClassicGroupValue value =
        new ClassicGroupValue(
            ClassicGroup.CONSUMER_PROTOCOL,
            state.epoch(),
            protocolName,
            null,
            turn.stampMs(),
            cause,
            staying.stream().map(member -> downgraded(member, protocolName, turn)).toList());
    turn.append(new GroupRecord.ClassicGroupStored(group.groupId(), value));
    ClassicGroup classic = ClassicGroup.of(group.groupId(), value, context);
    groups.put(classic);
    classic.start(turn.nowNanos());
    return true;
  }

  private ClassicMemberValue downgraded(ConsumerMember member, String protocolName, Turn turn) {
    ClassicPart classic = member.classic().orElseThrow();
    OpaqueBytes metadata = metadata(classic, protocolName);
    int version =
        metadata == null ? 0 : codec.subscription(metadata).map(Subscription::version).orElse(0);
    return new ClassicMemberValue(
        member.memberId(),
        member.told().instanceId(),
        member.told().origin(),
        member.told().rebalanceTimeoutMs(),
        classic.sessionTimeoutMs(),
        metadata == null ? OpaqueBytes.EMPTY : metadata,
        codec.assignment(
            PartitionNames.toNames(member.progress().assigned(), turn.image()), version));
  }

  private static @Nullable OpaqueBytes metadata(ClassicPart classic, String protocolName) {
    for (Protocol protocol : classic.protocols()) {
      if (protocol.name().equals(protocolName)) {
        return protocol.metadata();
      }
    }
    return null;
  }
}
