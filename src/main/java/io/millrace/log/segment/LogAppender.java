package io.millrace.log.segment;

import io.millrace.log.AppendOutcome;
import io.millrace.log.AppendOutcome.Appended;
import io.millrace.log.AppendOutcome.Refused;
import io.millrace.log.DiskFullException;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.record.BatchHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The leader's append: checks, stamps, one write. It takes no look at records unless the topic asks
 * for it, and allocates nothing in proportion to them.
 *
 * <p>Threading: the log's owner thread.
 */
final class LogAppender {
  private final LogState state;

  LogAppender(LogState state) {
    this.state = state;
  }

  AppendOutcome append(ByteBuffer batch, int leaderEpoch) {
    if (leaderEpoch < Math.max(0, state.epochs().latest())) {
      return new Refused(
          ErrorCode.FENCED_LEADER_EPOCH,
          "leader epoch " + leaderEpoch + " is older than the log's, " + state.epochs().latest());
    }
    int position = batch.position();
    AppendOutcome refusedOrDuplicate = check(batch);
    if (refusedOrDuplicate != null) {
      return refusedOrDuplicate;
    }
    try {
      return write(inTopicCompression(batch), leaderEpoch);
    } catch (StreamException e) {
      return new Refused(e.code(), String.valueOf(e.getMessage()));
    } catch (DiskFullException e) {
      return cutPartialWrite(e);
    } catch (IOException e) {
      return failed(e);
    } finally {
      batch.position(position);
    }
  }

  private @Nullable AppendOutcome check(ByteBuffer batch) {
    LogConfig config = state.config();
    AppendOutcome wrong = AppendValidator.structure(batch, config);
    if (wrong == null && BatchHeader.producerId(batch, batch.position()) >= 0) {
      wrong = state.producers().check(batch, batch.position(), state.time().monotonicNanos());
    }
    if (wrong == null) {
      wrong = AppendValidator.timestamps(batch, config, state.time().wallClockMs());
    }
    if (wrong == null && AppendValidator.mustReadRecords(batch, config)) {
      wrong = AppendValidator.records(batch, config, state.limits().decompressionBytes());
    }
    return wrong;
  }

  private ByteBuffer inTopicCompression(ByteBuffer batch) {
    LogConfig config = state.config();
    return AppendValidator.mustRewrite(batch, config)
        ? AppendValidator.rewritten(
            batch, config.compression().orElseThrow(), state.limits().decompressionBytes())
        : batch;
  }

  private AppendOutcome write(ByteBuffer batch, int leaderEpoch) throws IOException {
    LogConfig config = state.config();
    int at = batch.position();
    int size = batch.remaining();
    if (size > config.maxMessageBytes()) {
      return AppendValidator.tooLarge(size, config); // Only a rewritten one comes here so large.
    }
    long base = state.endOffset();
    long last = base + BatchHeader.lastOffsetDelta(batch, at);
    long appendTimeMs = -1;
    if (config.logAppendTime()) {
      appendTimeMs = state.time().wallClockMs();
      BatchHeader.setLogAppendTime(batch, at, appendTimeMs);
    }
    BatchHeader.setBaseOffset(batch, at, base);
    BatchHeader.setLeaderEpoch(batch, at, leaderEpoch);
    store(batch);
    return new Appended(base, last, appendTimeMs);
  }

  /** Writes one checked batch, whose header is final, at the log's end. */
  void store(ByteBuffer batch) throws IOException {
    int at = batch.position();
    int size = batch.remaining();
    if (mustRoll(state.segments().active(), batch, BatchHeader.lastOffset(batch, at))) {
      roll();
    }
    Segment active = state.segments().active();
    int position = active.sizeBytes();
    active.append(batch, state.config().indexIntervalBytes());
    long base = BatchHeader.baseOffset(batch, at);
    state.window().appended(base, active.windowBase() + position, size);
    state.setEpochs(state.epochs().with(BatchHeader.leaderEpoch(batch, at), base));
    state.producers().appended(batch, at, state.time().monotonicNanos());
    state.pending().appended();
  }

  private boolean mustRoll(Segment active, ByteBuffer batch, long lastOffset) throws IOException {
    LogConfig config = state.config();
    if (active.sizeBytes() == 0) {
      return false;
    }
    long grown = (long) active.sizeBytes() + batch.remaining();
    long spanMs = BatchHeader.maxTimestampMs(batch, batch.position()) - active.firstTimestampMs();
    return grown > config.segmentBytes()
        || spanMs > config.segmentMs()
        || active.isOutOfReach(lastOffset)
        || active.offsets().file().sizeBytes() + OffsetIndex.ENTRY_BYTES > config.indexBytes()
        || active.times().file().sizeBytes() + 2 * TimeIndex.ENTRY_BYTES > config.indexBytes();
  }

  /** Makes a new active segment. Nothing is synced here: the next flush does it, in order. */
  void roll() throws IOException {
    Segment closed = state.segments().active();
    long offset = closed.nextOffset();
    Segment next =
        new Segment(
            state.disk(),
            state.directory(),
            offset,
            closed.windowBase() + closed.sizeBytes(),
            0,
            offset);
    next.writer();
    try {
      closed.seal();
    } catch (DiskFullException e) {
      // The new file is there and must be used: a shorter index only costs readers some time.
      SegmentLog.LOG.warn("{}: no space for the end of an index", state.directory());
    }
    state.segments().add(next);
    state.pending().rolled(closed);
    state.producers().expire(state.time().monotonicNanos());
    state.pending().snapshotAtRoll(offset, ProducerSnapshot.encode(state.producers(), offset));
  }

  Refused cutPartialWrite(DiskFullException cause) {
    try {
      state.segments().active().cutTail();
    } catch (IOException e) {
      e.addSuppressed(cause);
      return failed(e);
    }
    return new Refused(
        ErrorCode.DISK_FULL,
        "the disk of " + state.request().partition() + " is full; nothing was written");
  }

  Refused failed(IOException cause) {
    String reason = "writing " + state.request().partition() + " failed: " + cause.getMessage();
    SegmentLog.LOG.error("{}: the partition is offline", reason, cause);
    state.pending().failed();
    state.health().reportFailure(reason);
    return new Refused(ErrorCode.STORAGE_ERROR, reason);
  }
}
