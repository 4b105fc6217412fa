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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A log without a disk: what a flush makes durable is a number. Appends can be made to fail. */
public final class InMemoryLog implements PartitionLog {
  private final List<byte[]> batches = new ArrayList<>();
  private long startOffset;
  private long endOffset;
  private long durableEndOffset;
  private final TreeMap<Integer, Long> epochStarts = new TreeMap<>();
  private int latestEpoch = -1;
  private Optional<String> damage = Optional.empty();
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
    return new LogDescription(sizeBytes(), startOffset(), endOffset(), List.of());
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
    byte[] bytes = new byte[batch.remaining()];
    batch.get(at, bytes);
    batches.add(bytes);
    long baseOffset = endOffset;
    endOffset = BatchHeader.nextOffset(batch, at);
    epochStarts.putIfAbsent(leaderEpoch, BatchHeader.baseOffset(batch, at));
    latestEpoch = leaderEpoch;
    return new AppendOutcome.Appended(baseOffset, endOffset - 1, -1);
  }

  private Optional<AppendOutcome> duplicateOf(ByteBuffer batch, int at) {
    if (BatchHeader.producerId(batch, at) == BatchHeader.NO_PRODUCER_ID) {
      return Optional.empty();
    }
    for (byte[] stored : batches) {
      ByteBuffer there = ByteBuffer.wrap(stored);
      if (BatchHeader.producerId(there, 0) == BatchHeader.producerId(batch, at)
          && BatchHeader.baseSequence(there, 0) == BatchHeader.baseSequence(batch, at)) {
        return Optional.of(
            new AppendOutcome.Duplicate(
                BatchHeader.baseOffset(there, 0), BatchHeader.lastOffset(there, 0), -1));
      }
    }
    return Optional.empty();
  }

  @Override
  public ReadOutcome read(long offset, int maxBytes, long limitOffsetExclusive) {
    if (offset < startOffset || offset > endOffset) {
      return new ReadOutcome.OutOfRange(startOffset, endOffset);
    }
    if (cold) {
      // The task runs on another thread and so reads what was there when it was made.
      List<byte[]> now = List.copyOf(batches);
      return new ReadOutcome.Cold(() -> readFrom(now, offset, maxBytes, limitOffsetExclusive));
    }
    return readFrom(batches, offset, maxBytes, limitOffsetExclusive);
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
    return () -> written;
  }

  @Override
  public void flushed(long newDurableEndOffset) {
    durableEndOffset = Math.max(durableEndOffset, newDurableEndOffset);
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
    throw new UnsupportedOperationException("no test truncates this log");
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
