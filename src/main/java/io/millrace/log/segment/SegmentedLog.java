package io.millrace.log.segment;

import io.millrace.log.AppendOutcome;
import io.millrace.log.DiskFullException;
import io.millrace.log.LogTask;
import io.millrace.log.PartitionLog;
import io.millrace.log.ReadOutcome;
import io.millrace.model.ErrorCode;
import io.millrace.model.LogDescription;
import io.millrace.model.config.SettingValues;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A partition's log in segment files: record batches in Kafka's v2 layout back to back, exactly as
 * they are sent to readers, with sparse indexes beside them.
 *
 * <p>Invariants, checked in production; where one breaks, the log goes offline:
 *
 * <pre>
 *   first segment's base <= startOffset <= endOffset
 *   durableEndOffset <= endOffset
 *   segment[i].nextOffset == segment[i+1].baseOffset
 *   batch[i].lastOffset + 1 == batch[i+1].baseOffset
 *   batch[i].leaderEpoch <= batch[i+1].leaderEpoch
 *   a byte that is served was checked against its batch's CRC by this process
 * </pre>
 *
 * <p>Threading: the owner thread, except where a task is returned. A truncation's task, and it
 * alone, changes the log on its pool thread: until it is done the log takes no append and serves
 * nothing. While a task waits to be run, a segment that it would read may be deleted: it then finds
 * the offset out of range.
 */
public final class SegmentedLog implements PartitionLog {
  private static final long SNAPSHOT_EVERY_BYTES = 64L << 20;

  /** So many segments a read may look through that finds no record where it begins. */
  private static final int COLD_SEGMENTS = 4;

  private final LogState state;
  private final LogAppender appender;
  private final FollowerAppender followerAppender;
  private final HotReader hotReader;
  private long bytesAtSnapshot;
  private boolean closed;
  private volatile @Nullable TruncatedState truncating;

  /** What the log answers while its truncation is under way. */
  private record TruncatedState(long endOffset, int latestEpoch, long sizeBytes) {}

  private SegmentedLog(LogState state) {
    this.state = state;
    this.appender = new LogAppender(state);
    this.followerAppender = new FollowerAppender(state, appender);
    this.hotReader = new HotReader(state.window());
    this.bytesAtSnapshot = endPosition();
  }

  /**
   * Opens or makes a log. Blocking: after a clean stop for a few small reads, else for as long as
   * it takes to check what was not known to be durable. All that is there when it returns is
   * durable.
   *
   * @throws IOException if the directory is another topic's, of another format, or cannot be read
   *     or written
   */
  public static SegmentedLog open(OpenRequest request) throws IOException {
    LogOpening.Opened opened = LogOpening.open(request);
    CompactionCheckpoint compacted =
        CompactionCheckpoint.read(
            request.disk(), request.directory(), opened.segments().active().nextOffset());
    return new SegmentedLog(new LogState(request, opened, compacted));
  }

  /** What it took to open it; empty if the process before had closed it, or it is new. */
  public Optional<LogRecovered> recovered() {
    return state.recovered();
  }

  @Override
  public long startOffset() {
    return state.startOffset();
  }

  /** Batches are removed by whole segments. */
  @Override
  public long firstOffset() {
    return truncating != null ? state.startOffset() : state.segments().first().baseOffset();
  }

  @Override
  public long endOffset() {
    TruncatedState now = truncating;
    return now != null ? now.endOffset : state.endOffset();
  }

  @Override
  public long durableEndOffset() {
    return Math.min(state.pending().durableEnd(), endOffset());
  }

  @Override
  public int latestEpoch() {
    TruncatedState now = truncating;
    return now != null ? now.latestEpoch : state.epochs().latest();
  }

  @Override
  public long sizeBytes() {
    TruncatedState now = truncating;
    return now != null ? now.sizeBytes : state.segments().sizeBytes();
  }

  @Override
  public LogDescription describe() {
    return new LogDescription(
        sizeBytes(), startOffset(), endOffset(), latestEpoch(), state.producers().active());
  }

  @Override
  public Optional<String> damage() {
    return state.health().worst();
  }

  @Override
  public OptionalLong damagedFrom() {
    return state.health().damagedFrom();
  }

  @Override
  public AppendOutcome append(ByteBuffer batch, int leaderEpoch) {
    AppendOutcome.Refused refused = refusal();
    return refused != null ? refused : appender.append(batch, leaderEpoch);
  }

  @Override
  public AppendOutcome appendAsFollower(ByteBuffer batches, int leaderEpoch) {
    AppendOutcome.Refused refused = refusal();
    return refused != null ? refused : followerAppender.append(batches, leaderEpoch);
  }

  private AppendOutcome.@Nullable Refused refusal() {
    if (closed) {
      return new AppendOutcome.Refused(
          ErrorCode.SHUTTING_DOWN, "the log of " + state.request().partition() + " is closed");
    }
    if (truncating != null) {
      return new AppendOutcome.Refused(
          ErrorCode.NOT_LEADER_OR_FOLLOWER,
          "the log of " + state.request().partition() + " is being truncated");
    }
    Optional<String> failure = state.health().failure();
    return failure.isPresent()
        ? new AppendOutcome.Refused(ErrorCode.STORAGE_ERROR, failure.get())
        : null;
  }

  @Override
  public ReadOutcome read(long offset, int maxBytes, long limitOffsetExclusive) {
    return read(offset, maxBytes, startOffset(), limitOffsetExclusive, true);
  }

  @Override
  public ReadOutcome readForReplica(long offset, int maxBytes) {
    return read(offset, maxBytes, firstOffset(), Long.MAX_VALUE, false);
  }

  private ReadOutcome read(
      long offset, int maxBytes, long lowestOffset, long limitOffsetExclusive, boolean passEmpty) {
    Optional<String> failure = state.health().failure();
    if (failure.isPresent() && state.pending().isFailed()) {
      return new ReadOutcome.Damaged(failure.get());
    }
    if (closed || truncating != null) {
      return new ReadOutcome.Nothing();
    }
    long limit = Math.min(limitOffsetExclusive, state.endOffset());
    if (offset < lowestOffset || offset > state.endOffset()) {
      return new ReadOutcome.OutOfRange(lowestOffset, state.endOffset());
    }
    if (offset >= limit) {
      return new ReadOutcome.Nothing();
    }
    Segment segment = state.segments().get(state.segments().indexOf(offset));
    try {
      ReadOutcome hot = hotReader.read(segment, offset, maxBytes, limit);
      return hot != null ? hot : cold(offset, maxBytes, limit, passEmpty);
    } catch (IOException e) {
      String reason = "reading " + state.request().partition() + " failed: " + e.getMessage();
      state.health().reportDamage(reason);
      return new ReadOutcome.Damaged(reason);
    }
  }

  private ReadOutcome cold(long offset, int maxBytes, long limit, boolean passEmpty) {
    int first = state.segments().indexOf(offset);
    List<SegmentView> views = new ArrayList<>();
    for (int i = first; i < Math.min(first + COLD_SEGMENTS, state.segments().size()); i++) {
      views.add(SegmentView.of(state.segments().get(i), state.epochs()));
    }
    return new ReadOutcome.Cold(
        new ColdReader(
            views,
            offset,
            maxBytes,
            limit,
            state.endOffset(),
            passEmpty,
            state.health()::reportDamage));
  }

  @Override
  public LogTask<Long> beginFlush() {
    long position = endPosition();
    if (position - bytesAtSnapshot >= SNAPSHOT_EVERY_BYTES) {
      bytesAtSnapshot = position;
      long end = state.endOffset();
      state.pending().snapshot(end, ProducerSnapshot.encode(state.producers(), end));
    }
    return state.pending().begin(state.segments().active());
  }

  private long endPosition() {
    Segment active = state.segments().active();
    return active.windowBase() + active.sizeBytes();
  }

  @Override
  public void flushed(long durableEndOffset) {
    if (!closed) { // Closing has synced everything and taken the flush's place.
      state.pending().done(durableEndOffset);
    }
  }

  @Override
  public void failed(IOException cause) {
    if (cause instanceof DiskFullException) {
      state.pending().again();
      SegmentLog.LOG.warn("{}: not flushed, the disk is full", state.request().partition());
      return;
    }
    state.pending().failed();
    String reason = "storing " + state.request().partition() + " failed: " + cause.getMessage();
    SegmentLog.LOG.error("{}: the partition is offline", reason, cause);
    state.health().reportFailure(reason);
  }

  @Override
  public LogTask<Optional<TimestampOffset>> offsetForTimestamp(long timestampMs) {
    return new TimestampSearch(
        views(), timestampMs, state.startOffset(), state.limits().decompressionBytes());
  }

  @Override
  public LogTask<Optional<TimestampOffset>> offsetForNewestTimestamp() {
    return new NewestTimestampSearch(
        views(), state.startOffset(), state.limits().decompressionBytes());
  }

  private List<SegmentView> views() {
    List<SegmentView> views = new ArrayList<>();
    for (Segment segment : state.segments().all()) {
      views.add(SegmentView.of(segment, state.epochs()));
    }
    return views;
  }

  @Override
  public EpochEnd endOfEpoch(int leaderEpoch) {
    return state.epochs().endOf(leaderEpoch, endOffset());
  }

  /** Truncation falls between batches: the batch that contains the offset goes as a whole. */
  @Override
  public LogTask<?> truncateTo(long offset) {
    if (offset < state.startOffset()) {
      throw new IllegalArgumentException(
          "truncation to offset " + offset + ", the log starts at " + state.startOffset());
    }
    if (offset >= state.endOffset()) {
      return state::endOffset;
    }
    truncating =
        new TruncatedState(
            offset, state.epochs().truncatedTo(offset).latest(), state.segments().sizeBytes());
    return () -> {
      new Truncation(state, offset).run();
      truncating = null;
      return state.endOffset();
    };
  }

  /** Damage is cut by whole segments: from the first one that has any on. */
  @Override
  public LogTask<?> cutDamage() {
    long from = damagedFrom().orElseThrow(() -> new IllegalStateException("nothing is damaged"));
    if (from < state.segments().first().baseOffset()) {
      return startOver(from, state.health()::onDamageCut);
    }
    long end = Math.min(from, state.endOffset());
    state.setStartOffset(Math.min(state.startOffset(), end));
    truncating =
        new TruncatedState(
            end, state.epochs().truncatedTo(end).latest(), state.segments().sizeBytes());
    return () -> {
      new Truncation(state, end).run();
      state.health().onDamageCut();
      truncating = null;
      return state.endOffset();
    };
  }

  @Override
  public LogTask<?> startOverAt(long offset) {
    if (offset <= state.endOffset()) {
      throw new IllegalArgumentException(
          "starting over at offset " + offset + ", the log ends at " + state.endOffset());
    }
    return startOver(offset, () -> {});
  }

  private LogTask<?> startOver(long offset, Runnable whenDone) {
    state.setStartOffset(offset);
    truncating = new TruncatedState(offset, EpochTable.NO_EPOCH, 0);
    return () -> {
      new StartingOver(state, offset).run();
      whenDone.run();
      truncating = null;
      return state.endOffset();
    };
  }

  @Override
  public LogTask<?> deleteRecordsBefore(long offset) {
    if (offset > state.endOffset()) {
      throw new IllegalArgumentException(
          "deletion before offset " + offset + ", the log ends at " + state.endOffset());
    }
    state.setStartOffset(Math.max(state.startOffset(), offset));
    int count = 0;
    SegmentList segments = state.segments();
    long deletable = Math.min(state.startOffset(), state.pending().deletableEnd());
    while (count < segments.size() - 1 && segments.get(count).nextOffset() <= deletable) {
      count++;
    }
    return removeOldest(count);
  }

  @Override
  public LogTask<?> enforceRetention(long nowMs, long highWatermark) {
    if (closed || truncating != null || state.health().failure().isPresent()) {
      return () -> 0;
    }
    try {
      return removeOldest(RetentionPass.begin(state, appender, highWatermark));
    } catch (IOException e) {
      return () -> {
        throw e;
      };
    }
  }

  /** What compaction works on. */
  public CompactableLog compactable() {
    return new CompactableLog(state, () -> closed || truncating != null);
  }

  /** The segments as they are now, oldest first. */
  public List<SegmentFacts> segments() {
    return state.segments().all().stream().map(SegmentFacts::of).toList();
  }

  private LogTask<?> removeOldest(int count) {
    List<Segment> removed = state.segments().removeOldest(count);
    long first = state.segments().first().baseOffset();
    state.setStartOffset(Math.max(state.startOffset(), first));
    if (count > 0) {
      state.setEpochs(state.epochs().startingAt(first));
    }
    return new SegmentDeletion(state.disk(), state.directory(), removed);
  }

  @Override
  public void configure(SettingValues topicSettings) {
    state.setConfig(LogConfig.of(topicSettings));
  }

  @Override
  public LogTask<?> close() {
    closed = true;
    return new LogClosing(state);
  }
}
