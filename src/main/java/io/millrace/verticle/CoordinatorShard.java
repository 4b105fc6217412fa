package io.millrace.verticle;

import io.millrace.group.Reply;
import io.millrace.model.ErrorCode;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.group.GroupState;
import io.millrace.model.group.GroupType;
import io.millrace.model.image.ClusterImage;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition of {@code __consumer_offsets} that this node leads, and its coordinator:
 *
 * <pre>
 *   Loading --loaded--> Active --append refused, call failed, new epoch--> Loading
 *   Loading --failed--> Resting --a little later--> Loading
 *   any --close--> Closed
 * </pre>
 *
 * <p>Threading: the verticle's context.
 */
final class CoordinatorShard {
  private static final Logger LOG = LoggerFactory.getLogger(CoordinatorShard.class);

  private final int partition;
  private final CoordinatorLog log;
  private final CoordinatorParts parts;
  private final LoadRetries retries = new LoadRetries();
  private final Set<Long> awaitingLoad = new LinkedHashSet<>();
  private State state = new Closed();
  private int leaderEpoch;

  CoordinatorShard(int partition, CoordinatorLog log, CoordinatorParts parts) {
    this.partition = partition;
    this.log = log;
    this.parts = parts;
  }

  private sealed interface State {}

  private record Loading(Loader loader) implements State {}

  private record Active(ActiveCoordinator coordinator) implements State {}

  /** A load failed; there is another one later. */
  private record Resting(long untilNanos) implements State {}

  private record Closed() implements State {}

  /** This node leads the partition in this epoch. */
  void lead(int epoch) {
    if (state instanceof Closed || epoch > leaderEpoch) {
      leaderEpoch = epoch;
      retries.reset();
      unload("this node leads the group's partition in a new epoch");
      toLoading();
    }
  }

  /** This node no longer leads it. */
  void close(ErrorCode error, String reason) {
    end();
    state = new Closed();
    failAll(error, reason);
  }

  private void unload(String reason) {
    end();
    failAll(ErrorCode.NOT_COORDINATOR, reason + "; look for the coordinator again");
  }

  private void failAll(ErrorCode error, String reason) {
    awaitingLoad.clear();
    parts.pending().failAll(partition, error, reason);
  }

  private void end() {
    if (state instanceof Active active) {
      active.coordinator().end();
    } else if (state instanceof Loading loading) {
      loading.loader().cancel();
    }
  }

  private void toLoading() {
    Loader loader = new Loader();
    state = new Loading(loader);
    parts.slots().acquire(loader::start);
  }

  private void toActive(CoordinatorLoad.Loaded loaded, CommitQueue commits) {
    state =
        new Active(
            new ActiveCoordinator(
                loaded.coordinator(),
                commits,
                parts.time(),
                loaded.end().leaderEpoch(),
                parts.image().get()));
    parts.touched().accept(this);
    awaitingLoad.forEach(parts.pending()::loaded);
    awaitingLoad.clear();
  }

  private void toResting(String reason) {
    long now = parts.time().monotonicNanos();
    long restNanos = retries.failed(now);
    if (retries.isNews(reason)) {
      LOG.warn(
          "the group coordinator of partition={} leaderEpoch={} is not loaded, it is tried again"
              + " less and less often: {}",
          partition,
          leaderEpoch,
          reason);
    }
    state = new Resting(now + restNanos);
  }

  /** Handles a request, or fails it. */
  void ask(long requestId, GroupRequest<?> request) {
    if (state instanceof Active active) {
      guarded(() -> active.coordinator().ask(requestId, request));
    } else {
      parts
          .pending()
          .fail(
              requestId,
              ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
              "the coordinator reads its log; ask again shortly");
    }
  }

  /** Answers once the coordinator is loaded. */
  void awaitLoaded(long requestId) {
    if (state instanceof Active) {
      parts.pending().loaded(requestId);
    } else {
      awaitingLoad.add(requestId);
    }
  }

  void forget(long requestId) {
    awaitingLoad.remove(requestId);
    if (state instanceof Active active) {
      guarded(() -> active.coordinator().forget(requestId));
    }
  }

  void onImage(ClusterImage image) {
    if (state instanceof Active active) {
      guarded(() -> active.coordinator().onImage(image));
    }
  }

  /** When {@link #tick} is due at the latest, monotonic; {@link Long#MAX_VALUE} for never. */
  long nextDeadlineNanos() {
    if (state instanceof Active active) {
      return active.coordinator().nextDeadlineNanos();
    }
    return state instanceof Resting resting ? resting.untilNanos() : Long.MAX_VALUE;
  }

  void tick(long nowNanos) {
    if (state instanceof Active active) {
      guarded(() -> active.coordinator().tick(nowNanos));
    } else if (state instanceof Resting resting && resting.untilNanos() - nowNanos <= 0) {
      toLoading();
    }
  }

  /** Empty while it is not loaded. */
  Optional<List<GroupResponse.Listed>> list(Set<GroupState> states, Set<GroupType> types) {
    return state instanceof Active active
        ? Optional.of(active.coordinator().list(states, types))
        : Optional.empty();
  }

  /** Appends what was decided since the last time. */
  void flush() {
    if (state instanceof Active active) {
      guarded(() -> active.coordinator().flush());
    }
  }

  /** One call that fails must not leave a half-changed coordinator behind. */
  private void guarded(Runnable call) {
    try {
      call.run();
      if (state instanceof Active active && active.coordinator().isFlushDue()) {
        parts.touched().accept(this);
      }
    } catch (RuntimeException e) {
      LOG.error("a group coordinator failed and is loaded again: partition={}", partition, e);
      unload("the coordinator failed");
      toResting("a call failed: " + e);
    }
  }

  /** One load, and what follows from its end. */
  private final class Loader implements CoordinatorLoad.Listener {
    private final CoordinatorLoad load =
        new CoordinatorLoad(log, leaderEpoch, parts.coordinators(), parts.nextPass(), this);
    private final long begunNanos = parts.time().monotonicNanos();
    private boolean holdsSlot;
    private boolean cancelled;

    void start() {
      holdsSlot = true;
      if (cancelled) {
        releaseSlot();
      } else {
        load.start();
      }
    }

    void cancel() {
      cancelled = true;
      load.cancel();
      releaseSlot();
    }

    private void releaseSlot() {
      if (holdsSlot) {
        holdsSlot = false;
        parts.slots().release();
      }
    }

    @Override
    public void onLoaded(CoordinatorLoad.Loaded loaded) {
      releaseSlot();
      long now = parts.time().monotonicNanos();
      long tookNanos = now - begunNanos;
      int failures = retries.loaded(now);
      if (failures > 0) {
        LOG.info(
            "the group coordinator is loaded after all: partition={} leaderEpoch={} failures={}",
            partition,
            leaderEpoch,
            failures);
      }
      parts.loadTimer().recordNanos(tookNanos);
      LOG.debug(
          "the group coordinator is loaded: partition={} leaderEpoch={} records={} ms={}",
          partition,
          leaderEpoch,
          loaded.recordCount(),
          tookNanos / 1_000_000);
      if (loaded.unknownCount() > 0) {
        LOG.warn(
            "records of kinds that a later release writes were skipped: partition={} records={}",
            partition,
            loaded.unknownCount());
      }
      CommitQueue commits =
          new CommitQueue(
              log,
              parts.codec(),
              loaded.end(),
              parts.batchBytes(),
              parts.compression(),
              committed());
      guarded(() -> toActive(loaded, commits));
    }

    @Override
    public void onFailed(String reason) {
      releaseSlot();
      toResting(reason);
    }
  }

  private CommitQueue.Listener committed() {
    return new CommitQueue.Listener() {
      @Override
      public void onCommitted(Reply reply) {
        parts.pending().answer(reply.requestId(), reply.response());
      }

      @Override
      public void onRefused(ErrorCode error, String reason) {
        LOG.warn(
            "the group coordinator could not append and is loaded again: partition={}"
                + " leaderEpoch={} error={} {}",
            partition,
            leaderEpoch,
            error,
            reason);
        unload("the coordinator could not append");
        toResting("an append was refused");
      }
    };
  }
}
