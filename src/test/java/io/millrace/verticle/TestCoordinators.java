package io.millrace.verticle;

import io.millrace.group.GroupCoordinator;
import io.millrace.group.GroupParts;
import io.millrace.group.assignor.RangeAssignor;
import io.millrace.group.assignor.UniformAssignor;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.config.SettingValues;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.OpaqueBytes;
import io.millrace.model.group.SubscriptionCodec;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/** Real coordinators, and requests to them. */
final class TestCoordinators {
  private TestCoordinators() {}

  static Supplier<GroupCoordinator> of(SettingValues settings) {
    return () ->
        new GroupCoordinator(
            new GroupParts(
                settings,
                new NoSubscriptions(),
                List.of(new UniformAssignor(), new RangeAssignor()),
                UUID::randomUUID));
  }

  /** A commit by a client that is in no group. */
  static GroupRequest.CommitOffsets commit(String group, String topic, int partition, long offset) {
    return new GroupRequest.CommitOffsets(
        group,
        new GroupRequest.Member("", Optional.empty()),
        GroupRequest.NO_GENERATION,
        List.of(
            new GroupRequest.OffsetCommit(
                new TopicPartition(new TopicName(topic), partition), offset, -1, "")));
  }

  /** Asks for all positions of a group. */
  static GroupRequest.FetchOffsets positions(String group) {
    return new GroupRequest.FetchOffsets(group, null, GroupRequest.NO_GENERATION, null, false);
  }

  /** Members whose subscriptions nobody can read. */
  private static final class NoSubscriptions implements SubscriptionCodec {
    @Override
    public Optional<Subscription> subscription(OpaqueBytes metadata) {
      return Optional.empty();
    }

    @Override
    public OpaqueBytes assignment(List<TopicPartition> partitions, int version) {
      return OpaqueBytes.EMPTY;
    }

    @Override
    public Optional<List<TopicPartition>> assignedPartitions(OpaqueBytes assignment) {
      return Optional.empty();
    }
  }
}
