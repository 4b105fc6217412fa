package io.millrace.metadata;

import io.millrace.metadata.MetadataRecord.PartitionsAdded;
import io.millrace.metadata.MetadataRecord.TopicCreated;
import io.millrace.metadata.MetadataRecord.TopicDeleted;
import io.millrace.metadata.MetadataRecord.TopicSettingsChanged;
import io.millrace.metadata.Ruling.Deny;
import io.millrace.metadata.Ruling.Grant;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.config.ControllerSettings;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.config.TopicSettings;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/** What may be done to topics, and the facts that it makes. */
final class TopicRules {
  private final SettingValues settings;
  private final RandomGenerator random;
  private final ReplicaPlacement placement;

  TopicRules(SettingValues settings, RandomGenerator random) {
    this.settings = settings;
    this.random = random;
    this.placement = new ReplicaPlacement(random);
  }

  Ruling<TopicImage> create(
      ClusterImage image,
      TopicName name,
      int requestedPartitions,
      int requestedReplicationFactor,
      Map<String, String> topicSettings) {
    if (image.topic(name).isPresent()) {
      return new Deny<>(
          ErrorCode.TOPIC_ALREADY_EXISTS,
          "topic '" + name + "' exists; choose another name, or use the topic as it is");
    }
    int partitions =
        requestedPartitions == -1
            ? settings.get(ServerSettings.NUM_PARTITIONS)
            : requestedPartitions;
    List<NodeId> brokers = ReplicaPlacement.candidates(image);
    int defaultReplicas = settings.get(ControllerSettings.DEFAULT_REPLICATION_FACTOR);
    int replicationFactor =
        requestedReplicationFactor != -1
            ? requestedReplicationFactor
            : defaultReplicas > 0
                ? defaultReplicas
                : Math.max(1, Math.min(Balancer.DEFAULT_REPLICAS, brokers.size()));
    Optional<Deny<TopicImage>> denied =
        partitionsDenied(image, name, 0, partitions)
            .or(() -> replicationDenied(brokers, replicationFactor));
    if (denied.isPresent()) {
      return denied.get();
    }
    SettingValues values;
    try {
      values = TopicSettings.of(Map.of()).with(topicSettings);
    } catch (StreamException e) {
      return new Deny<>(e.code(), String.valueOf(e.getMessage()));
    }
    TopicId id = newId(image);
    return new Grant<>(
        List.of(
            new TopicCreated(
                id,
                name,
                placement.place(image, 0, partitions, replicationFactor),
                values.given(),
                name.isInternal() || (requestedReplicationFactor == -1 && defaultReplicas == 0))),
        topicOf(id));
  }

  Ruling<TopicImage> delete(ClusterImage image, TopicName name) {
    Optional<TopicImage> topic = image.topic(name);
    if (topic.isEmpty()) {
      return unknown(name);
    }
    if (!settings.get(ServerSettings.DELETE_TOPIC_ENABLE)) {
      return new Deny<>(
          ErrorCode.POLICY_VIOLATION,
          "topics cannot be deleted here, because delete.topic.enable is false");
    }
    if (name.isInternal()) {
      return new Deny<>(
          ErrorCode.POLICY_VIOLATION,
          "topic '"
              + name
              + "' holds what this server knows of groups and transactions; it is not"
              + " deleted");
    }
    return new Grant<>(List.of(new TopicDeleted(topic.get().id())), state -> topic.get());
  }

  Ruling<TopicImage> alter(ClusterImage image, TopicName name, Map<String, String> changes) {
    Optional<TopicImage> found = image.topic(name);
    if (found.isEmpty()) {
      return unknown(name);
    }
    TopicImage topic = found.get();
    SettingValues next;
    try {
      next = topic.settings().with(changes);
    } catch (StreamException e) {
      return new Deny<>(e.code(), String.valueOf(e.getMessage()));
    }
    if (next.equals(topic.settings())) {
      return new Grant<>(List.of(), topicOf(topic.id()));
    }
    List<MetadataRecord> records = new ArrayList<>();
    records.add(new TopicSettingsChanged(topic.id(), changes));
    records.addAll(noMoreEligible(topic, next).records());
    return new Grant<>(records, topicOf(topic.id()));
  }

  /** With fewer replicas in sync records may be committed that those out of sync do not have. */
  private static PartitionChanges noMoreEligible(TopicImage topic, SettingValues next) {
    TopicImage altered =
        new TopicImage(
            topic.id(), topic.name(), topic.partitions(), next, topic.replicationGrows());
    PartitionChanges changes = new PartitionChanges();
    for (PartitionImage partition : topic.partitions()) {
      if (!partition.eligibleLeaderReplicas().isEmpty()) {
        changes.add(topic, partition, new PartitionDraft(altered, partition).finished());
      }
    }
    return changes;
  }

  Ruling<TopicImage> addPartitions(ClusterImage image, TopicName name, int totalPartitions) {
    Optional<TopicImage> found = image.topic(name);
    if (found.isEmpty()) {
      return unknown(name);
    }
    TopicImage topic = found.get();
    int present = topic.partitions().size();
    if (totalPartitions <= present) {
      return new Deny<>(
          ErrorCode.INVALID_PARTITIONS,
          "topic '"
              + name
              + "' has "
              + present
              + " partitions and "
              + totalPartitions
              + " were asked for; there can only be more");
    }
    List<NodeId> brokers = ReplicaPlacement.candidates(image);
    int wanted = topic.partitions().get(0).targetReplicas().size();
    int replicationFactor =
        topic.replicationGrows() ? Math.max(1, Math.min(wanted, brokers.size())) : wanted;
    Optional<Deny<TopicImage>> denied =
        partitionsDenied(image, name, present, totalPartitions)
            .or(() -> replicationDenied(brokers, replicationFactor));
    if (denied.isPresent()) {
      return denied.get();
    }
    return new Grant<>(
        List.of(
            new PartitionsAdded(
                topic.id(),
                placement.place(image, present, totalPartitions - present, replicationFactor))),
        topicOf(topic.id()));
  }

  private static Ruling<TopicImage> unknown(TopicName name) {
    return new Deny<>(
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is no topic '" + name + "'; create it first");
  }

  private static Function<MetadataState, TopicImage> topicOf(TopicId id) {
    return state -> state.cluster().topic(id).orElseThrow();
  }

  private Optional<Deny<TopicImage>> partitionsDenied(
      ClusterImage image, TopicName name, int present, int total) {
    int mostPerTopic = settings.get(ServerSettings.MAX_PARTITIONS_PER_TOPIC);
    if (total < 1 || total > mostPerTopic) {
      return Optional.of(
          new Deny<>(
              ErrorCode.INVALID_PARTITIONS,
              "topic '"
                  + name
                  + "' cannot have "
                  + total
                  + " partitions, expected 1 to "
                  + mostPerTopic
                  + " (max.partitions.per.topic)"));
    }
    int most = settings.get(ServerSettings.MAX_PARTITIONS);
    long sum = (long) image.partitionCount() + total - present;
    if (sum > most) {
      return Optional.of(
          new Deny<>(
              ErrorCode.POLICY_VIOLATION,
              "there would be "
                  + sum
                  + " partitions of all topics together, expected at most "
                  + most
                  + " (max.partitions)"));
    }
    return Optional.empty();
  }

  private static Optional<Deny<TopicImage>> replicationDenied(
      List<NodeId> brokers, int replicationFactor) {
    if (brokers.isEmpty()) {
      return Optional.of(
          new Deny<>(
              ErrorCode.LEADER_NOT_AVAILABLE,
              "no broker is registered yet that could hold the partitions; ask again shortly"));
    }
    if (replicationFactor < 1 || replicationFactor > brokers.size()) {
      return Optional.of(
          new Deny<>(
              ErrorCode.INVALID_REPLICATION_FACTOR,
              "the replication factor is "
                  + replicationFactor
                  + ", expected 1 to "
                  + brokers.size()
                  + " (the number of brokers), or -1 for the default"));
    }
    return Optional.empty();
  }

  /** An id that is free, not all zero, and no option when it is typed after a command. */
  private TopicId newId(ClusterImage image) {
    while (true) {
      TopicId id = new TopicId(random.nextLong(), random.nextLong());
      if (image.topic(id).isEmpty()
          && !id.equals(new TopicId(0, 0))
          && !id.toString().startsWith("-")) {
        return id;
      }
    }
  }
}
