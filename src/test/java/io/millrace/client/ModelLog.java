package io.millrace.client;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.record.BatchHeader;
import io.millrace.record.RecordReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a partition's log is to a producer: it takes each batch of a sequence once, in order. */
final class ModelLog {
  private static final int REMEMBERED = 5;

  private final List<String> values = new ArrayList<>();
  private final List<ByteBuffer> batches = new ArrayList<>();
  private final Map<Long, Map<Short, Deque<Entry>>> producers = new HashMap<>();
  private final Map<Long, Short> epochs = new HashMap<>();

  private record Entry(int baseSequence, int lastSequence, long baseOffset) {}

  /** The base offset: of now, or of then if it is a duplicate. */
  long append(ByteBuffer batch) {
    BatchHeader.requireValid(batch, 0);
    long producerId = BatchHeader.producerId(batch, 0);
    if (producerId != BatchHeader.NO_PRODUCER_ID) {
      short epoch = BatchHeader.producerEpoch(batch, 0);
      short knownEpoch = epochs.getOrDefault(producerId, epoch);
      if (epoch < knownEpoch) {
        throw new StreamException(ErrorCode.INVALID_PRODUCER_EPOCH);
      }
      if (BatchHeader.baseSequence(batch, 0) != 0 && !producers.containsKey(producerId)) {
        throw new StreamException(ErrorCode.UNKNOWN_PRODUCER_ID);
      }
      Deque<Entry> known =
          producers
              .computeIfAbsent(producerId, id -> new TreeMap<>())
              .computeIfAbsent(epoch, missing -> new ArrayDeque<>());
      int first = BatchHeader.baseSequence(batch, 0);
      int last = BatchHeader.lastSequence(batch, 0);
      for (Entry entry : known) {
        if (entry.baseSequence() == first && entry.lastSequence() == last) {
          return entry.baseOffset();
        }
      }
      int expected =
          known.isEmpty() ? 0 : BatchHeader.sequenceAfter(known.getLast().lastSequence(), 1);
      if (first != expected) {
        throw new StreamException(
            first < expected
                ? ErrorCode.DUPLICATE_SEQUENCE_NUMBER
                : ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
            "sequence " + first + ", expected " + expected);
      }
      epochs.put(producerId, epoch);
      known.add(new Entry(first, last, values.size()));
      if (known.size() > REMEMBERED) {
        known.removeFirst();
      }
    }
    return store(batch);
  }

  private long store(ByteBuffer batch) {
    long baseOffset = values.size();
    ByteBuffer copy = ByteBuffer.allocate(batch.remaining()).put(batch.duplicate()).flip();
    BatchHeader.setBaseOffset(copy, 0, baseOffset);
    batches.add(copy);
    try (RecordReader reader = RecordReader.of(batch, 0, 1 << 26)) {
      while (reader.advance()) {
        values.add(StandardCharsets.UTF_8.decode(reader.value()).toString());
      }
    }
    return baseOffset;
  }

  /** Forgets what producers wrote, as after their expiration. */
  void forgetProducers() {
    producers.clear();
    epochs.clear();
  }

  /** The values by offset. */
  List<String> values() {
    return values;
  }

  /** The stored batches, in order. */
  List<ByteBuffer> batches() {
    return batches;
  }
}
