package io.millrace.endpoint.session;

import io.millrace.model.PartitionId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One reader per partition for all the cursors of this loop that have caught up.
 *
 * <p>Threading: its loop's event loop.
 */
final class Tailers {
  private final SessionLoop loop;
  private final Map<PartitionId, Tailer> byPartition = new HashMap<>();

  Tailers(SessionLoop loop) {
    this.loop = loop;
  }

  /**
   * Follows the partition from the cursor's position on; does nothing if the reader is past that
   * position, so that there is something to read at once.
   */
  void join(RecordStream stream, StreamCursor cursor) {
    Tailer tailer = byPartition.get(cursor.partition);
    if (tailer == null) {
      tailer = new Tailer(loop, cursor.partition, cursor.position);
      byPartition.put(cursor.partition, tailer);
    } else if (tailer.position() > cursor.position) {
      return;
    }
    tailer.add(stream, cursor);
  }

  void leave(StreamCursor cursor) {
    Tailer tailer = byPartition.get(cursor.partition);
    if (tailer != null) {
      tailer.remove(cursor);
    }
  }

  /** Nobody follows it any more. */
  void remove(PartitionId partition, Tailer tailer) {
    byPartition.remove(partition, tailer);
  }

  /** Partitions that are followed. */
  int size() {
    return byPartition.size();
  }

  void close() {
    List.copyOf(byPartition.values()).forEach(Tailer::close);
  }
}
