package io.millrace.partition;

import io.millrace.log.AppendOutcome;
import io.millrace.log.LogTask;
import io.millrace.log.PartitionLog;
import io.millrace.model.Acks;
import io.millrace.model.AppendCondition;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TimeSource;
import io.millrace.model.TopicPartition;
import io.millrace.model.config.SettingValues;
import io.millrace.model.config.TopicSettings;
import io.millrace.model.config.TopicSettings.FlushMode;
import io.millrace.model.image.PartitionImage;
import io.millrace.replication.InSyncReplicas;
import io.millrace.replication.LeaderReplica;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One partition of this node. It appends while it leads, answers each append when its acks are
 * satisfied, serves what is below the high watermark and wakes who waits for more. Damage of its
 * log takes it offline: it answers STORAGE_ERROR from then on, and nothing is acknowledged.
 *
 * <p>Invariants: {@code log start <= high watermark <= log end}; an acks=all batch is answered NONE
 * only when its last offset is below the high watermark of the epoch that it was appended in.
 *
 * <p>Threading: its owner thread.
 */
public final class Partition {

  private final PartitionId id;
  private final TopicPartition name;
  private final NodeId self;
  private final PartitionLog log;
  private final TimeSource time;
  private final int maxPendingAcks;
  private final AckQueue waitingForCommit = new AckQueue();
  private final AckQueue waitingForDisk = new AckQueue();
  private final CommittedBytes committedBytes = new CommittedBytes();
  private final Watchers watchers = new Watchers();
  private final FlushState flush;
  private final PartitionReader reader;
  private SettingValues settings;
  private int leaderEpoch = -1;
  private long lastHighWatermark;
  private @Nullable LeaderReplica leader;
  private Optional<String> offline = Optional.empty();
  private PartitionLogs.Progress closedProgress;

  /**
   * A partition without a role yet.
   *
   * @param opened its log, and the high watermark that it was last known to have
   * @param maxPendingAcks appends that may wait to be acknowledged; more are answered THROTTLED
   */
  public Partition(
      PartitionId id,
      TopicPartition name,
      NodeId self,
      PartitionLogs.OpenedLog opened,
      SettingValues settings,
      TimeSource time,
      int maxPendingAcks) {
    this.id = id;
    this.name = name;
    this.self = self;
    this.log = opened.log();
    this.settings = settings;
    this.time = time;
    this.maxPendingAcks = maxPendingAcks;
    this.flush = new FlushState(log);
    this.reader = new PartitionReader(this, log);
    this.lastHighWatermark = Math.max(log.startOffset(), opened.highWatermark());
    this.closedProgress =
        new PartitionLogs.Progress(log.durableEndOffset(), lastHighWatermark, log.startOffset());
    checkHealth();
  }

  public PartitionId id() {
    return id;
  }

  public TopicPartition name() {
    return name;
  }

  public PartitionLog log() {
    return log;
  }

  /** What reads and look-ups are asked of. */
  public PartitionReader reader() {
    return reader;
  }

  boolean isLeading() {
    return leader != null;
  }

  /** Of the newest image; -1 before the first. */
  int leaderEpoch() {
    return leaderEpoch;
  }

  /** Why it serves nothing, if so. */
  public Optional<String> offline() {
    return offline;
  }

  public long highWatermark() {
    LeaderReplica current = leader;
    return current == null ? lastHighWatermark : current.highWatermark();
  }

  public PartitionLogs.Progress progress() {
    return new PartitionLogs.Progress(log.durableEndOffset(), highWatermark(), log.startOffset());
  }

  /** How far it is once its log was closed whole: everything is on stable storage. */
  public PartitionLogs.Progress finalProgress() {
    return closedProgress;
  }

  Watchers watchers() {
    return watchers;
  }

  /** The cluster has decided: settings, leader, in-sync replicas. */
  public void follow(PartitionImage image, SettingValues topicSettings) {
    settings = topicSettings;
    log.configure(topicSettings);
    boolean leads = image.leader().filter(self::equals).isPresent();
    if (image.leaderEpoch() != leaderEpoch || leads != (leader != null)) {
      changeRole(image, leads);
    }
    LeaderReplica current = leader;
    if (current != null) {
      // Settings first: what counts as written decides how far the high watermark may move.
      boolean moved =
          current.onSettings(
              TopicSettings.minInSyncReplicas(settings, image.settledReplicas()), durableCounts());
      moved |= current.onInSyncReplicas(InSyncReplicas.of(Set.copyOf(image.inSyncReplicas())));
      if (moved) {
        onHighWatermark(current);
      }
    }
  }

  private void changeRole(PartitionImage image, boolean leads) {
    lastHighWatermark = highWatermark();
    stopLeading("the partition's leader changed before the batch was committed");
    leaderEpoch = image.leaderEpoch();
    if (leads) {
      leader =
          new LeaderReplica(
              self,
              leaderEpoch,
              InSyncReplicas.of(Set.copyOf(image.inSyncReplicas())),
              Math.min(lastHighWatermark, log.endOffset()),
              log.endOffset(),
              log.durableEndOffset());
    }
  }

  private void stopLeading(String reason) {
    leader = null;
    Produced unknown = Produced.failed(ErrorCode.UNKNOWN_OUTCOME, reason);
    waitingForCommit.failAll(unknown);
    waitingForDisk.failAll(unknown);
    watchers.fireAll();
  }

  /** The partition is about to be closed or deleted: whoever waits is told. */
  public void close() {
    lastHighWatermark = highWatermark();
    long safeEndOffset = offline.isPresent() ? log.durableEndOffset() : log.endOffset();
    closedProgress =
        new PartitionLogs.Progress(safeEndOffset, lastHighWatermark, log.startOffset());
    stopLeading("the partition was closed before the batch was committed");
  }

  private boolean durableCounts() {
    return settings.get(TopicSettings.FLUSH_MODE) == FlushMode.ACK;
  }

  /** Appends one batch wherever the log ends. */
  public void append(ByteBuffer batch, Acks acks, Produced.Listener listener) {
    append(batch, acks, Optional.empty(), listener);
  }

  /**
   * Appends one batch if the condition holds. The buffer is read and changed in place before this
   * returns, and not after; the listener may be told later.
   */
  public void append(
      ByteBuffer batch,
      Acks acks,
      Optional<AppendCondition> condition,
      Produced.Listener listener) {
    LeaderReplica current = leader;
    if (current == null || offline.isPresent()) {
      listener.onProduced(unavailable());
      return;
    }
    Optional<Produced> unmet = condition.flatMap(this::unmet);
    if (unmet.isPresent()) {
      listener.onProduced(unmet.get());
      return;
    }
    if (acks == Acks.ALL && !current.hasEnoughInSync()) {
      listener.onProduced(
          Produced.failed(
              ErrorCode.NOT_ENOUGH_REPLICAS,
              "fewer replicas are in sync than min.insync.replicas asks for; nothing was written"));
      return;
    }
    if (waitingForCommit.size() + waitingForDisk.size() >= maxPendingAcks) {
      listener.onProduced(
          Produced.failed(
              ErrorCode.THROTTLED,
              maxPendingAcks + " batches of this partition wait to be acknowledged"));
      return;
    }
    int sizeBytes = batch.remaining();
    AppendOutcome outcome = log.append(batch, leaderEpoch);
    if (outcome instanceof AppendOutcome.Appended appended) {
      committedBytes.appended(appended.lastOffset(), sizeBytes);
      flush.written(time.monotonicNanos());
      Produced produced = produced(appended.baseOffset(), appended.logAppendTimeMs());
      enqueue(acks, appended.lastOffset(), produced, listener);
      onLocalEnd(current);
    } else if (outcome instanceof AppendOutcome.Duplicate duplicate) {
      // Not known to be committed because it is in the log: it waits as the original does.
      Produced produced = produced(duplicate.baseOffset(), duplicate.logAppendTimeMs());
      enqueue(acks, duplicate.lastOffset(), produced, listener);
      settle(current);
    } else if (outcome instanceof AppendOutcome.Refused refused) {
      listener.onProduced(Produced.failed(refused.error(), refused.reason()));
      checkHealth();
    }
  }

  private Optional<Produced> unmet(AppendCondition condition) {
    if (condition.leaderEpoch() == leaderEpoch && condition.endOffset() == log.endOffset()) {
      return Optional.empty();
    }
    return Optional.of(
        Produced.failed(
            ErrorCode.APPEND_CONDITION_FAILED,
            "the append is meant for leader epoch "
                + condition.leaderEpoch()
                + " and end offset "
                + condition.endOffset()
                + ", but the partition is at "
                + leaderEpoch
                + " and "
                + log.endOffset()
                + "; read the log again"));
  }

  private Produced produced(long baseOffset, long logAppendTimeMs) {
    return new Produced(
        ErrorCode.NONE, "", baseOffset, logAppendTimeMs, log.startOffset(), leaderEpoch);
  }

  private Produced unavailable() {
    return offline.isPresent()
        ? Produced.failed(ErrorCode.STORAGE_ERROR, offline.get())
        : Produced.failed(ErrorCode.NOT_LEADER_OR_FOLLOWER, PartitionReader.NOT_LEADING);
  }

  private void enqueue(Acks acks, long lastOffset, Produced produced, Produced.Listener listener) {
    if (acks == Acks.ALL) {
      waitingForCommit.add(lastOffset, produced, listener);
    } else if (acks == Acks.LEADER && durableCounts()) {
      waitingForDisk.add(lastOffset, produced, listener);
    } else {
      listener.onProduced(produced);
    }
  }

  private void onLocalEnd(LeaderReplica current) {
    if (current.onLocalEnd(log.endOffset(), log.durableEndOffset())) {
      onHighWatermark(current);
    }
    waitingForDisk.passed(log.durableEndOffset());
  }

  private void onHighWatermark(LeaderReplica current) {
    waitingForCommit.passed(current.highWatermark());
    // At least one: of what was appended in an earlier epoch the size is not known.
    watchers.onCommitted(Math.max(1, committedBytes.passed(current.highWatermark())));
  }

  private void settle(LeaderReplica current) {
    waitingForCommit.passed(current.highWatermark());
    waitingForDisk.passed(log.durableEndOffset());
  }

  /** Looks whether the log has failed; if so the partition goes offline for good. */
  public void checkHealth() {
    if (offline.isEmpty() && log.damage().isPresent()) {
      offline = log.damage();
      lastHighWatermark = highWatermark();
      stopLeading("the partition's disk failed before the batch was committed");
    }
  }

  /** Raises the log start offset, to the high watermark at most; -1 means just that. */
  public RecordDeletion deleteRecords(long beforeOffset) {
    Optional<PartitionRead.Ready> refused = reader.refuse(-1);
    if (refused.isPresent()) {
      return new RecordDeletion.Refused(refused.get().error(), refused.get().reason());
    }
    long target = beforeOffset == -1 ? highWatermark() : beforeOffset;
    if (target < 0 || target > highWatermark()) {
      return new RecordDeletion.Refused(
          ErrorCode.OFFSET_OUT_OF_RANGE,
          "cannot delete before offset "
              + target
              + ": expected 0 to the high watermark "
              + highWatermark());
    }
    LogTask<?> task = log.deleteRecordsBefore(Math.max(target, log.startOffset()));
    watchers.fireAll();
    return new RecordDeletion.Raised(log.startOffset(), task);
  }

  /** Deletes old segments below the high watermark; the task removes files. */
  public LogTask<?> enforceRetention() {
    return log.enforceRetention(time.wallClockMs(), highWatermark());
  }

  /** Whether an fsync must begin now: something waits for it, or it is overdue. */
  public boolean isFlushDue() {
    return offline.isEmpty()
        && flush.canBegin()
        && (durableCounts()
            || time.monotonicNanos() - flush.dirtySinceNanos()
                >= settings.get(TopicSettings.FLUSH_MS) * 1_000_000);
  }

  /** Whether something is written that no fsync covers. */
  public boolean isDirty() {
    return flush.isDirty();
  }

  /** When the oldest write was made that no fsync covers; only while dirty. */
  public long dirtySinceNanos() {
    return flush.dirtySinceNanos();
  }

  /** Starts an fsync; its outcome goes to {@link #onFlushed} or {@link #onFailed}. */
  public LogTask<Long> beginFlush() {
    flush.began();
    return log.beginFlush();
  }

  public void onFlushed(long durableEndOffset) {
    log.flushed(durableEndOffset);
    flush.ended();
    LeaderReplica current = leader;
    if (current != null) {
      onLocalEnd(current);
    }
  }

  /** A write or an fsync failed: nothing is known of the bytes since the last good one. */
  public void onFailed(IOException cause) {
    log.failed(cause);
    flush.ended();
    checkHealth();
  }
}
