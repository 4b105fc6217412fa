package io.millrace.partition;

import io.millrace.record.BatchHeader;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was committed, as far as anybody could see, and the invariants that all replicas together
 * must keep. A broken one is an AssertionError with the invariant's name.
 */
public final class ReplicationHistory {
  /** A batch at a place in the log; the CRC stands for its content. */
  record Batch(long baseOffset, long nextOffset, int epoch, int crc) {
    static Batch of(byte[] bytes) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      return new Batch(
          BatchHeader.baseOffset(buffer, 0),
          BatchHeader.nextOffset(buffer, 0),
          BatchHeader.leaderEpoch(buffer, 0),
          BatchHeader.crc(buffer, 0));
    }

    boolean isIn(byte[] bytes) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      return BatchHeader.baseOffset(buffer, 0) == baseOffset
          && BatchHeader.nextOffset(buffer, 0) == nextOffset
          && BatchHeader.leaderEpoch(buffer, 0) == epoch
          && BatchHeader.crc(buffer, 0) == crc;
    }
  }

  /** A batch that was seen to be committed, first in this leader epoch. */
  private record Committed(Batch batch, int inEpoch) {}

  private final TreeMap<Long, Committed> committed = new TreeMap<>();
  private final Map<Integer, Integer> leaders = new HashMap<>();
  private long committedEnd;
  long acknowledged;
  long elections;

  public long acknowledgedCount() {
    return acknowledged;
  }

  /** At the end: all replicas have the same log, and in it all that was ever committed. */
  public void requireAgreement(Collection<InMemoryLog> logs, String state) {
    List<Batch> first = null;
    for (InMemoryLog log : logs) {
      requireCommitted("at the end a replica", Integer.MAX_VALUE, log.batches());
      List<Batch> batches = log.batches().stream().map(Batch::of).toList();
      first = first == null ? batches : first;
      check(first.equals(batches), "LogsAgreeAtTheEnd: %s", state);
      check(
          committedEnd == log.endOffset(),
          "AllIsCommittedAtTheEnd: %s, committed %s",
          state,
          committedEnd);
    }
  }

  public long committedEnd() {
    return committedEnd;
  }

  /** A replica knows everything below to be committed. */
  void onHighWatermark(int node, int epoch, long from, long highWatermark, InMemoryLog log) {
    long end = from;
    for (byte[] bytes : log.batchesFrom(from)) {
      Batch batch = Batch.of(bytes);
      if (batch.nextOffset() > highWatermark) {
        break;
      }
      Committed known = committed.putIfAbsent(batch.baseOffset(), new Committed(batch, epoch));
      check(
          known == null || known.batch.equals(batch),
          "LogPrefixAgreement: node %s has %s committed, before it was %s",
          node,
          batch,
          known);
      end = batch.nextOffset();
    }
    check(
        end == Math.max(from, highWatermark),
        "HighWatermarkInLog: node %s has high watermark %s, its batches end at %s",
        node,
        highWatermark,
        end);
    committedEnd = Math.max(committedEnd, end);
  }

  /** A replica begins to lead. */
  void onLeader(int node, int epoch, List<byte[]> log) {
    Integer before = leaders.putIfAbsent(epoch, node);
    check(
        before == null || before == node,
        "SingleLeaderPerEpoch: nodes %s and %s lead in epoch %s",
        before,
        node,
        epoch);
    if (before == null) {
      elections++;
      requireCommitted("node " + node + " leads in epoch " + epoch, epoch, log);
    }
  }

  /**
   * All is there that was committed in earlier epochs. Who wakes up late, as the leader of an epoch
   * that others have left behind, need not have what was committed since.
   */
  void requireCommitted(String who, int beforeEpoch, List<byte[]> log) {
    int at = 0;
    for (Committed one : committed.values()) {
      while (at < log.size() && baseOffset(log.get(at)) < one.batch.baseOffset()) {
        at++;
      }
      check(
          one.inEpoch >= beforeEpoch || (at < log.size() && one.batch.isIn(log.get(at))),
          "CommittedNeverLost: %s, it lacks %s",
          who,
          one);
    }
  }

  private static long baseOffset(byte[] batch) {
    return BatchHeader.baseOffset(ByteBuffer.wrap(batch), 0);
  }

  /**
   * Who may be elected has what is committed: the last batch of it, and so, as LogPrefixAgreement
   * says, all that is before it.
   */
  public void requireNewest(String who, InMemoryLog log) {
    if (committed.isEmpty()) {
      return;
    }
    Batch newest = committed.lastEntry().getValue().batch;
    check(
        log.holds(newest.baseOffset(), newest.crc(), false),
        "InSyncHasAllThatIsCommitted: %s is in sync, its log ends at %s, it lacks %s",
        who,
        log.endOffset(),
        newest);
  }

  /** A producer was told that its batch is where acks=all wants it. */
  void onAcknowledged(int node, long baseOffset, int crc) {
    acknowledged++;
    Committed batch = committed.get(baseOffset);
    check(
        batch != null && batch.batch.crc() == crc,
        "AckedIsCommitted: node %s acknowledged offset %s, committed there is %s",
        node,
        baseOffset,
        batch);
  }

  /** What a consumer read is what is committed. */
  void onRead(int node, byte[] bytes) {
    Batch batch = Batch.of(bytes);
    Committed there = committed.get(batch.baseOffset());
    check(
        there != null && batch.equals(there.batch),
        "OnlyCommittedIsRead: node %s served %s, committed is %s",
        node,
        batch,
        there);
  }

  public static void check(boolean holds, String format, Object... arguments) {
    if (!holds) {
      throw new AssertionError(String.format(format, arguments));
    }
  }
}
