package io.millrace.model.image;

import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.config.SettingValues;
import java.util.List;

/**
 * A topic: its partitions in order of their number, and its settings.
 *
 * @param replicationGrows whether it was created with the default number of replicas, and so gets
 *     more of them as brokers join
 */
public record TopicImage(
    TopicId id,
    TopicName name,
    List<PartitionImage> partitions,
    SettingValues settings,
    boolean replicationGrows) {
  public TopicImage {
    partitions = List.copyOf(partitions);
  }

  /** A topic that keeps the number of replicas that it has. */
  public TopicImage(
      TopicId id, TopicName name, List<PartitionImage> partitions, SettingValues settings) {
    this(id, name, partitions, settings, false);
  }

  /** Whether only the server itself writes to the topic. */
  public boolean isInternal() {
    return name.isInternal();
  }

  public PartitionId partitionId(int partition) {
    return new PartitionId(id, partition);
  }

  public boolean hasPartition(int partition) {
    return partition >= 0 && partition < partitions.size();
  }
}
