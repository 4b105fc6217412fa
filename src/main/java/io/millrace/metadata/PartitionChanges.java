package io.millrace.metadata;

import io.millrace.metadata.MetadataRecord.PartitionsChanged;
import io.millrace.model.TopicId;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/** What becomes of partitions, collected into one fact for each topic. */
final class PartitionChanges {
  private final Map<TopicId, List<PartitionImage>> byTopic = new LinkedHashMap<>();
  private int count;

  /** The changes that a decision about each of some partitions makes. */
  static PartitionChanges of(
      ClusterImage image,
      Predicate<PartitionImage> some,
      BiConsumer<TopicImage, PartitionDraft> decision) {
    PartitionChanges changes = new PartitionChanges();
    for (TopicImage topic : image.topics()) {
      for (PartitionImage partition : topic.partitions()) {
        if (some.test(partition)) {
          PartitionDraft draft = new PartitionDraft(topic, partition);
          decision.accept(topic, draft);
          changes.add(topic, partition, draft.finished());
        }
      }
    }
    return changes;
  }

  /** Adds the partition as it is now, if it is another than before. */
  void add(TopicImage topic, PartitionImage before, PartitionImage now) {
    if (!now.equals(before)) {
      byTopic.computeIfAbsent(topic.id(), id -> new ArrayList<>()).add(now);
      count++;
    }
  }

  int count() {
    return count;
  }

  List<MetadataRecord> records() {
    List<MetadataRecord> records = new ArrayList<>();
    byTopic.forEach((topic, partitions) -> records.add(new PartitionsChanged(topic, partitions)));
    return records;
  }
}
