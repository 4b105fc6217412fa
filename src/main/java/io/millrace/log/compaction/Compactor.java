package io.millrace.log.compaction;

import io.millrace.log.DiskFullException;
import io.millrace.log.LogTask;
import io.millrace.log.segment.BatchInput.DamageException;
import io.millrace.log.segment.CompactableLog;
import io.millrace.model.PartitionId;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compacts the logs of one shard, one at a time, the one with most to do first, at a bounded rate.
 * A log that cannot be compacted is left alone until it is opened again; why is kept and logged
 * once. A full disk is no such reason.
 *
 * <p>At most one step is out at a time: {@link #due} names the log whose turn it is, {@link #step}
 * makes its step when no other maintenance of that log is under way, {@link #done} or {@link
 * #failed} takes it back.
 *
 * <p>Threading: the shard's thread; steps run on a pool.
 */
public final class Compactor {
  static final Logger LOG = LoggerFactory.getLogger("io.millrace.log.compaction");

  /** What a step reads at most, beyond a batch: some ten milliseconds. */
  private static final int STEP_BYTES = 8 << 20;

  /** Until it is tried again to begin, when as many logs are being compacted as may be. */
  private static final long BUSY_NANOS = 200_000_000;

  private static final double NANOS_PER_SECOND = 1e9;
  private static final long NANOS_PER_MS = 1_000_000;

  private final NodeCompaction node;
  private final int stepBytes;
  private final ToLongFunction<PartitionId> limits;
  private final Map<PartitionId, CompactableLog> logs = new HashMap<>();
  private final Map<PartitionId, String> reasons = new HashMap<>();
  private @Nullable Running running;
  private @Nullable Running completed;
  private boolean out;
  private long notBeforeNanos;
  private boolean idle;

  /** A run under way. */
  private record Running(PartitionId id, CompactionRun run, long beganNanos) {}

  /**
   * @param limits the offset below which a partition's records are committed, and known to be
   *     durable even to a process that comes after this one
   * @param nowNanos monotonic
   */
  public Compactor(NodeCompaction node, ToLongFunction<PartitionId> limits, long nowNanos) {
    this(node, limits, nowNanos, STEP_BYTES);
  }

  Compactor(NodeCompaction node, ToLongFunction<PartitionId> limits, long nowNanos, int stepBytes) {
    this.stepBytes = stepBytes;
    this.node = node;
    this.limits = limits;
    this.notBeforeNanos = nowNanos;
  }

  /** Takes a log into account; whether its topic is compacted is asked each time. */
  public void add(PartitionId id, CompactableLog log) {
    logs.put(id, log);
  }

  /**
   * Forgets a log that is about to be closed.
   *
   * @return to be run on the pool, if the log was being compacted and no step is out
   */
  public Optional<LogTask<?>> remove(PartitionId id) {
    logs.remove(id);
    if (reasons.remove(id) != null) {
      node.uncompactable(-1);
    }
    Running current = running;
    return current != null && current.id.equals(id) && !out
        ? Optional.of(abandon(current))
        : Optional.empty();
  }

  /** Why a log is not compacted any more, if so. */
  public Optional<String> whyNot(PartitionId id) {
    return Optional.ofNullable(reasons.get(id));
  }

  /**
   * The log that has a step to be run now; the step counts as out from here on.
   *
   * @param nowNanos monotonic
   */
  public Optional<PartitionId> due(long nowNanos) {
    if (out || nowNanos - notBeforeNanos < 0) {
      return Optional.empty();
    }
    if (running == null && !node.tryBegin()) {
      notBeforeNanos = nowNanos + BUSY_NANOS;
      return Optional.empty();
    }
    if (running == null) {
      running = begin(nowNanos);
    }
    Running current = running;
    idle = current == null;
    if (current == null) {
      node.end();
      notBeforeNanos = nowNanos + Math.min(node.backoffMs(), Long.MAX_VALUE >> 22) * NANOS_PER_MS;
      return Optional.empty();
    }
    out = true;
    return Optional.of(current.id);
  }

  /** The limits have moved: if there was nothing to do, there may be something now. */
  public void limitsMoved(long nowNanos) {
    if (idle) {
      notBeforeNanos = nowNanos;
    }
  }

  private @Nullable Running begin(long nowNanos) {
    PartitionId dirtiest = null;
    CompactionCandidate most = null;
    for (Map.Entry<PartitionId, CompactableLog> entry : logs.entrySet()) {
      CompactionCandidate candidate = candidate(entry.getKey(), entry.getValue());
      if (candidate != null && (most == null || candidate.dirtyRatio() > most.dirtyRatio())) {
        most = candidate;
        dirtiest = entry.getKey();
      }
    }
    CompactableLog log = dirtiest == null ? null : logs.get(dirtiest);
    if (dirtiest == null || most == null || log == null) {
      return null;
    }
    OffsetMap map = node.newMap(most.dirtyRecordsAtMost());
    return new Running(dirtiest, new CompactionRun(log, most, map, stepBytes), nowNanos);
  }

  private @Nullable CompactionCandidate candidate(PartitionId id, CompactableLog log) {
    if (!log.settings().compacts() || reasons.containsKey(id)) {
      return null;
    }
    try {
      return CompactionCandidate.of(log, limits.applyAsLong(id)).orElse(null);
    } catch (IOException e) {
      giveUp(id, String.valueOf(e.getMessage()));
      return null;
    }
  }

  /**
   * Makes the step that is out. Hand what it brings back to {@link #done} before anything else
   * happens to the log, what it throws to {@link #failed}.
   */
  public LogTask<Runnable> step() {
    Running current = running;
    if (current == null) {
      return () -> () -> {};
    }
    try {
      LogTask<Runnable> next = current.run.next();
      return next == null ? () -> this::complete : next;
    } catch (CompactionRun.AbandonedException e) {
      LOG.debug("compaction of {} is put off: {}", current.id, e.getMessage());
      LogTask<?> abandoned = current.run.abandon();
      return () -> {
        abandoned.run();
        return this::forget;
      };
    }
  }

  private void forget() {
    running = null;
    node.end();
  }

  private void complete() {
    Running current = running;
    if (current != null) {
      forget();
      completed = current;
    }
  }

  /**
   * A step is done.
   *
   * @return to be run on the pool, if the log was closed meanwhile
   */
  public Optional<LogTask<?>> done(Runnable result, long nowNanos) {
    out = false;
    Running current = running;
    result.run();
    if (current == null) {
      return Optional.empty();
    }
    charge(current.run.takeLastStepBytes(), nowNanos);
    Running ended = completed;
    completed = null;
    if (ended != null) {
      report(ended, nowNanos);
      return Optional.empty();
    }
    return running != null && !logs.containsKey(current.id)
        ? Optional.of(abandon(current))
        : Optional.empty();
  }

  private void charge(long bytes, long nowNanos) {
    node.moved(bytes);
    double seconds = (double) bytes / node.bytesPerSecond();
    notBeforeNanos = nowNanos + (long) (seconds * NANOS_PER_SECOND);
  }

  private void report(Running ended, long nowNanos) {
    long nanos = nowNanos - ended.beganNanos;
    node.done(nanos, ended.run.mapUtilization(), ended.run.removedRecords());
    LOG.info(
        "compacted: partition={} removedRecords={} bytes={} ms={} mapUtilization={}",
        ended.id,
        ended.run.removedRecords(),
        ended.run.bytes(),
        nanos / NANOS_PER_MS,
        String.format("%.2f", ended.run.mapUtilization()));
  }

  /**
   * A step failed, or could not be run: the log is as it was before the run, or before its last
   * finished group of segments.
   *
   * @return to be run on the pool, if something is left to be cleared away
   */
  public Optional<LogTask<?>> failed(IOException cause, long nowNanos) {
    out = false;
    notBeforeNanos = nowNanos + Math.min(node.backoffMs(), Long.MAX_VALUE >> 22) * NANOS_PER_MS;
    Running current = running;
    if (current == null) {
      return Optional.empty();
    }
    CompactableLog log = logs.get(current.id);
    if (log != null && cause instanceof DiskFullException) {
      LOG.warn("compaction waits for space: partition={} cause={}", current.id, cause.getMessage());
    } else if (log != null) {
      if (cause instanceof DamageException) {
        log.reportDamage(String.valueOf(cause.getMessage()));
      }
      giveUp(current.id, String.valueOf(cause.getMessage()));
    }
    return Optional.of(abandon(current));
  }

  private void giveUp(PartitionId id, String reason) {
    if (reasons.putIfAbsent(id, reason) == null) {
      node.uncompactable(1);
      LOG.error("the partition is not compacted any more: partition={} cause={}", id, reason);
    }
  }

  private LogTask<?> abandon(Running current) {
    forget();
    return current.run.abandon();
  }
}
