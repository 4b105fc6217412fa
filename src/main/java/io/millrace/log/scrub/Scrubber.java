package io.millrace.log.scrub;

import io.millrace.log.LogTask;
import io.millrace.log.PartitionLog;
import io.millrace.log.ReadOutcome;
import io.millrace.model.PartitionId;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Walks the logs of one shard, one whole log after the other, round and round, and has everything
 * that is durable and not hot read and checked against its CRCs, at a bounded rate. A log that
 * turns out damaged, which its own reads find and report, is not walked again.
 *
 * <p>At most one piece is out at a time: {@link #next} hands one out, {@link #checked} or {@link
 * #failed} takes it back.
 *
 * <p>Threading: the shard's thread; a piece's task runs on the read pool.
 */
public final class Scrubber {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final long bytesPerSecond;
  private final int pieceBytes;
  private final Map<PartitionId, PartitionLog> logs = new HashMap<>();
  private final ArrayDeque<PartitionId> turns = new ArrayDeque<>();
  private long nextOffset;
  private long notBeforeNanos;
  private @Nullable Piece out;

  /**
   * @param bytesPerSecond log.scrub.bytes.per.second; 0 for never
   * @param pieceBytes log.read.step.bytes, the most that one task reads beyond a single batch
   * @param nowNanos monotonic
   */
  public Scrubber(long bytesPerSecond, int pieceBytes, long nowNanos) {
    this.bytesPerSecond = bytesPerSecond;
    this.pieceBytes = pieceBytes;
    this.notBeforeNanos = nowNanos;
  }

  /** A piece of a log that is being checked. */
  public record Piece(PartitionId partition, LogTask<ReadOutcome> task) {}

  /** Takes a log into the round. */
  public void add(PartitionId partition, PartitionLog log) {
    if (logs.put(partition, log) == null) {
      turns.addLast(partition);
    }
  }

  /** Takes a log that is closed or deleted out of the round. */
  public void remove(PartitionId partition) {
    if (logs.remove(partition) != null) {
      if (partition.equals(turns.peekFirst())) {
        nextOffset = 0;
      }
      turns.remove(partition);
    }
  }

  /**
   * The next piece to check; empty while one is out, the rate allows none, or nothing is cold.
   * Looks at all logs at most.
   *
   * @param nowNanos monotonic
   */
  public Optional<Piece> next(long nowNanos) {
    if (out != null || logs.isEmpty() || bytesPerSecond == 0 || nowNanos - notBeforeNanos < 0) {
      return Optional.empty();
    }
    // Once more than there are logs: the first one may have come to its end, and begins again.
    for (int looked = 0; looked <= logs.size(); looked++) {
      PartitionId partition = turns.getFirst();
      PartitionLog log = logs.get(partition);
      Optional<LogTask<ReadOutcome>> cold =
          log == null ? Optional.empty() : coldAt(log, Math.max(nextOffset, log.startOffset()));
      if (cold.isPresent()) {
        out = new Piece(partition, cold.get());
        return Optional.of(out);
      }
      moveOn();
    }
    return Optional.empty();
  }

  private Optional<LogTask<ReadOutcome>> coldAt(PartitionLog log, long offset) {
    if (log.damage().isPresent() || offset >= log.durableEndOffset()) {
      return Optional.empty();
    }
    ReadOutcome outcome = log.read(offset, pieceBytes, log.durableEndOffset());
    if (outcome instanceof ReadOutcome.Cold cold) {
      return Optional.of(cold.task());
    }
    if (outcome instanceof ReadOutcome.Batches hot) {
      hot.slice().release();
    }
    return Optional.empty();
  }

  /**
   * What came of the piece that is out. A log that is damaged knows it from its own read; it leaves
   * the round.
   *
   * @return the damage, if there is any
   */
  public Optional<String> checked(ReadOutcome outcome, long nowNanos) {
    PartitionId partition = takeBack();
    if (outcome instanceof ReadOutcome.Damaged damaged) {
      remove(partition);
      return Optional.of(damaged.reason());
    }
    boolean stillItsTurn = partition.equals(turns.peekFirst());
    if (outcome instanceof ReadOutcome.Batches batches) {
      charge(batches.slice().sizeBytes(), nowNanos);
      if (stillItsTurn) {
        nextOffset = batches.slice().nextOffset();
      }
      batches.slice().release();
    } else if (stillItsTurn) {
      moveOn();
    }
    return Optional.empty();
  }

  /**
   * The task of the piece that is out threw. Its log leaves the round, unless the file was only
   * deleted meanwhile.
   *
   * @return what is wrong, if anything is
   */
  public Optional<String> failed(IOException cause) {
    PartitionId partition = takeBack();
    if (cause instanceof NoSuchFileException) {
      return Optional.empty();
    }
    remove(partition);
    return Optional.of("reading " + partition + " failed: " + cause.getMessage());
  }

  private PartitionId takeBack() {
    Piece piece = out;
    if (piece == null) {
      throw new IllegalStateException("no piece is out");
    }
    out = null;
    return piece.partition();
  }

  private void charge(int sizeBytes, long nowNanos) {
    double seconds = (double) sizeBytes / bytesPerSecond;
    notBeforeNanos = nowNanos + (long) (seconds * NANOS_PER_SECOND);
  }

  private void moveOn() {
    nextOffset = 0;
    turns.addLast(turns.removeFirst());
  }
}
