package io.millrace.model.image;

import io.millrace.model.NodeId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * All of the cluster's metadata at one version. Versions are the indexes of the metadata log's
 * records, so of two images the one with the larger version knows more.
 */
public final class ClusterImage {
  private final long version;
  private final String clusterId;
  private final Map<NodeId, BrokerImage> brokers;
  private final Map<TopicId, TopicImage> topicsById;
  private final Map<TopicName, TopicImage> topicsByName;

  public ClusterImage(
      long version,
      String clusterId,
      Collection<BrokerImage> brokers,
      Collection<TopicImage> topics) {
    this.version = version;
    this.clusterId = clusterId;
    Map<NodeId, BrokerImage> brokersById = new java.util.HashMap<>();
    brokers.forEach(broker -> brokersById.put(broker.id(), broker));
    this.brokers = Map.copyOf(brokersById);
    Map<TopicId, TopicImage> byId = new java.util.HashMap<>();
    Map<TopicName, TopicImage> byName = new TreeMap<>();
    for (TopicImage topic : topics) {
      byId.put(topic.id(), topic);
      byName.put(topic.name(), topic);
    }
    this.topicsById = Map.copyOf(byId);
    this.topicsByName = java.util.Collections.unmodifiableMap(byName);
  }

  /** Of a cluster that has no record yet. */
  public static ClusterImage empty() {
    return new ClusterImage(0, "", java.util.List.of(), java.util.List.of());
  }

  public long version() {
    return version;
  }

  /** 22 characters of URL-safe base64; empty before the cluster is founded. */
  public String clusterId() {
    return clusterId;
  }

  public Collection<BrokerImage> brokers() {
    return brokers.values();
  }

  public Optional<BrokerImage> broker(NodeId id) {
    return Optional.ofNullable(brokers.get(id));
  }

  public Optional<TopicImage> topic(TopicId id) {
    return Optional.ofNullable(topicsById.get(id));
  }

  public Optional<TopicImage> topic(TopicName name) {
    return Optional.ofNullable(topicsByName.get(name));
  }

  /** All topics, ordered by name. */
  public Collection<TopicImage> topics() {
    return topicsByName.values();
  }
}
