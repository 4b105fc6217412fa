package io.millrace.verticle;

import io.millrace.group.GroupCoordinator;
import io.millrace.group.GroupRecord;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Fills a coordinator with what its log holds, from the start to the high watermark, in pieces:
 * between two of them the thread is free for the heartbeats of other coordinators.
 *
 * <p>Threading: its coordinator's thread.
 */
final class CoordinatorLoad {
  private static final int PIECE_RECORDS = 1_000;

  private final CoordinatorLog log;
  private final int leaderEpoch;
  private final Supplier<GroupCoordinator> factory;
  private final Executor nextPass;
  private final Listener listener;
  private GroupCoordinator coordinator;
  private long recordCount;
  private long unknownCount;
  private boolean cancelled;

  /**
   * A load that {@link #start} begins.
   *
   * @param factory makes an empty coordinator
   * @param nextPass runs on the same thread once others have had their turn
   */
  CoordinatorLoad(
      CoordinatorLog log,
      int leaderEpoch,
      Supplier<GroupCoordinator> factory,
      Executor nextPass,
      Listener listener) {
    this.log = log;
    this.leaderEpoch = leaderEpoch;
    this.factory = factory;
    this.nextPass = nextPass;
    this.listener = listener;
    this.coordinator = factory.get();
  }

  /** Hears of the end, once, unless the load was cancelled. */
  interface Listener {
    void onLoaded(Loaded loaded);

    void onFailed(String reason);
  }

  /**
   * A coordinator that knows all that its log holds.
   *
   * @param recordCount how many records the log has
   * @param unknownCount how many of those were skipped, since a later release wrote them
   */
  record Loaded(
      GroupCoordinator coordinator, CoordinatorLog.End end, long recordCount, long unknownCount) {}

  void start() {
    readFrom(0);
  }

  /** Nobody is told anything any more. */
  void cancel() {
    cancelled = true;
  }

  private void readFrom(long offset) {
    log.read(offset, leaderEpoch, this::onChunk);
  }

  private void onChunk(CoordinatorLog.Chunk chunk) {
    if (cancelled) {
      return;
    }
    if (chunk instanceof CoordinatorLog.Records records) {
      recordCount += records.recordCount();
      unknownCount += records.unknownCount();
      replay(records.records(), 0, records.nextOffset());
    } else if (chunk instanceof CoordinatorLog.End end) {
      listener.onLoaded(new Loaded(coordinator, end, recordCount, unknownCount));
    } else if (chunk instanceof CoordinatorLog.Gone gone) {
      // What was read is not all from before the new start: begin anew.
      coordinator = factory.get();
      recordCount = 0;
      unknownCount = 0;
      readFrom(gone.logStartOffset());
    } else if (chunk instanceof CoordinatorLog.Unreadable unreadable) {
      listener.onFailed(unreadable.reason());
    }
  }

  private void replay(List<GroupRecord> records, int from, long nextOffset) {
    if (cancelled) {
      return;
    }
    int to = Math.min(records.size(), from + PIECE_RECORDS);
    try {
      records.subList(from, to).forEach(coordinator::replay);
    } catch (RuntimeException e) {
      listener.onFailed("its records contradict each other: " + e);
      return;
    }
    if (to < records.size()) {
      nextPass.execute(() -> replay(records, to, nextOffset));
    } else {
      readFrom(nextOffset);
    }
  }
}
