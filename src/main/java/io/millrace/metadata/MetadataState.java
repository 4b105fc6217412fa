package io.millrace.metadata;

import io.millrace.metadata.MetadataRecord.BrokerRegistered;
import io.millrace.metadata.MetadataRecord.ClusterFounded;
import io.millrace.metadata.MetadataRecord.SnapshotBegun;
import io.millrace.metadata.MetadataRecord.TopicCreated;
import io.millrace.metadata.MetadataRecord.VotersChanged;
import io.millrace.model.image.ClusterImage;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything that the metadata log up to one index says: the image that all of the node sees, and
 * what only the controller needs.
 *
 * @param cluster the image; its version is the index
 * @param metadataVersion which facts the log may hold, 0 before the cluster is founded
 * @param controllerTerm the term that proposals must be of, 0 before the first
 * @param lastProposal number of the last proposal that counted
 * @param nextProducerId the first producer id that was never given away
 */
public record MetadataState(
    ClusterImage cluster,
    int metadataVersion,
    long controllerTerm,
    long lastProposal,
    long nextProducerId) {
  /** The facts that this build knows; a log of a higher version is refused. */
  public static final int SUPPORTED_VERSION = 4;

  /** From which on partitions have eligible leader replicas. */
  static final int ELIGIBLE_LEADERS_VERSION = 4;

  /** Of the schemas that facts which follow are written with. */
  public int writtenVersion() {
    return isFounded() ? metadataVersion : SUPPORTED_VERSION;
  }

  /** Of an empty log. */
  public static MetadataState empty() {
    return new MetadataState(ClusterImage.empty(), 0, 0, 0, 0);
  }

  /** The index of the last entry that this state includes, 0 for none. */
  public long index() {
    return cluster.version();
  }

  public boolean isFounded() {
    return metadataVersion > 0;
  }

  /** The facts from which {@link ImageApplier#restore} makes this state again. */
  public List<MetadataRecord> toRecords() {
    List<MetadataRecord> records = new ArrayList<>();
    records.add(
        new SnapshotBegun(controllerTerm, lastProposal, nextProducerId, cluster.controller()));
    if (isFounded()) {
      records.add(new ClusterFounded(cluster.clusterId(), metadataVersion));
    }
    if (!cluster.voters().isEmpty()) {
      records.add(
          new VotersChanged(List.copyOf(cluster.voters()), List.copyOf(cluster.learners())));
    }
    cluster.brokers().forEach(broker -> records.add(new BrokerRegistered(broker)));
    cluster
        .topics()
        .forEach(
            topic ->
                records.add(
                    new TopicCreated(
                        topic.id(),
                        topic.name(),
                        topic.partitions(),
                        topic.settings().given(),
                        topic.replicationGrows())));
    return records;
  }
}
