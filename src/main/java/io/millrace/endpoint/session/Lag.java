package io.millrace.endpoint.session;

import io.millrace.bus.FetchReply;
import io.millrace.bus.FetchRequest;
import io.millrace.record.BatchHeader;
import io.millrace.record.RecordSlice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far cursors are behind that are not being read, as paused ones: asks their partitions, some
 * at a time, with the one batch at each position, whose timestamp is the age.
 *
 * <p>Threading: its loop's event loop.
 */
final class Lag {
  private static final Logger LOG = LoggerFactory.getLogger(Lag.class);
  private static final int MAX_CURSORS_PER_FETCH = 64;

  private final SessionLoop loop;
  private final List<StreamCursor> cursors;
  private final Consumer<Lag> whenMeasured;
  private int asked;
  private long records;
  private long oldestMs = Long.MAX_VALUE;

  private Lag(SessionLoop loop, List<StreamCursor> cursors, Consumer<Lag> whenMeasured) {
    this.loop = loop;
    this.cursors = cursors;
    this.whenMeasured = whenMeasured;
  }

  /** Calls back, possibly before it returns. Partitions that do not answer count as nothing. */
  static void measure(SessionLoop loop, List<StreamCursor> cursors, Consumer<Lag> whenMeasured) {
    new Lag(loop, cursors, whenMeasured).askNext();
  }

  /** Offsets between the positions and the high watermarks, summed. */
  long records() {
    return records;
  }

  /** Age of the oldest of them. */
  long ms() {
    return oldestMs == Long.MAX_VALUE ? 0 : Math.max(0, loop.time().wallClockMs() - oldestMs);
  }

  private void askNext() {
    if (asked == cursors.size()) {
      whenMeasured.accept(this);
      return;
    }
    int end = Math.min(cursors.size(), asked + MAX_CURSORS_PER_FETCH);
    List<FetchRequest.Entry> entries = new ArrayList<>();
    for (StreamCursor cursor : cursors.subList(asked, end)) {
      entries.add(new FetchRequest.Entry(cursor.partition, cursor.position, -1, 1));
    }
    asked = end;
    long deadline = loop.inMs(loop.limits().requestTimeoutMs());
    long version = loop.image().version();
    var unused =
        loop.partitions()
            .fetch(
                new FetchRequest(entries, 0, Integer.MAX_VALUE, version, deadline),
                reply -> {
                  for (int i = 0; i < entries.size(); i++) {
                    add(entries.get(i).offset(), reply.results().get(i));
                  }
                  askNext();
                });
  }

  private void add(long position, FetchReply.Result result) {
    long first = Math.max(position, result.logStartOffset());
    records += Math.max(0, result.highWatermark() - first);
    result
        .slice()
        .ifPresent(
            slice -> {
              addAge(slice);
              slice.release();
            });
  }

  private void addAge(RecordSlice slice) {
    ByteBuffer header = ByteBuffer.allocate(BatchHeader.SIZE_BYTES);
    try {
      JsonDelivery.readFully(slice, 0, header);
      oldestMs = Math.min(oldestMs, BatchHeader.baseTimestampMs(header, 0));
    } catch (IOException e) {
      // A stream that goes on says what is wrong with the partition.
      LOG.debug("the age of a record could not be read", e);
    }
  }
}
