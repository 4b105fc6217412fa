package io.millrace.endpoint.session;

import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.TopicId;
import io.millrace.model.group.TopicPartitions;
import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Brings what a stream reads to what its group wants it to read.
 *
 * <pre>
 *   wanted -- its place is found --> READING -- wanted no more --> REVOKED -- released --> gone
 *   any -- the member is lost --> gone
 * </pre>
 *
 * <p>Invariant: each partition is in one of {@code starting}, {@code reading} and {@code revoked}
 * at most, and nothing is delivered of one that is not in {@code reading}.
 *
 * <p>Threading: its session's.
 */
final class GroupAssignment {
  private static final int RETRY_MS = 200;
  private static final int TOLD_AFTER = 10;

  /** What the stream does with it. */
  interface Reader {
    void begin(List<StreamCursor> cursors, GroupStarts.Found found);

    void stop(Set<PartitionId> partitions);

    /** Something was given up of which the client never heard. */
    void onFreed();

    void onTrouble(StreamException why);
  }

  private final SessionLoop loop;
  private final GroupStarts starts;
  private final Reader reader;
  private final Set<PartitionId> wanted = new LinkedHashSet<>();
  private final Map<PartitionId, StreamCursor> starting = new LinkedHashMap<>();
  private final Set<PartitionId> reading = new LinkedHashSet<>();
  private final Set<PartitionId> revoked = new LinkedHashSet<>();
  private boolean closed;
  private int failures;
  private int generation;

  GroupAssignment(SessionLoop loop, GroupStarts starts, Reader reader) {
    this.loop = loop;
    this.starts = starts;
    this.reader = reader;
  }

  /** The coordinator's newest word. */
  void want(List<TopicPartitions> assignment) {
    wanted.clear();
    for (TopicPartitions ofTopic : assignment) {
      ofTopic.partitions().forEach(p -> wanted.add(new PartitionId(ofTopic.topicId(), p)));
    }
    reconcile();
  }

  /** Takes what is wanted and can be had, gives up what is not wanted. */
  void reconcile() {
    if (closed) {
      return;
    }
    boolean freed = starting.keySet().retainAll(wanted);
    Set<PartitionId> toRevoke = new LinkedHashSet<>(reading);
    toRevoke.removeAll(wanted);
    if (!toRevoke.isEmpty()) {
      reading.removeAll(toRevoke);
      revoked.addAll(toRevoke);
      reader.stop(toRevoke);
    }
    List<StreamCursor> added = new ArrayList<>();
    for (PartitionId partition : wanted) {
      boolean isNew =
          !starting.containsKey(partition)
              && !reading.contains(partition)
              && !revoked.contains(partition);
      // A topic that this node has not heard of yet comes with the next image.
      Optional<TopicImage> topic = loop.image().topic(partition.topicId());
      if (isNew && topic.isPresent() && topic.get().hasPartition(partition.partition())) {
        StreamCursor cursor = new StreamCursor(partition, topic.get().name(), 0);
        starting.put(partition, cursor);
        added.add(cursor);
      }
    }
    if (!added.isEmpty()) {
      find(added);
    }
    if (freed) {
      reader.onFreed();
    }
  }

  private void find(List<StreamCursor> cursors) {
    int mine = generation;
    starts
        .find(cursors)
        .onComplete(
            found -> {
              List<StreamCursor> current =
                  cursors.stream().filter(c -> starting.get(c.partition) == c).toList();
              if (closed || mine != generation || current.isEmpty()) {
                return;
              }
              if (found.succeeded()) {
                failures = 0;
                begin(current, found.result());
              } else {
                retry(current, GroupMembership.known(found.cause()));
              }
            });
  }

  private void begin(List<StreamCursor> cursors, GroupStarts.Found found) {
    for (StreamCursor cursor : cursors) {
      starting.remove(cursor.partition);
      reading.add(cursor.partition);
    }
    reader.begin(cursors, found);
  }

  private void retry(List<StreamCursor> cursors, StreamException why) {
    if (++failures == TOLD_AFTER) {
      reader.onTrouble(why);
    }
    loop.timers()
        .at(
            loop.inMs(RETRY_MS),
            () -> {
              List<StreamCursor> current =
                  cursors.stream().filter(c -> starting.get(c.partition) == c).toList();
              if (!closed && !current.isEmpty()) {
                find(current);
              }
            });
  }

  /** The client works on these no more and their positions are committed. */
  void released(Set<PartitionId> partitions) {
    revoked.removeAll(partitions);
    reconcile();
  }

  /** The topic of these is gone: there is nothing to release. */
  void gone(PartitionId partition) {
    reading.remove(partition);
    revoked.remove(partition);
    starting.remove(partition);
  }

  /** Forgets everything; what the client had. */
  Set<PartitionId> lose() {
    generation++;
    Set<PartitionId> had = new LinkedHashSet<>(reading);
    had.addAll(revoked);
    wanted.clear();
    starting.clear();
    reading.clear();
    revoked.clear();
    return had;
  }

  void close() {
    closed = true;
  }

  boolean isReading() {
    return !reading.isEmpty();
  }

  Set<PartitionId> revoked() {
    return Set.copyOf(revoked);
  }

  /** What must not be given to others yet. */
  List<TopicPartitions> owned() {
    Map<TopicId, TreeSet<Integer>> byTopic = new LinkedHashMap<>();
    List.of(starting.keySet(), reading, revoked)
        .forEach(
            set ->
                set.forEach(
                    p ->
                        byTopic
                            .computeIfAbsent(p.topicId(), id -> new TreeSet<>())
                            .add(p.partition())));
    List<TopicPartitions> owned = new ArrayList<>();
    byTopic.forEach(
        (id, partitions) -> owned.add(new TopicPartitions(id, List.copyOf(partitions))));
    return owned;
  }
}
