package io.millrace.endpoint.kafka;

import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.group.GroupResponse.CommittedOffset;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * The positions that one OffsetFetch asks of one group: what its coordinator is asked, and how its
 * answer becomes Kafka's. Topics that do not exist are answered here.
 */
final class PositionsAsked {
  private static final long NO_OFFSET = -1;

  private final ClusterImage image;
  private final OffsetFetchRequestGroup group;
  private final boolean byId;
  private final Map<TopicName, OffsetFetchResponseTopics> topics = new LinkedHashMap<>();
  private final List<OffsetFetchResponseTopics> unknown = new ArrayList<>();
  private final @Nullable List<TopicPartition> partitions;

  /**
   * @param byId whether topics are named by their ids
   */
  PositionsAsked(ClusterImage image, OffsetFetchRequestGroup group, boolean byId) {
    this.image = image;
    this.group = group;
    this.byId = byId;
    this.partitions = group.topics() == null ? null : partitions(group.topics());
  }

  private List<TopicPartition> partitions(List<OffsetFetchRequestTopics> asked) {
    List<TopicPartition> found = new ArrayList<>();
    for (OffsetFetchRequestTopics topic : asked) {
      TopicName name = nameOf(topic);
      if (name == null) {
        unknown.add(failed(topic, AskedTopics.unknown(byId)));
        continue;
      }
      topics.put(name, answer(topic));
      for (int partition : topic.partitionIndexes()) {
        found.add(new TopicPartition(name, partition));
      }
    }
    return found;
  }

  /** Positions may outlive their topic, so a name alone will do. */
  private @Nullable TopicName nameOf(OffsetFetchRequestTopics topic) {
    if (byId) {
      TopicImage found = AskedTopics.byId(image, topic.topicId());
      return found == null ? null : found.name();
    }
    try {
      return new TopicName(topic.name());
    } catch (StreamException e) {
      // No topic can have such a name.
      return null;
    }
  }

  private static OffsetFetchResponseTopics answer(OffsetFetchRequestTopics topic) {
    return new OffsetFetchResponseTopics().setName(topic.name()).setTopicId(topic.topicId());
  }

  private static OffsetFetchResponseTopics failed(OffsetFetchRequestTopics topic, Errors error) {
    return answer(topic)
        .setPartitions(
            topic.partitionIndexes().stream()
                .map(partition -> none(partition).setErrorCode(error.code()))
                .toList());
  }

  private static OffsetFetchResponsePartitions none(int partition) {
    return new OffsetFetchResponsePartitions()
        .setPartitionIndex(partition)
        .setCommittedOffset(NO_OFFSET)
        .setMetadata("");
  }

  /** What the group's coordinator is asked. */
  GroupRequest.FetchOffsets request(boolean requireStable) {
    return new GroupRequest.FetchOffsets(
        group.groupId(),
        group.memberId() == null ? null : Groups.member(group.memberId(), null),
        group.memberEpoch(),
        partitions,
        requireStable);
  }

  /** The coordinator's answer as Kafka's. */
  OffsetFetchResponseGroup answered(GroupResponse.OffsetsFetched fetched) {
    if (fetched.error().isError()) {
      return refused(fetched.error());
    }
    for (CommittedOffset offset : fetched.offsets()) {
      OffsetFetchResponseTopics topic = topicOf(offset.partition().topic());
      if (topic != null) {
        topic.partitions().add(position(offset));
      }
    }
    List<OffsetFetchResponseTopics> all = new ArrayList<>(topics.values());
    all.addAll(unknown);
    return new OffsetFetchResponseGroup().setGroupId(group.groupId()).setTopics(all);
  }

  /** Null if the client names topics by id and the topic has none any more. */
  private @Nullable OffsetFetchResponseTopics topicOf(TopicName name) {
    OffsetFetchResponseTopics known = topics.get(name);
    if (known != null) {
      return known;
    }
    OffsetFetchResponseTopics topic = new OffsetFetchResponseTopics().setName(name.value());
    if (byId) {
      TopicImage found = image.topic(name).orElse(null);
      if (found == null) {
        return null;
      }
      topic.setTopicId(TopicIds.uuid(found.id()));
    }
    topics.put(name, topic);
    return topic;
  }

  private static OffsetFetchResponsePartitions position(CommittedOffset offset) {
    return new OffsetFetchResponsePartitions()
        .setPartitionIndex(offset.partition().partition())
        .setCommittedOffset(offset.offset())
        .setCommittedLeaderEpoch(offset.leaderEpoch())
        .setMetadata(offset.metadata())
        .setErrorCode(Groups.code(offset.error()));
  }

  /** The answer of a group that cannot say; the oldest clients look for the error in partitions. */
  OffsetFetchResponseGroup refused(GroupError error) {
    Errors told = Groups.errors(error);
    List<OffsetFetchRequestTopics> asked = group.topics();
    return new OffsetFetchResponseGroup()
        .setGroupId(group.groupId())
        .setErrorCode(told.code())
        .setTopics(
            asked == null ? List.of() : asked.stream().map(topic -> failed(topic, told)).toList());
  }
}
