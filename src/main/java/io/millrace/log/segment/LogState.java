package io.millrace.log.segment;

import io.millrace.log.Disk;
import io.millrace.log.retention.RetentionClock;
import io.millrace.log.segment.LogOpening.Opened;
import io.millrace.model.TimeSource;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The parts of one open log that appending, flushing, truncating and expiring share.
 *
 * <p>Threading: the log's owner thread; during a truncation, that task's thread alone.
 */
final class LogState {
  private final OpenRequest request;
  private final SegmentList segments;
  private final HotWindow window;
  private final LogHealth health = new LogHealth();
  private final RetentionClock retentionClock;
  private final PendingSync pending;
  private EpochTable epochs;
  private ProducerState producers;
  private LogConfig config;
  private final Optional<LogRecovered> recovered;
  private long startOffset;
  private CompactionCheckpoint compacted;

  LogState(OpenRequest request, Opened opened, CompactionCheckpoint compacted) {
    this.compacted = compacted;
    this.request = request;
    this.segments = opened.segments();
    this.epochs = opened.epochs();
    this.producers = opened.producers();
    this.config = LogConfig.of(request.topicSettings());
    this.startOffset = Math.max(request.logStartOffset(), segments.first().baseOffset());
    Segment active = segments.active();
    this.window = new HotWindow(request.limits().hot(), active.windowBase() + active.sizeBytes());
    this.pending = new PendingSync(request.disk(), request.directory(), endOffset());
    this.retentionClock = new RetentionClock(request.time());
    this.recovered = opened.recovered();
    opened.damage().ifPresent(health::reportUnrecovered);
  }

  OpenRequest request() {
    return request;
  }

  Disk disk() {
    return request.disk();
  }

  Path directory() {
    return request.directory();
  }

  TimeSource time() {
    return request.time();
  }

  LogLimits limits() {
    return request.limits();
  }

  Optional<LogRecovered> recovered() {
    return recovered;
  }

  SegmentList segments() {
    return segments;
  }

  RetentionClock retentionClock() {
    return retentionClock;
  }

  HotWindow window() {
    return window;
  }

  LogHealth health() {
    return health;
  }

  PendingSync pending() {
    return pending;
  }

  EpochTable epochs() {
    return epochs;
  }

  /** Takes a new table over and has it written with the next flush. */
  void setEpochs(EpochTable next) {
    if (!next.equals(epochs)) {
      epochs = next;
      pending.epochsChanged(next);
    }
  }

  ProducerState producers() {
    return producers;
  }

  void setProducers(ProducerState next) {
    producers = next;
  }

  LogConfig config() {
    return config;
  }

  void setConfig(LogConfig next) {
    config = next;
  }

  long startOffset() {
    return startOffset;
  }

  void setStartOffset(long next) {
    startOffset = next;
  }

  /** How far compaction came. */
  CompactionCheckpoint compacted() {
    return compacted;
  }

  void setCompacted(CompactionCheckpoint next) {
    compacted = next;
  }

  long endOffset() {
    return segments.active().nextOffset();
  }
}
