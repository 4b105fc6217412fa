package io.millrace.endpoint.session;

import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The plain records of this loop's clients on their way to the log: one {@link EndpointProducer}
 * per partition, and one bound on the bytes that wait in all of them.
 *
 * <p>Invariant: {@code 0 <= waitingBytes <= stream.batch.buffer.bytes}, unless one request alone is
 * larger.
 *
 * <p>Threading: its loop's event loop.
 */
final class EndpointProducers {
  private final SessionLoop loop;
  private final Map<PartitionId, EndpointProducer> byPartition = new HashMap<>();
  private final Map<String, Integer> turns = new HashMap<>();
  private long waitingBytes;

  EndpointProducers(SessionLoop loop) {
    this.loop = loop;
  }

  EndpointProducer of(PartitionId partition) {
    return byPartition.computeIfAbsent(
        partition, missing -> new EndpointProducer(loop, this, missing));
  }

  /** The next partition of a topic for records without a key: evenly, a request at a time. */
  int nextTurn(String topic, int partitions) {
    int turn = turns.merge(topic, 1, Integer::sum);
    return Math.floorMod(turn, partitions);
  }

  /**
   * @throws StreamException THROTTLED if too much waits already
   */
  void reserve(long sizeBytes) {
    int limit = loop.limits().batchBufferBytes();
    if (waitingBytes > 0 && waitingBytes + sizeBytes > limit) {
      throw new StreamException(
          ErrorCode.THROTTLED,
          waitingBytes
              + " bytes of plain records wait to be written, the limit is "
              + limit
              + " (stream.batch.buffer.bytes); send them again a little later");
    }
    waitingBytes += sizeBytes;
  }

  void giveBack(long sizeBytes) {
    waitingBytes -= sizeBytes;
  }

  long waitingBytes() {
    return waitingBytes;
  }

  /** A producer has nothing to do and no sequence to keep. */
  void forget(PartitionId partition) {
    byPartition.remove(partition);
  }

  /** Answers everything that waits. */
  void close() {
    List.copyOf(byPartition.values()).forEach(EndpointProducer::close);
    byPartition.clear();
  }
}
