package io.millrace.metadata;

import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import io.millrace.model.TopicId;
import io.millrace.model.image.BrokerImage;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Which cluster a node belongs to, and as whom. The metadata log says it first, the data directory
 * after it: a directory without an identity beside a log that has one means that the first start
 * was cut short between the two, never the other way round.
 *
 * @param clusterId 22 characters of URL-safe base64
 */
public record Membership(String clusterId, NodeId nodeId) {

  /**
   * Decides it for a node whose metadata log is its own.
   *
   * @param inDirectory what the data directory says, empty if it says nothing yet
   * @param configuredNodeId {@code node.id}, -1 to choose
   * @param recovered what the metadata log says
   * @param random makes the id of a new cluster; a secure one
   * @throws StreamException CLUSTER_ID_MISMATCH, STORAGE_ERROR or INVALID_CONFIG if these
   *     contradict each other
   */
  public static Membership decide(
      Optional<Membership> inDirectory,
      int configuredNodeId,
      MetadataState recovered,
      RandomGenerator random) {
    String clusterId = clusterId(inDirectory, recovered, random);
    return new Membership(clusterId, nodeId(inDirectory, configuredNodeId, recovered));
  }

  private static String clusterId(
      Optional<Membership> inDirectory, MetadataState recovered, RandomGenerator random) {
    if (inDirectory.isEmpty()) {
      return recovered.isFounded() ? recovered.cluster().clusterId() : newClusterId(random);
    }
    String known = inDirectory.get().clusterId();
    if (!recovered.isFounded()) {
      throw new StreamException(
          ErrorCode.STORAGE_ERROR,
          "the data directory belongs to cluster "
              + known
              + ", but its metadata log is empty: it was lost or taken away; bring the directory"
              + " 'metadata' back, or start with an empty data directory");
    }
    if (!recovered.cluster().clusterId().equals(known)) {
      throw new StreamException(
          ErrorCode.CLUSTER_ID_MISMATCH,
          "the data directory belongs to cluster "
              + known
              + ", but its metadata log to cluster "
              + recovered.cluster().clusterId()
              + "; one of the two was copied from elsewhere, bring the right one back");
    }
    return known;
  }

  private static NodeId nodeId(
      Optional<Membership> inDirectory, int configuredNodeId, MetadataState recovered) {
    Optional<NodeId> known =
        inDirectory
            .map(Membership::nodeId)
            .or(() -> recovered.cluster().brokers().stream().findFirst().map(BrokerImage::id));
    if (known.isEmpty()) {
      return new NodeId(Math.max(configuredNodeId, 0));
    }
    if (configuredNodeId >= 0 && configuredNodeId != known.get().value()) {
      throw new StreamException(
          ErrorCode.INVALID_CONFIG,
          "node.id is "
              + configuredNodeId
              + ", but the data directory was written by node "
              + known.get()
              + "; leave node.id out, or name the right data.dir");
    }
    return known.get();
  }

  private static String newClusterId(RandomGenerator random) {
    String id;
    do {
      id = new TopicId(random.nextLong(), random.nextLong()).toString();
    } while (id.startsWith("-"));
    return id;
  }
}
