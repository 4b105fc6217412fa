package io.millrace.model.image;

import java.util.List;

/**
 * What happened to the topics between two images. Made in time that grows with the number of
 * changes, not of topics.
 *
 * @param created topics that the older image does not have
 * @param changed topics of both whose partitions or settings differ
 * @param deleted topics that the newer image does not have, as they were
 */
public record ImageChanges(
    List<TopicImage> created, List<Change> changed, List<TopicImage> deleted) {
  public ImageChanges {
    created = List.copyOf(created);
    changed = List.copyOf(changed);
    deleted = List.copyOf(deleted);
  }

  /** One topic before and after. */
  public record Change(TopicImage before, TopicImage now) {}

  public boolean isEmpty() {
    return created.isEmpty() && changed.isEmpty() && deleted.isEmpty();
  }
}
