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
import io.millrace.replication.LeaderReplica;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One partition of this node. It appends while it leads, answers each append when its acks are
 * satisfied, serves what is below the high watermark and wakes who waits for more. Damage of its
 * log is repaired from the other replicas; where they cannot help, and where the disk failed, it
 * goes offline: it answers STORAGE_ERROR from then on, and nothing is acknowledged.
 *
 * <p>Invariants: {@code log start <= high watermark <= log end}; an acks=all batch is answered NONE
 * only when its last offset is below the high watermark of the epoch that it was appended in.
 *
 * <p>Threading: its owner thread.
 */
public final class Partition {

  private final PartitionId id;
  private final TopicPartition name;
  private final PartitionEnvironment environment;
  private final PartitionLog log;
  private final TimeSource time;
  private final Acknowledgements acknowledgements;
  private final CommittedBytes committedBytes = new CommittedBytes();
  private final Watchers watchers = new Watchers();
  private final Watchers replicaWatchers = new Watchers();
  private final FlushState flush;
  private final PartitionReader reader;
  private final PartitionReplication replication;
  private final ReplicaRepair repair;
  private SettingValues settings;
  private int leaderEpoch = -1;
  private long lastHighWatermark;
  private @Nullable LeaderRole leader;
  private @Nullable FollowerRole follower;
  private @Nullable PartitionImage followed;
  private @Nullable PartitionImage afterTruncation;
  private Optional<String> offline = Optional.empty();
  private PartitionLogs.Progress closedProgress;

  /**
   * A partition without a role yet.
   *
   * @param opened its log, and the high watermark that it was last known to have
   */
  public Partition(
      PartitionId id,
      TopicPartition name,
      PartitionEnvironment environment,
      PartitionLogs.OpenedLog opened,
      SettingValues settings) {
    this.id = id;
    this.name = name;
    this.environment = environment;
    this.log = opened.log();
    this.settings = settings;
    this.time = environment.time();
    this.acknowledgements = new Acknowledgements(environment.lease());
    this.replication = new PartitionReplication(this, environment);
    this.repair = new ReplicaRepair(this, environment);
    this.flush = new FlushState(log);
    this.reader = new PartitionReader(this, log);
    this.lastHighWatermark = Math.max(log.startOffset(), opened.highWatermark());
    this.closedProgress =
        new PartitionLogs.Progress(log.durableEndOffset(), lastHighWatermark, log.startOffset());
    if (log.damagedFrom().isEmpty()) { // Else it depends on the other replicas.
      checkHealth();
    }
  }

  /** A partition of a node that is alone. */
  public Partition(
      PartitionId id,
      TopicPartition name,
      NodeId self,
      PartitionLogs.OpenedLog opened,
      SettingValues settings,
      TimeSource time,
      int maxPendingAcks) {
    this(id, name, PartitionEnvironment.alone(self, time, maxPendingAcks), opened, settings);
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

  /** What other replicas, and the controller, are asked and answered by. */
  public PartitionReplication replication() {
    return replication;
  }

  @Nullable LeaderRole leading() {
    return leader;
  }

  @Nullable FollowerRole following() {
    return follower;
  }

  ReplicaRepair repair() {
    return repair;
  }

  /** The one that is followed; null before the first. */
  @Nullable PartitionImage image() {
    return followed;
  }

  /** What reads and look-ups are asked of. */
  public PartitionReader reader() {
    return reader;
  }

  /** Whether an answer may rest on this node's leadership: nobody else can lead by now. */
  boolean hasLease() {
    return environment.lease().isValid();
  }

  /** Of the newest image; -1 before the first. */
  int leaderEpoch() {
    return leaderEpoch;
  }

  /** Why it serves nothing, if so. */
  public Optional<String> offline() {
    return offline;
  }

  /** As far as this replica knows. */
  public long highWatermark() {
    LeaderRole leading = leader;
    if (leading != null) {
      return leading.replica().highWatermark();
    }
    FollowerRole following = follower;
    return following != null ? following.replica().highWatermark() : lastHighWatermark;
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

  Watchers replicaWatchers() {
    return replicaWatchers;
  }

  /** The cluster has decided: settings, leader, in-sync replicas. */
  public void follow(PartitionImage image, SettingValues topicSettings) {
    settings = topicSettings;
    log.configure(topicSettings);
    if (replication.isTruncating()) {
      afterTruncation = image; // Where the log will end is not known before.
      return;
    }
    followed = image;
    checkHealth();
    if (offline.isEmpty() && repair.isStuck(image)) {
      goOffline("the replica was being repaired when the others went out of sync");
    }
    boolean isChosen = image.isLedBy(environment.self());
    boolean leads = isChosen && repair.mayLead();
    boolean follows = image.leader().isPresent() && !isChosen;
    if (image.leaderEpoch() > leaderEpoch
        || (image.leaderEpoch() == leaderEpoch
            && (leads != (leader != null) || follows != (follower != null)))) {
      changeRole(image, leads, follows);
    }
    LeaderRole leading = leader;
    if (leading != null && image.leaderEpoch() == leaderEpoch) {
      // Settings first: what counts as written decides how far the high watermark may move.
      boolean moved =
          leading
              .replica()
              .onSettings(
                  TopicSettings.minInSyncReplicas(settings, image.settledReplicas()),
                  countsDurable());
      moved |= leading.follow(image);
      if (moved) {
        onHighWatermark(leading.replica());
      }
    }
  }

  private void changeRole(PartitionImage image, boolean leads, boolean follows) {
    lastHighWatermark = highWatermark();
    stopRole("the partition's leader changed before the batch was committed");
    leaderEpoch = image.leaderEpoch();
    if (offline.isPresent()) {
      return;
    }
    long known = Math.min(lastHighWatermark, log.endOffset());
    if (leads) {
      leader = new LeaderRole(id, environment, log, image, known);
    } else if (follows) {
      follower =
          new FollowerRole(
              image.leader().orElseThrow(), leaderEpoch, image.leaderUnclean(), log, known);
    }
  }

  private void stopRole(String reason) {
    leader = null;
    follower = null;
    acknowledgements.failAll(reason);
    watchers.fireAll();
    replicaWatchers.fireAll();
  }

  /** Records came that no fsync covers, if any did. */
  void noteWritten() {
    if (log.durableEndOffset() < log.endOffset()) {
      flush.written(time.monotonicNanos());
    }
  }

  /** A truncation is done: what the cluster decided meanwhile counts now. */
  void followLatest() {
    PartitionImage image = afterTruncation;
    afterTruncation = null;
    if (image != null) {
      follow(image, settings);
    }
  }

  /** What is wrong with the epoch that a request names, if anything is; -1 names none. */
  Optional<ErrorCode> wrongEpoch(int named) {
    if (named < 0 || named == leaderEpoch) {
      return Optional.empty();
    }
    return Optional.of(
        named < leaderEpoch ? ErrorCode.FENCED_LEADER_EPOCH : ErrorCode.UNKNOWN_LEADER_EPOCH);
  }

  /** The partition is about to be closed or deleted: whoever waits is told. */
  public void close() {
    lastHighWatermark = highWatermark();
    long safeEndOffset = offline.isPresent() ? log.durableEndOffset() : log.endOffset();
    closedProgress =
        new PartitionLogs.Progress(safeEndOffset, lastHighWatermark, log.startOffset());
    stopRole("the partition was closed before the batch was committed");
  }

  /** Whether a write counts only once it is on stable storage (flush.mode=ack). */
  public boolean countsDurable() {
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
    LeaderRole leading = leader;
    if (leading == null || (acks != Acks.ALL && !hasLease())) {
      listener.onProduced(unavailable());
      return;
    }
    LeaderReplica current = leading.replica();
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
    int pendingAcks = acknowledgements.size();
    if (pendingAcks >= environment.maxPendingAcks()) {
      listener.onProduced(
          Produced.failed(
              ErrorCode.THROTTLED,
              pendingAcks + " batches of this partition wait to be acknowledged"));
      return;
    }
    int sizeBytes = batch.remaining();
    AppendOutcome outcome = log.append(batch, leaderEpoch);
    if (outcome instanceof AppendOutcome.Appended appended) {
      committedBytes.appended(appended.lastOffset(), sizeBytes);
      flush.written(time.monotonicNanos());
      Produced produced = produced(appended.baseOffset(), appended.logAppendTimeMs());
      acknowledgements.add(acks, countsDurable(), appended.lastOffset(), produced, listener);
      onLocalEnd(current);
      replicaWatchers.onCommitted(sizeBytes);
    } else if (outcome instanceof AppendOutcome.Duplicate duplicate) {
      // Not known to be committed because it is in the log: it waits as the original does.
      Produced produced = produced(duplicate.baseOffset(), duplicate.logAppendTimeMs());
      acknowledgements.add(acks, countsDurable(), duplicate.lastOffset(), produced, listener);
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

  private void onLocalEnd(LeaderReplica current) {
    if (current.onLocalEnd(log.endOffset(), log.durableEndOffset())) {
      onHighWatermark(current);
    }
    acknowledgements.durable(log.durableEndOffset());
  }

  void onHighWatermark(LeaderReplica current) {
    acknowledgements.committed(current.highWatermark());
    // At least one: of what was appended in an earlier epoch the size is not known.
    watchers.onCommitted(Math.max(1, committedBytes.passed(current.highWatermark())));
    replicaWatchers.onCommitted(1);
  }

  private void settle(LeaderReplica current) {
    acknowledgements.committed(current.highWatermark());
    acknowledgements.durable(log.durableEndOffset());
  }

  /**
   * Looks whether the log has failed: then the partition goes offline for good, unless it can be
   * repaired.
   */
  public void checkHealth() {
    Optional<String> cause = log.damage();
    if (offline.isPresent() || cause.isEmpty() || replication.isTruncating()) {
      return;
    }
    if (!repair.canRepair(cause.get(), followed)) {
      goOffline(cause.get());
    } else if (leader != null) {
      lastHighWatermark = highWatermark();
      stopRole("the replica that led the partition is damaged");
    }
  }

  void goOffline(String cause) {
    offline = Optional.of(cause);
    lastHighWatermark = highWatermark();
    stopRole("the partition's disk failed before the batch was committed");
  }

  /** Raises the log start offset, to the high watermark at most; -1 means just that. */
  public RecordDeletion deleteRecords(long beforeOffset) {
    Optional<PartitionRead.Ready> refused = reader.refuse(-1, false);
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
        && (countsDurable()
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
    LeaderRole leading = leader;
    if (leading != null) {
      onLocalEnd(leading.replica());
    }
  }

  /** A write or an fsync failed: nothing is known of the bytes since the last good one. */
  public void onFailed(IOException cause) {
    log.failed(cause);
    flush.ended();
    checkHealth();
  }
}
