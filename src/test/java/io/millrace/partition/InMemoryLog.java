package io.millrace.partition;

import io.millrace.log.AppendOutcome;
import io.millrace.log.LogTask;
import io.millrace.log.PartitionLog;
import io.millrace.log.ReadOutcome;
import io.millrace.model.ErrorCode;
import io.millrace.model.LogDescription;
import io.millrace.model.config.SettingValues;
import io.millrace.record.BatchHeader;
import io.millrace.record.BufferSlice;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * A log without a disk: what a flush makes durable is a number, and a loss of power takes the rest.
 * Appends can be made to fail.
 */
public final class InMemoryLog implements PartitionLog {
  private final List<byte[]> batches = new ArrayList<>();
  private long startOffset;
  private long endOffset;
  private long durableEndOffset;
  private long persistedEndOffset;
  private long flushCeiling = Long.MAX_VALUE;
  private final TreeMap<Integer, Long> epochStarts = new TreeMap<>();
  private int latestEpoch = -1;
  private Optional<String> damage = Optional.empty();
  private OptionalLong damagedFrom = OptionalLong.empty();
  private boolean cold;
  private boolean closed;

  /** Every read needs a task from now on. */
  public void setCold(boolean isCold) {
    cold = isCold;
  }

  public boolean isClosed() {
    return closed;
  }

  @Override
  public long startOffset() {
    return startOffset;
  }

  @Override
  public long firstOffset() {
    return batches.isEmpty()
        ? startOffset
        : Math.min(startOffset, BatchHeader.baseOffset(ByteBuffer.wrap(batches.get(0)), 0));
  }

  @Override
  public long endOffset() {
    return endOffset;
  }

  @Override
  public long durableEndOffset() {
    return durableEndOffset;
  }

  @Override
  public int latestEpoch() {
    return latestEpoch;
  }

  @Override
  public LogDescription describe() {
    return new LogDescription(sizeBytes(), startOffset(), endOffset(), latestEpoch(), List.of());
  }

  @Override
  public long sizeBytes() {
    return batches.stream().mapToLong(batch -> batch.length).sum();
  }

  @Override
  public Optional<String> damage() {
    return damage;
  }

  @Override
  public AppendOutcome append(ByteBuffer batch, int leaderEpoch) {
    if (damage.isPresent()) {
      return new AppendOutcome.Refused(ErrorCode.STORAGE_ERROR, damage.get());
    }
    int at = batch.position();
    if (!BatchHeader.crcMatches(batch, at)) {
      return new AppendOutcome.Refused(ErrorCode.CORRUPT_MESSAGE, "the checksum is wrong");
    }
    Optional<AppendOutcome> duplicate = duplicateOf(batch, at);
    if (duplicate.isPresent()) {
      return duplicate.get();
    }
    BatchHeader.setBaseOffset(batch, at, endOffset);
    BatchHeader.setLeaderEpoch(batch, at, leaderEpoch);
    long baseOffset = endOffset;
    store(batch, at, batch.remaining());
    return new AppendOutcome.Appended(baseOffset, endOffset - 1, -1);
  }

  private void store(ByteBuffer batch, int at, int sizeBytes) {
    byte[] bytes = new byte[sizeBytes];
    batch.get(at, bytes);
    batches.add(bytes);
    endOffset = BatchHeader.nextOffset(batch, at);
    latestEpoch = BatchHeader.leaderEpoch(batch, at);
    epochStarts.putIfAbsent(latestEpoch, BatchHeader.baseOffset(batch, at));
  }

  @Override
  public AppendOutcome appendAsFollower(ByteBuffer appended, int leaderEpoch) {
    if (damage.isPresent()) {
      return new AppendOutcome.Refused(ErrorCode.STORAGE_ERROR, damage.get());
    }
    long base = endOffset;
    int at = appended.position();
    while (at < appended.limit()) {
      int sizeBytes = BatchHeader.sizeBytes(appended, at);
      if (!BatchHeader.crcMatches(appended, at)) {
        return new AppendOutcome.Refused(ErrorCode.CORRUPT_MESSAGE, "the checksum is wrong");
      }
      if (BatchHeader.baseOffset(appended, at) != endOffset) {
        return new AppendOutcome.Refused(ErrorCode.OFFSET_OUT_OF_RANGE, "not the next offset");
      }
      int epoch = BatchHeader.leaderEpoch(appended, at);
      if (epoch < Math.max(0, latestEpoch) || epoch > leaderEpoch) {
        return new AppendOutcome.Refused(ErrorCode.FENCED_LEADER_EPOCH, "not the next epoch");
      }
      store(appended, at, sizeBytes);
      at += sizeBytes;
    }
    return new AppendOutcome.Appended(base, endOffset - 1, -1);
  }

  private Optional<AppendOutcome> duplicateOf(ByteBuffer batch, int at) {
    if (BatchHeader.producerId(batch, at) == BatchHeader.NO_PRODUCER_ID) {
      return Optional.empty();
    }
    for (int i = batches.size() - 1; i >= 0; i--) {
      ByteBuffer there = ByteBuffer.wrap(batches.get(i));
      if (BatchHeader.producerId(there, 0) != BatchHeader.producerId(batch, at)) {
        continue;
      }
      if (BatchHeader.baseSequence(there, 0) < BatchHeader.baseSequence(batch, at)) {
        return Optional.empty(); // A producer's sequences grow along the log.
      }
      if (BatchHeader.baseSequence(there, 0) == BatchHeader.baseSequence(batch, at)) {
        return Optional.of(
            new AppendOutcome.Duplicate(
                BatchHeader.baseOffset(there, 0), BatchHeader.lastOffset(there, 0), -1));
      }
    }
    return Optional.empty();
  }

  @Override
  public ReadOutcome read(long offset, int maxBytes, long limitOffsetExclusive) {
    return read(offset, maxBytes, limitOffsetExclusive, startOffset);
  }

  private ReadOutcome read(long offset, int maxBytes, long limitOffsetExclusive, long lowest) {
    if (offset < lowest || offset > endOffset) {
      return new ReadOutcome.OutOfRange(lowest, endOffset);
    }
    if (cold) {
      // The task runs on another thread and so reads what was there when it was made.
      List<byte[]> now = List.copyOf(batches);
      return new ReadOutcome.Cold(() -> readFrom(now, offset, maxBytes, limitOffsetExclusive));
    }
    return readFrom(batchesFrom(offset), offset, maxBytes, limitOffsetExclusive);
  }

  @Override
  public ReadOutcome readForReplica(long offset, int maxBytes) {
    return read(offset, maxBytes, Long.MAX_VALUE, firstOffset());
  }

  private static ReadOutcome readFrom(
      List<byte[]> batches, long offset, int maxBytes, long limitOffsetExclusive) {
    ByteArrayOutputStream found = new ByteArrayOutputStream();
    for (byte[] batch : batches) {
      ByteBuffer bytes = ByteBuffer.wrap(batch);
      boolean wanted = BatchHeader.nextOffset(bytes, 0) > offset;
      if (wanted && BatchHeader.nextOffset(bytes, 0) > limitOffsetExclusive
          || found.size() > 0 && found.size() + batch.length > maxBytes) {
        break;
      }
      if (wanted) {
        found.writeBytes(batch);
      }
    }
    return found.size() == 0
        ? new ReadOutcome.Nothing()
        : new ReadOutcome.Batches(BufferSlice.of(ByteBuffer.wrap(found.toByteArray())));
  }

  @Override
  public LogTask<Long> beginFlush() {
    long written = endOffset;
    flushCeiling = Long.MAX_VALUE;
    return () -> {
      persistedEndOffset = Math.max(persistedEndOffset, Math.min(written, flushCeiling));
      return written;
    };
  }

  @Override
  public void flushed(long newDurableEndOffset) {
    durableEndOffset = Math.max(durableEndOffset, Math.min(newDurableEndOffset, flushCeiling));
  }

  @Override
  public void failed(IOException cause) {
    damage = Optional.of(String.valueOf(cause.getMessage()));
  }

  @Override
  public LogTask<Optional<TimestampOffset>> offsetForTimestamp(long timestampMs) {
    for (byte[] batch : batches) {
      ByteBuffer bytes = ByteBuffer.wrap(batch);
      if (BatchHeader.maxTimestampMs(bytes, 0) >= timestampMs) {
        TimestampOffset found =
            new TimestampOffset(
                BatchHeader.maxTimestampMs(bytes, 0),
                BatchHeader.baseOffset(bytes, 0),
                BatchHeader.leaderEpoch(bytes, 0));
        return () -> Optional.of(found);
      }
    }
    return Optional::empty;
  }

  @Override
  public LogTask<Optional<TimestampOffset>> offsetForNewestTimestamp() {
    long newest = -1;
    for (byte[] batch : batches) {
      newest = Math.max(newest, BatchHeader.maxTimestampMs(ByteBuffer.wrap(batch), 0));
    }
    return newest < 0 ? Optional::empty : offsetForTimestamp(newest);
  }

  @Override
  public EpochEnd endOfEpoch(int leaderEpoch) {
    Integer found = epochStarts.floorKey(leaderEpoch);
    Map.Entry<Integer, Long> next = epochStarts.higherEntry(leaderEpoch);
    return new EpochEnd(found == null ? -1 : found, next == null ? endOffset : next.getValue());
  }

  @Override
  public LogTask<?> truncateTo(long offset) {
    if (offset < startOffset) {
      throw new IllegalArgumentException(offset + " is before the log's start " + startOffset);
    }
    return () -> {
      keepBelow(offset);
      persistedEndOffset = Math.min(persistedEndOffset, endOffset);
      durableEndOffset = Math.min(durableEndOffset, endOffset);
      return endOffset;
    };
  }

  private void keepBelow(long offset) {
    batchesFrom(offset).clear();
    flushCeiling = Math.min(flushCeiling, offset);
    endOffset =
        batches.isEmpty()
            ? Math.min(endOffset, Math.max(startOffset, offset))
            : BatchHeader.nextOffset(ByteBuffer.wrap(batches.get(batches.size() - 1)), 0);
    epochStarts.values().removeIf(start -> start >= endOffset); // A batch is cut whole.
    latestEpoch = epochStarts.isEmpty() ? -1 : epochStarts.lastKey();
  }

  /** From here on its bytes are damaged. */
  void damageFrom(long offset) {
    damage = Optional.of("damaged from offset " + offset + " on");
    damagedFrom = OptionalLong.of(offset);
  }

  @Override
  public OptionalLong damagedFrom() {
    return damagedFrom;
  }

  @Override
  public LogTask<?> cutDamage() {
    long from = damagedFrom.orElseThrow();
    return () -> {
      damage = Optional.empty();
      damagedFrom = OptionalLong.empty();
      return truncateTo(from).run();
    };
  }

  @Override
  public LogTask<?> startOverAt(long offset) {
    return () -> {
      batches.clear();
      epochStarts.clear();
      latestEpoch = -1;
      startOffset = offset;
      endOffset = offset;
      persistedEndOffset = offset;
      durableEndOffset = offset;
      return endOffset;
    };
  }

  /** The machine goes down and comes back: what no flush has covered is gone. */
  public void losePower() {
    keepBelow(persistedEndOffset);
    persistedEndOffset = endOffset;
    durableEndOffset = endOffset;
  }

  /** Another process opens it: all that is there is durable then. */
  void reopen() {
    closed = false;
    persistedEndOffset = endOffset;
    durableEndOffset = endOffset;
    flushCeiling = Long.MAX_VALUE;
  }

  /** The batches that end behind this offset. */
  List<byte[]> batchesFrom(long offset) {
    int low = 0;
    int high = batches.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (BatchHeader.nextOffset(ByteBuffer.wrap(batches.get(middle)), 0) > offset) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return batches.subList(low, batches.size());
  }

  /** Whether this batch is in it, or even on its disk. */
  boolean holds(long baseOffset, int crc, boolean onDisk) {
    List<byte[]> from = batchesFrom(baseOffset);
    if (from.isEmpty()) {
      return false;
    }
    ByteBuffer batch = ByteBuffer.wrap(from.get(0));
    return BatchHeader.baseOffset(batch, 0) == baseOffset
        && BatchHeader.crc(batch, 0) == crc
        && (!onDisk || BatchHeader.nextOffset(batch, 0) <= persistedEndOffset);
  }

  /** All that is in it, batch by batch. */
  List<byte[]> batches() {
    return Collections.unmodifiableList(batches);
  }

  @Override
  public LogTask<?> deleteRecordsBefore(long offset) {
    startOffset = Math.max(startOffset, offset);
    return () -> startOffset;
  }

  @Override
  public LogTask<?> enforceRetention(long nowMs, long highWatermark) {
    return () -> startOffset;
  }

  @Override
  public void configure(SettingValues topicSettings) {}

  @Override
  public LogTask<?> close() {
    closed = true;
    return () -> endOffset;
  }
}
