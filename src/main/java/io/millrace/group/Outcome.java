package io.millrace.group;

import java.util.List;

/**
 * What an event leads to.
 *
 * @param records to be replayed at once, in this order, and appended as one batch
 * @param replies that leave once these records, and all that were decided before, are committed
 */
public record Outcome(List<GroupRecord> records, List<Reply> replies) {
  public static final Outcome NOTHING = new Outcome(List.of(), List.of());

  public Outcome {
    records = List.copyOf(records);
    replies = List.copyOf(replies);
  }

  public boolean isNothing() {
    return records.isEmpty() && replies.isEmpty();
  }
}
