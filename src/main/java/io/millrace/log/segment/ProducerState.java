package io.millrace.log.segment;

import io.millrace.log.AppendOutcome;
import io.millrace.log.AppendOutcome.Duplicate;
import io.millrace.log.AppendOutcome.Refused;
import io.millrace.model.ErrorCode;
import io.millrace.model.LogDescription.ActiveProducer;
import io.millrace.record.BatchHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The idempotent producers of one partition (KIP-98). A batch is taken only if its first sequence
 * is the one after the producer's last, or 0 under an epoch or a producer id that is new here; a
 * batch that is one of the last five is a duplicate.
 *
 * <p>Who is unknown must begin at 0, unlike in Kafka, where an unknown producer may begin anywhere:
 * so forgetting a producer, by age or because there are too many, can refuse a resend but can never
 * take one twice. Ages are counted on the monotonic clock.
 *
 * <p>Threading: the log's owner thread.
 */
final class ProducerState {
  private static final int HALF_OF_ALL_SEQUENCES = 1 << 30;

  private final int maxProducers;
  private final long expirationNanos;

  /** Longest silent first. */
  private final LinkedHashMap<Long, ProducerEntry> producers = new LinkedHashMap<>(4, 0.75f, true);

  ProducerState(LogLimits limits) {
    this.maxProducers = limits.maxProducerIds();
    this.expirationNanos = TimeUnit.MILLISECONDS.toNanos(limits.producerIdExpirationMs());
  }

  /** Who is remembered, longest silent first. */
  List<ActiveProducer> active() {
    List<ActiveProducer> active = new ArrayList<>(producers.size());
    producers.forEach((id, entry) -> active.add(active(id, entry)));
    return active;
  }

  private static ActiveProducer active(long id, ProducerEntry entry) {
    if (entry.count() == 0) {
      return new ActiveProducer(id, entry.epoch(), -1, -1);
    }
    ProducerEntry.Batch last = entry.batch(entry.count() - 1);
    return new ActiveProducer(id, entry.epoch(), last.lastSequence(), last.appendTimeMs());
  }

  /**
   * Whether a batch may be appended: null if so, else a duplicate or a refusal.
   *
   * @param at position of a batch that has a producer id
   */
  @Nullable AppendOutcome check(ByteBuffer batch, int at, long nowNanos) {
    long id = BatchHeader.producerId(batch, at);
    short epoch = BatchHeader.producerEpoch(batch, at);
    int first = BatchHeader.baseSequence(batch, at);
    if (epoch < 0 || first < 0) {
      return new Refused(
          ErrorCode.INVALID_RECORD,
          "producer id "
              + id
              + " comes with epoch "
              + epoch
              + " and sequence "
              + first
              + ", both must be 0 or more");
    }
    ProducerEntry entry = producers.get(id);
    if (entry == null || isExpired(entry, nowNanos)) {
      return first == 0 ? null : unknown(id, first);
    }
    if (epoch != entry.epoch()) {
      return checkNewEpoch(id, entry.epoch(), epoch, first);
    }
    int ahead = (first - entry.nextSequence()) & Integer.MAX_VALUE;
    if (ahead == 0) {
      return null;
    }
    int last = BatchHeader.lastSequence(batch, at);
    for (int i = entry.count() - 1; i >= 0; i--) {
      ProducerEntry.Batch known = entry.batch(i);
      if (known.firstSequence() == first && known.lastSequence() == last) {
        return new Duplicate(known.baseOffset(), known.lastOffset(), known.appendTimeMs());
      }
    }
    return ahead < HALF_OF_ALL_SEQUENCES
        ? outOfOrder(id, epoch, first, entry.nextSequence())
        : tooOld(id, first, entry);
  }

  private static Refused unknown(long id, int first) {
    return new Refused(
        ErrorCode.UNKNOWN_PRODUCER_ID,
        "producer id "
            + id
            + " is not known here (any more) and its sequence begins at "
            + first
            + ", expected 0: go on under a new epoch");
  }

  private static @Nullable AppendOutcome checkNewEpoch(
      long id, short known, short epoch, int first) {
    if (epoch < known) {
      return new Refused(
          ErrorCode.INVALID_PRODUCER_EPOCH,
          "producer id " + id + " has epoch " + known + " now, the batch has " + epoch);
    }
    return first == 0 ? null : outOfOrder(id, epoch, first, 0);
  }

  private static Refused outOfOrder(long id, short epoch, int first, int expected) {
    return new Refused(
        ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
        "producer id "
            + id
            + ", epoch "
            + epoch
            + ": the batch's sequence begins at "
            + first
            + ", expected "
            + expected);
  }

  private static Refused tooOld(long id, int first, ProducerEntry entry) {
    int oldest = entry.batch(0).firstSequence();
    return first - oldest >= 0
        ? outOfOrder(id, entry.epoch(), first, entry.nextSequence())
        : new Refused(
            ErrorCode.DUPLICATE_SEQUENCE_NUMBER,
            "producer id "
                + id
                + ": sequence "
                + first
                + " was appended before the last "
                + entry.count()
                + " batches, which begin at "
                + oldest);
  }

  /** Takes note of a batch in the log, whatever its sequence. */
  void appended(ByteBuffer batch, int at, long nowNanos) {
    long id = BatchHeader.producerId(batch, at);
    if (id < 0) {
      return;
    }
    short epoch = BatchHeader.producerEpoch(batch, at);
    ProducerEntry.Batch appended =
        new ProducerEntry.Batch(
            BatchHeader.baseSequence(batch, at),
            BatchHeader.lastSequence(batch, at),
            BatchHeader.baseOffset(batch, at),
            BatchHeader.lastOffset(batch, at),
            BatchHeader.isLogAppendTime(batch, at) ? BatchHeader.maxTimestampMs(batch, at) : -1);
    ProducerEntry entry = producers.get(id);
    if (entry == null) {
      makeRoom();
      entry = new ProducerEntry(epoch, nowNanos);
      producers.put(id, entry);
    }
    entry.appended(epoch, appended, nowNanos);
  }

  /** Takes an entry of a snapshot over; its age counts from now. */
  void restore(long id, ProducerEntry entry) {
    makeRoom();
    producers.put(id, entry);
  }

  private void makeRoom() {
    if (producers.size() >= maxProducers) {
      Iterator<Long> longestSilent = producers.keySet().iterator();
      longestSilent.next();
      longestSilent.remove();
    }
  }

  private boolean isExpired(ProducerEntry entry, long nowNanos) {
    return nowNanos - entry.seenNanos() > expirationNanos;
  }

  /** Forgets producers that were silent for too long. */
  void expire(long nowNanos) {
    Iterator<ProducerEntry> entries = producers.values().iterator();
    while (entries.hasNext() && isExpired(entries.next(), nowNanos)) {
      entries.remove();
    }
  }

  void clear() {
    producers.clear();
  }

  int size() {
    return producers.size();
  }

  /** The producers, longest silent first. */
  Iterable<Map.Entry<Long, ProducerEntry>> entries() {
    return producers.entrySet();
  }
}
