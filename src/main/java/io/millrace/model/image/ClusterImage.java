package io.millrace.model.image;

import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * All of the cluster's metadata at one version. Versions are the indexes of the metadata log's
 * entries, so of two images the one with the larger version knows more.
 *
 * <p>Copies with one thing changed share the rest, so that making one costs the logarithm of the
 * number of topics.
 */
public final class ClusterImage {
  private static final Comparator<TopicId> BY_ID =
      Comparator.comparingLong(TopicId::mostSignificantBits)
          .thenComparingLong(TopicId::leastSignificantBits);
  private static final ClusterImage EMPTY =
      new ClusterImage(
          0,
          "",
          Collections.emptyMap(),
          PersistentMap.empty(BY_ID),
          PersistentMap.empty(Comparator.<TopicName>naturalOrder()),
          0,
          QuorumImage.EMPTY);

  private final long version;
  private final String clusterId;
  private final Map<NodeId, BrokerImage> brokers;
  private final PersistentMap<TopicId, TopicImage> topicsById;
  private final PersistentMap<TopicName, TopicImage> topicsByName;
  private final int partitionCount;
  private final QuorumImage quorum;

  private ClusterImage(
      long version,
      String clusterId,
      Map<NodeId, BrokerImage> brokers,
      PersistentMap<TopicId, TopicImage> topicsById,
      PersistentMap<TopicName, TopicImage> topicsByName,
      int partitionCount,
      QuorumImage quorum) {
    this.version = version;
    this.clusterId = clusterId;
    this.brokers = brokers;
    this.topicsById = topicsById;
    this.topicsByName = topicsByName;
    this.partitionCount = partitionCount;
    this.quorum = quorum;
  }

  /**
   * @throws IllegalArgumentException if two topics share a name or an id
   */
  public ClusterImage(
      long version,
      String clusterId,
      Collection<BrokerImage> brokers,
      Collection<TopicImage> topics) {
    ClusterImage built = EMPTY;
    for (BrokerImage broker : brokers) {
      built = built.withBroker(broker);
    }
    for (TopicImage topic : topics) {
      if (built.topic(topic.id()).isPresent()) {
        throw new IllegalArgumentException("two topics with id " + topic.id());
      }
      built = built.withTopic(topic);
    }
    this.version = version;
    this.clusterId = clusterId;
    this.brokers = built.brokers;
    this.topicsById = built.topicsById;
    this.topicsByName = built.topicsByName;
    this.partitionCount = built.partitionCount;
    this.quorum = built.quorum;
  }

  /** Of a cluster that has no record yet. */
  public static ClusterImage empty() {
    return EMPTY;
  }

  public long version() {
    return version;
  }

  /** 22 characters of URL-safe base64; empty before the cluster is founded. */
  public String clusterId() {
    return clusterId;
  }

  /** All brokers, ordered by id. */
  public Collection<BrokerImage> brokers() {
    return brokers.values();
  }

  public Optional<BrokerImage> broker(NodeId id) {
    return Optional.ofNullable(brokers.get(id));
  }

  /** The node whose term as controller it is; empty before the first. */
  public Optional<NodeId> controller() {
    return quorum.controller();
  }

  /** The nodes whose majority commits metadata; empty on a single node. */
  public Set<NodeId> voters() {
    return quorum.voters();
  }

  /** The nodes that follow the metadata log to become voters. */
  public Set<NodeId> learners() {
    return quorum.learners();
  }

  public QuorumImage quorum() {
    return quorum;
  }

  public Optional<TopicImage> topic(TopicId id) {
    return Optional.ofNullable(topicsById.get(id));
  }

  public Optional<TopicImage> topic(TopicName name) {
    return Optional.ofNullable(topicsByName.get(name));
  }

  /** Empty if there is no such topic, or it has fewer partitions. */
  public Optional<PartitionImage> partition(PartitionId id) {
    return topic(id.topicId())
        .filter(topic -> topic.hasPartition(id.partition()))
        .map(topic -> topic.partitions().get(id.partition()));
  }

  /** All topics, ordered by name. */
  public Collection<TopicImage> topics() {
    return topicsByName.values();
  }

  /** How many partitions all topics have together. */
  public int partitionCount() {
    return partitionCount;
  }

  /** What happened to the topics since an older image. */
  public ImageChanges changesSince(ClusterImage older) {
    List<TopicImage> created = new ArrayList<>();
    List<ImageChanges.Change> changed = new ArrayList<>();
    List<TopicImage> deleted = new ArrayList<>();
    topicsById.differencesTo(
        older.topicsById,
        (before, now) -> {
          if (before == null && now != null) {
            created.add(now);
          } else if (before != null && now == null) {
            deleted.add(before);
          } else if (before != null && now != null) {
            changed.add(new ImageChanges.Change(before, now));
          }
        });
    return new ImageChanges(created, changed, deleted);
  }

  public ClusterImage withVersion(long newVersion) {
    return new ClusterImage(
        newVersion, clusterId, brokers, topicsById, topicsByName, partitionCount, quorum);
  }

  public ClusterImage withClusterId(String newClusterId) {
    return new ClusterImage(
        version, newClusterId, brokers, topicsById, topicsByName, partitionCount, quorum);
  }

  public ClusterImage withQuorum(QuorumImage newQuorum) {
    return new ClusterImage(
        version, clusterId, brokers, topicsById, topicsByName, partitionCount, newQuorum);
  }

  /** A copy with this broker, in place of an earlier one of its id. */
  public ClusterImage withBroker(BrokerImage broker) {
    Map<NodeId, BrokerImage> next = new TreeMap<>(Comparator.comparingInt(NodeId::value));
    next.putAll(brokers);
    next.put(broker.id(), broker);
    return new ClusterImage(
        version,
        clusterId,
        Collections.unmodifiableMap(next),
        topicsById,
        topicsByName,
        partitionCount,
        quorum);
  }

  /**
   * A copy with this topic, in place of an earlier one of its id.
   *
   * @throws IllegalArgumentException if another topic has the name
   */
  public ClusterImage withTopic(TopicImage topic) {
    TopicImage sameName = topicsByName.get(topic.name());
    if (sameName != null && !sameName.id().equals(topic.id())) {
      throw new IllegalArgumentException("two topics with name " + topic.name());
    }
    TopicImage sameId = topicsById.get(topic.id());
    if (sameId != null && sameName == null) {
      throw new IllegalArgumentException("topic " + sameId.name() + " cannot be renamed");
    }
    long priority = priority(topic.id());
    int before = sameId == null ? 0 : sameId.partitions().size();
    return new ClusterImage(
        version,
        clusterId,
        brokers,
        topicsById.with(topic.id(), topic, priority),
        topicsByName.with(topic.name(), topic, priority),
        Math.addExact(partitionCount, topic.partitions().size() - before),
        quorum);
  }

  /** A copy without the topic; this image if there is none of this id. */
  public ClusterImage withoutTopic(TopicId id) {
    TopicImage topic = topicsById.get(id);
    if (topic == null) {
      return this;
    }
    return new ClusterImage(
        version,
        clusterId,
        brokers,
        topicsById.without(id),
        topicsByName.without(topic.name()),
        partitionCount - topic.partitions().size(),
        quorum);
  }

  /** Mixed, so that ids that were counted up do not make a list of the tree. */
  private static long priority(TopicId id) {
    long mixed = (id.mostSignificantBits() * 31 + id.leastSignificantBits()) * 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L;
    return mixed ^ (mixed >>> 32);
  }
}
