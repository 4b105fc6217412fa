package io.millrace.verticle;

import io.millrace.bus.ProduceReply;
import io.millrace.group.GroupRecord;
import io.millrace.model.AppendCondition;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/**
 * The partition of {@code __consumer_offsets} that one coordinator keeps its records in. Each call
 * is answered by one callback, on the caller's thread, after the call has returned.
 */
interface CoordinatorLog {
  /**
   * Reads records from an offset on, as far as they are committed, while led in this epoch. At the
   * end of these it waits a few seconds for all that the log has to be committed too, so that
   * {@link End} says that nothing is missing which an earlier leader has acknowledged.
   */
  void read(long offset, int leaderEpoch, Consumer<Chunk> whenRead);

  /**
   * Appends a batch if the condition holds, and answers once it is committed. Appends are carried
   * out in the order in which they are made. The bytes are not changed by the caller afterwards.
   */
  void append(ByteBuffer batch, AppendCondition condition, Consumer<ProduceReply.Result> whenDone);

  /** What a read comes to. */
  sealed interface Chunk {}

  /**
   * Some records, of each key only the last; they are in the order of the log.
   *
   * @param nextOffset where to read on
   * @param recordCount how many there were, also those that were replaced by later ones
   * @param unknownCount how many are of kinds that this release does not know
   */
  record Records(List<GroupRecord> records, long nextOffset, long recordCount, long unknownCount)
      implements Chunk {}

  /**
   * There is nothing more.
   *
   * @param leaderEpoch that the partition is led in
   * @param endOffset one more than the last committed offset
   */
  record End(int leaderEpoch, long endOffset) implements Chunk {}

  /** The offset is not there any more; the log begins here. */
  record Gone(long logStartOffset) implements Chunk {}

  /** It cannot be read at the moment. */
  record Unreadable(String reason) implements Chunk {}
}
