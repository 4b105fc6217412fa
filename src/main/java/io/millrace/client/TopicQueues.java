package io.millrace.client;

import io.millrace.client.PartitionQueue.Appended;
import io.millrace.client.PartitionQueue.Begin;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.vertx.core.Completable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The records of one topic: chooses each one's partition, and keeps those that come before the
 * number of partitions is known, in their order.
 *
 * <p>Threading: any thread appends; the loop does the rest.
 */
final class TopicQueues {
  private final String topic;
  private final Partitioner partitioner;
  private final BufferMemory memory;
  private final Loop loop;

  private volatile @Nullable List<PartitionQueue> queues; // Null until the topic is known.
  private volatile int filling = -1; // Where batches without a chosen partition go now.

  // Guarded by parked.
  private final ArrayDeque<Parked> parked = new ArrayDeque<>();
  private @Nullable StreamException refusal; // Why no more records may wait.

  /** A record that waits for its topic to be known. */
  private record Parked(
      ProducerRecord record,
      long sizeBound,
      long sinceNanos,
      @Nullable Completable<RecordMetadata> whoWaits) {}

  TopicQueues(String topic, Partitioner partitioner, BufferMemory memory, Loop loop) {
    this.topic = topic;
    this.partitioner = partitioner;
    this.memory = memory;
    this.loop = loop;
  }

  String topic() {
    return topic;
  }

  boolean isKnown() {
    return queues != null;
  }

  /**
   * Takes a record in.
   *
   * @return whether there was room
   * @throws StreamException if it can never be sent
   */
  boolean append(
      ProducerRecord record, long sizeBound, @Nullable Completable<RecordMetadata> whoWaits) {
    List<PartitionQueue> known = queues;
    if (known == null) {
      synchronized (parked) {
        known = queues;
        if (known == null) {
          return park(record, sizeBound, whoWaits);
        }
      }
    }
    return append(known, record, sizeBound, whoWaits, Begin.IF_THERE_IS_MEMORY);
  }

  private boolean park(
      ProducerRecord record, long sizeBound, @Nullable Completable<RecordMetadata> whoWaits) {
    if (refusal != null) {
      throw refusal;
    }
    if (!memory.tryReserve(sizeBound)) {
      return false;
    }
    parked.add(new Parked(record, sizeBound, loop.nanoTime(), whoWaits));
    return true;
  }

  private boolean append(
      List<PartitionQueue> known,
      ProducerRecord record,
      long sizeBound,
      @Nullable Completable<RecordMetadata> whoWaits,
      Begin mayBegin) {
    int chosen = record.partition();
    if (chosen == ProducerRecord.ANY_PARTITION) {
      chosen = partitioner.partition(record, known.size());
    }
    if (chosen == ProducerRecord.ANY_PARTITION) {
      return appendAnywhere(known, record, sizeBound, whoWaits, mayBegin);
    }
    if (chosen < 0 || chosen >= known.size()) {
      throw new StreamException(
          ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
          "a record is for partition "
              + chosen
              + " of topic "
              + topic
              + ", which has the partitions 0 to "
              + (known.size() - 1));
    }
    return outcome(known.get(chosen).append(record, sizeBound, whoWaits, mayBegin));
  }

  /**
   * Batches without a chosen partition go around: one is filled until it is full or has left, then
   * the next partition's turn begins. So they are as large as can be, and even.
   */
  private boolean appendAnywhere(
      List<PartitionQueue> known,
      ProducerRecord record,
      long sizeBound,
      @Nullable Completable<RecordMetadata> whoWaits,
      Begin mayBegin) {
    int at = filling;
    if (at >= 0 && at < known.size()) {
      Appended appended = known.get(at).append(record, sizeBound, whoWaits, Begin.NO);
      if (appended != Appended.NO_BATCH) {
        return outcome(appended);
      }
    }
    int first = at < 0 ? ThreadLocalRandom.current().nextInt(known.size()) : at + 1;
    int next = first % known.size();
    filling = next;
    return outcome(known.get(next).append(record, sizeBound, whoWaits, mayBegin));
  }

  private static boolean outcome(Appended appended) {
    if (appended == Appended.CLOSED) {
      throw Failures.closed("producer");
    }
    return appended == Appended.YES;
  }

  /**
   * Says which partitions there are, and lets the parked records go to them.
   *
   * @param known one queue for each partition
   */
  void resolve(List<PartitionQueue> known) {
    List<Parked> failed = new ArrayList<>();
    List<StreamException> failures = new ArrayList<>();
    synchronized (parked) {
      for (Parked waiting : parked) {
        memory.release(waiting.sizeBound());
        try {
          append(known, waiting.record(), waiting.sizeBound(), waiting.whoWaits(), Begin.ALWAYS);
        } catch (RuntimeException e) {
          failed.add(waiting);
          failures.add(Failures.of(e));
        }
      }
      parked.clear();
      queues = List.copyOf(known);
    }
    for (int i = 0; i < failed.size(); i++) {
      tell(failed.get(i), failures.get(i));
    }
  }

  /** Fails the records that wait for longer than {@code nanos} for their topic. */
  void expireParked(long nanos, StreamException cause) {
    List<Parked> expired = new ArrayList<>();
    long now = loop.nanoTime();
    synchronized (parked) {
      while (!parked.isEmpty() && now - parked.element().sinceNanos() >= nanos) {
        expired.add(parked.remove());
      }
    }
    drop(expired, cause);
  }

  /** Fails all the records that wait for their topic, and those that come to wait. */
  void refuse(StreamException cause) {
    List<Parked> all;
    synchronized (parked) {
      refusal = cause;
      all = List.copyOf(parked);
      parked.clear();
    }
    drop(all, cause);
  }

  boolean hasParked() {
    synchronized (parked) {
      return !parked.isEmpty();
    }
  }

  private void drop(List<Parked> dropped, StreamException cause) {
    dropped.forEach(waiting -> memory.release(waiting.sizeBound()));
    dropped.forEach(waiting -> tell(waiting, cause));
  }

  private void tell(Parked waiting, StreamException failure) {
    Completable<RecordMetadata> who = waiting.whoWaits();
    if (who == null) {
      return;
    }
    try {
      who.complete(null, failure);
    } catch (RuntimeException e) {
      loop.report(e);
    }
  }
}
