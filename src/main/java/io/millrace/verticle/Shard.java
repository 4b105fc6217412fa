package io.millrace.verticle;

import io.millrace.bus.ImageUpdate;
import io.millrace.bus.MetadataReply;
import io.millrace.bus.ReplicaFetchRequest;
import io.millrace.bus.ShardRequest;
import io.millrace.model.TimeSource;
import io.millrace.model.config.ReplicationSettings;
import io.millrace.model.config.ServerSettings;
import io.millrace.partition.PartitionLogs;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One shard of this node's partitions: takes each message to what deals with it, and sends what is
 * to be answered when the message is dealt with. Messages that name an image which is not followed
 * yet wait for it; they keep their admission, so that they are bounded.
 *
 * <p>Threading: one thread at a time.
 */
final class Shard {
  private static final Logger LOGGER = LoggerFactory.getLogger(Shard.class);

  private final Tasks tasks;
  private final PartitionLogs logs;
  private final Outbox outbox;
  private final TimeSource time;
  private final ShardPartitions partitions;
  private final FlushScheduler flushes;
  private final ShardUpkeep upkeep;
  private final AppendHandler appends;
  private final ReadHandler reads;
  private final OffsetsHandler offsets;
  private final DeletionHandler deletions;
  private final DescriptionHandler descriptions;
  private final ReplicaFetchHandler replicaFetches;
  private final ReplicaFetcher fetcher;
  private final @Nullable InSyncUpkeep inSync;
  private final ArrayDeque<Runnable> afterwards = new ArrayDeque<>();
  private List<ShardRequest> parked = new ArrayList<>();
  private List<ReplicaFetchRequest> parkedFetches = new ArrayList<>();
  private boolean stopping;

  /**
   * @param outbox where its answers go; emptied after each event
   * @param tasks hands results back through {@link #run}
   * @param onWrite hears how long each write took, in nanoseconds
   * @param peers reaches the leaders that its partitions follow
   * @param handBack brings something to the shard's thread, through {@link #run}
   */
  Shard(
      ShardEnvironment environment,
      Outbox outbox,
      Tasks tasks,
      LongConsumer onWrite,
      ReplicaPeers peers,
      Consumer<Runnable> handBack) {
    int background = environment.settings().get(ServerSettings.BACKGROUND_THREADS);
    this.tasks = tasks;
    this.logs = environment.logs();
    this.outbox = outbox;
    this.time = environment.time();
    this.flushes = new FlushScheduler(time, environment.metrics(), background);
    this.upkeep = new ShardUpkeep(environment, tasks, flushes);
    this.fetcher = fetcher(environment, peers);
    this.partitions = new ShardPartitions(environment, tasks, new PartitionNews(upkeep, fetcher));
    this.appends = new AppendHandler(partitions, flushes, outbox, time, onWrite);
    this.reads =
        new ReadHandler(
            partitions,
            tasks,
            outbox,
            afterwards::add,
            environment.settings().get(ServerSettings.SHARD_WAITING_FETCHES));
    this.offsets = new OffsetsHandler(partitions, tasks, outbox);
    this.replicaFetches = new ReplicaFetchHandler(partitions, tasks, outbox, time, afterwards::add);
    // A node that is alone has nobody to be in sync with.
    this.inSync =
        environment.isAlone()
            ? null
            : new InSyncUpkeep(
                partitions,
                environment.replication().controller(),
                handBack,
                time,
                environment.settings().get(ReplicationSettings.REPLICA_LAG_TIME_MAX_MS));
    this.deletions = new DeletionHandler(partitions, logs, outbox);
    this.descriptions = new DescriptionHandler(partitions, outbox);
  }

  private ReplicaFetcher fetcher(ShardEnvironment environment, ReplicaPeers peers) {
    return new ReplicaFetcher(
        environment.self(),
        environment.shards(),
        environment.settings(),
        time,
        peers,
        new FollowerSteps(logs, flushes, upkeep),
        environment.replication().brokerEpoch(),
        this::imageVersion);
  }

  private long imageVersion() {
    return partitions.imageVersion();
  }

  /** Deals with one event, then with what it made due, then sends all that is to be answered. */
  void run(Runnable event) {
    guard(event);
    while (!afterwards.isEmpty()) {
      guard(afterwards.remove());
    }
    if (fetcher.followedCount() > 0) {
      guard(fetcher::run);
    }
    outbox.flush();
  }

  /** One event that fails unexpectedly must not stop the others. */
  private static void guard(Runnable event) {
    try {
      event.run();
    } catch (RuntimeException e) {
      LOGGER.error("an event of a log shard failed unexpectedly", e);
    }
  }

  void onRequest(ShardRequest request) {
    if (request.imageVersion() > partitions.imageVersion() && !isOverdue(request)) {
      parked.add(request);
      return;
    }
    try {
      dispatch(request);
    } catch (RuntimeException e) {
      // Without an answer its admission would never be given back.
      LOGGER.error("a request to a log shard failed unexpectedly", e);
      FailedRequest.reply(request).ifPresent(reply -> outbox.reply(request.replyTo(), reply));
    }
  }

  private boolean isOverdue(ShardRequest request) {
    return request.deadlineNanos() - time.monotonicNanos() < 0;
  }

  /** A follower on another node; one that waited for an image for too long has asked again. */
  void onReplicaFetch(ReplicaFetchRequest request) {
    if (request.deadlineNanos() - time.monotonicNanos() < 0) {
      return;
    }
    if (request.imageVersion() > partitions.imageVersion()) {
      parkedFetches.add(request);
    } else {
      replicaFetches.handle(request);
    }
  }

  private void dispatch(ShardRequest request) {
    if (request instanceof ShardRequest.Append append) {
      appends.handle(append);
    } else if (request instanceof ShardRequest.Read read) {
      reads.handle(read);
    } else if (request instanceof ShardRequest.Forget forget) {
      reads.forget(forget);
    } else if (request instanceof ShardRequest.FindOffsets find) {
      offsets.handle(find);
    } else if (request instanceof ShardRequest.DeleteRecords delete) {
      deletions.handle(delete);
    } else if (request instanceof ShardRequest.DescribeLogs describe) {
      descriptions.handle(describe);
    }
  }

  void onImage(ImageUpdate update) {
    partitions.follow(
        update.image(),
        () -> {
          outbox.reply(update.replyTo(), new MetadataReply.Done(update.correlationId()));
          unpark();
        });
  }

  /** Deals with what no longer has to wait: its image is here, or its time is over. */
  private void unpark() {
    List<ShardRequest> waiting = parked;
    parked = new ArrayList<>();
    waiting.forEach(this::onRequest);
    List<ReplicaFetchRequest> fetches = parkedFetches;
    parkedFetches = new ArrayList<>();
    fetches.forEach(this::onReplicaFetch);
  }

  /** Every few milliseconds. */
  void onFlushTick() {
    flushes.run();
    if (!stopping) {
      upkeep.runPieces();
      replicaFetches.expire();
      if (inSync != null) {
        inSync.onTick();
      }
    }
  }

  /** Every second or so. */
  void onUpkeepTick() {
    if (stopping) {
      return;
    }
    reads.expire(time.monotonicNanos());
    unpark();
    partitions.countOffline();
    upkeep.run();
  }

  /** Closes every partition and writes down how far each is; says at the end what failed. */
  void stop(Consumer<List<String>> whenStopped) {
    stopping = true;
    partitions.closeAll(
        (progress, failures) ->
            tasks.run(
                Tasks.Pool.MAINTENANCE,
                HostedPartition.ignoringResult(logs.checkpoint(progress)),
                done -> whenStopped.accept(failures),
                failure -> {
                  failures.add("checkpoints: " + failure.getMessage());
                  whenStopped.accept(failures);
                }));
  }

  /** Requests that wait for an image. */
  int parkedRequests() {
    return parked.size();
  }
}
