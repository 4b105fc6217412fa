package io.millrace.endpoint.kafka;

import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import org.apache.kafka.common.message.ApiMessageType;
import org.jspecify.annotations.Nullable;

/** The APIs that are served: a handler for each, and what ApiVersions answers. */
final class Apis {
  private final Map<ApiMessageType, ApiHandler<?>> handlers = new EnumMap<>(ApiMessageType.class);

  Apis(KafkaLoop loop) {
    add(new ApiVersionsHandler(this));
    add(new MetadataHandler(loop));
    add(new DescribeTopicPartitionsHandler(loop));
    add(new ProduceHandler(loop));
    add(new InitProducerIdHandler(loop));
    add(new FetchHandler(loop));
    add(new ListOffsetsHandler(loop));
    add(new OffsetForLeaderEpochHandler(loop));
    addAdministration(loop);
    if (loop.hasGroups()) {
      addGroups(loop);
    }
  }

  private void addGroups(KafkaLoop loop) {
    Groups groups = new Groups(loop);
    add(new FindCoordinatorHandler(loop));
    add(new JoinGroupHandler(groups));
    add(new SyncGroupHandler(groups));
    add(new HeartbeatHandler(groups));
    add(new LeaveGroupHandler(groups));
    add(new OffsetCommitHandler(loop, groups));
    add(new OffsetFetchHandler(loop, groups));
    add(new OffsetDeleteHandler(loop, groups));
    add(new ListGroupsHandler(groups));
    add(new DescribeGroupsHandler(groups));
    add(new DeleteGroupsHandler(groups));
    add(new ConsumerGroupHeartbeatHandler(groups));
    add(new ConsumerGroupDescribeHandler(loop, groups));
  }

  private void addAdministration(KafkaLoop loop) {
    add(new CreateTopicsHandler(loop));
    add(new DeleteTopicsHandler(loop));
    add(new CreatePartitionsHandler(loop));
    add(new DeleteRecordsHandler(loop));
    add(new DescribeConfigsHandler(loop));
    add(new AlterConfigsHandler(loop));
    add(new IncrementalAlterConfigsHandler(loop));
    add(new DescribeClusterHandler(loop));
    add(new DescribeLogDirsHandler(loop));
    add(new DescribeProducersHandler(loop));
    add(new DescribeClientQuotasHandler());
    add(new ElectLeadersHandler(loop));
    add(new AlterPartitionReassignmentsHandler(loop));
    add(new ListPartitionReassignmentsHandler(loop));
  }

  private void add(ApiHandler<?> handler) {
    if (handlers.put(handler.api(), handler) != null) {
      throw new IllegalStateException("two handlers of " + handler.api());
    }
  }

  /** The handler of an API; null if it is not served. */
  @Nullable ApiHandler<?> handler(ApiMessageType api) {
    return handlers.get(api);
  }

  /** All handlers, in the order of their APIs' numbers. */
  Collection<ApiHandler<?>> all() {
    return handlers.values();
  }
}
