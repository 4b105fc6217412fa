package io.millrace.verticle;

import io.millrace.bus.CoordinatorReply;
import io.millrace.bus.CoordinatorRequest;
import io.millrace.group.GroupCoordinator;
import io.millrace.group.codec.GroupRecordCodec;
import io.millrace.model.ErrorCode;
import io.millrace.model.InternalTopics;
import io.millrace.model.Metrics;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TimeSource;
import io.millrace.model.config.CoordinatorSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import io.millrace.record.CompressionType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The group coordinators of a node: one for each partition of {@code __consumer_offsets} that it
 * leads. What the events of one pass of the event loop decide is appended at the pass's end, so
 * that commits which come together share a batch.
 *
 * <p>Threading: the verticle's context; everything goes through {@link #run}.
 */
final class Coordinators {
  private static final Logger LOG = LoggerFactory.getLogger(Coordinators.class);

  private final NodeId self;
  private final Supplier<ClusterImage> latest;
  private final TimeSource time;
  private final Outbox outbox;
  private final Executor nextPass;
  private final PendingAsks pending;
  private final CoordinatorParts parts;
  private final Map<Integer, CoordinatorShard> shards = new HashMap<>();
  private final Set<CoordinatorShard> touched = new LinkedHashSet<>();
  private Function<PartitionId, CoordinatorLog> logs = this::noLog;
  private Optional<TopicImage> topic = Optional.empty();
  private ClusterImage image = ClusterImage.empty();
  private boolean passEndDue;
  private boolean stopped;

  /**
   * No coordinators yet.
   *
   * @param latest the newest image that this node follows
   * @param factory makes an empty coordinator
   * @param nextPass runs on the verticle's context once others have had their turn
   */
  Coordinators(
      NodeId self,
      Supplier<ClusterImage> latest,
      Supplier<GroupCoordinator> factory,
      GroupRecordCodec codec,
      Outbox outbox,
      Executor nextPass,
      SettingValues settings,
      TimeSource time,
      Metrics metrics) {
    this.self = self;
    this.latest = latest;
    this.time = time;
    this.outbox = outbox;
    this.nextPass = nextPass;
    this.pending = new PendingAsks(outbox);
    this.parts =
        new CoordinatorParts(
            factory,
            codec,
            () -> image,
            pending,
            new LoadSlots(settings.get(CoordinatorSettings.GROUP_COORDINATOR_LOAD_THREADS)),
            this::runLater,
            touched::add,
            settings.get(CoordinatorSettings.GROUP_COORDINATOR_BATCH_BYTES),
            CompressionType.ofId(settings.get(CoordinatorSettings.OFFSETS_TOPIC_COMPRESSION_CODEC)),
            time,
            metrics.timer(
                "millrace.group.load", "How long a group coordinator took to read its log."));
  }

  private CoordinatorLog noLog(PartitionId id) {
    throw new IllegalStateException("no log is given for " + id);
  }

  /** Says where each coordinator keeps its records; before the first image. */
  void useLogs(Function<PartitionId, CoordinatorLog> given) {
    logs = given;
  }

  /** Deals with an event, and at the end of the pass with what it led to. */
  void run(Runnable event) {
    try {
      event.run();
    } catch (RuntimeException e) {
      // One event that fails unexpectedly must not stop the others.
      LOG.error("an event of the group coordinators failed unexpectedly", e);
    }
    if (!passEndDue) {
      passEndDue = true;
      nextPass.execute(this::endPass);
    }
  }

  /** As {@link #run}, once others have had their turn. */
  void runLater(Runnable event) {
    nextPass.execute(() -> run(event));
  }

  private void endPass() {
    passEndDue = false;
    List<CoordinatorShard> due = List.copyOf(touched);
    touched.clear();
    due.forEach(CoordinatorShard::flush);
    outbox.flush();
  }

  void onRequest(CoordinatorRequest request) {
    // A sender may have seen an image that is not announced here yet.
    onImage(latest.get());
    if (request instanceof CoordinatorRequest.Ask ask) {
      ask(ask);
    } else if (request instanceof CoordinatorRequest.AwaitLoaded await) {
      awaitLoaded(await);
    } else if (request instanceof CoordinatorRequest.Forget forget) {
      pending
          .forget(forget)
          .ifPresent(
              forgotten -> {
                CoordinatorShard shard = shards.get(forgotten.partition());
                if (shard != null) {
                  shard.forget(forgotten.id());
                }
              });
    } else if (request instanceof CoordinatorRequest.ListGroups list) {
      list(list);
    }
  }

  private void ask(CoordinatorRequest.Ask ask) {
    long id = pending.open(ask, ask.partition());
    CoordinatorShard shard = shards.get(ask.partition());
    if (stopped) {
      pending.fail(id, ErrorCode.SHUTTING_DOWN, "this server is stopping");
    } else if (topic.isEmpty()) {
      pending.fail(
          id,
          ErrorCode.COORDINATOR_NOT_AVAILABLE,
          "there is no " + InternalTopics.OFFSETS + " yet; look for the coordinator first");
    } else if (shard == null) {
      pending.fail(
          id,
          ErrorCode.NOT_COORDINATOR,
          "this node does not lead partition "
              + ask.partition()
              + " of "
              + InternalTopics.OFFSETS
              + "; look for the coordinator again");
    } else if (ask.deadlineNanos() - time.monotonicNanos() < 0) {
      pending.fail(id, ErrorCode.REQUEST_TIMED_OUT, "the deadline passed before it was handled");
    } else {
      shard.ask(id, ask.request());
    }
  }

  private void awaitLoaded(CoordinatorRequest.AwaitLoaded await) {
    long id = pending.open(await, await.partition());
    CoordinatorShard shard = shards.get(await.partition());
    if (stopped) {
      pending.fail(id, ErrorCode.SHUTTING_DOWN, "this server is stopping");
    } else if (shard == null) {
      pending.loaded(id);
    } else {
      shard.awaitLoaded(id);
    }
  }

  private void list(CoordinatorRequest.ListGroups list) {
    List<GroupResponse.Listed> groups = new ArrayList<>();
    for (CoordinatorShard shard : shards.values()) {
      Optional<List<GroupResponse.Listed>> some = shard.list(list.states(), list.types());
      if (some.isEmpty()) {
        outbox.reply(
            list.replyTo(),
            new CoordinatorReply.Failed(
                list.correlationId(),
                ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
                "not every coordinator has read its log yet; ask again shortly"));
        return;
      }
      groups.addAll(some.get());
    }
    outbox.reply(
        list.replyTo(), new CoordinatorReply.Listed(list.correlationId(), List.copyOf(groups)));
  }

  /** Follows an image if it is newer: coordinators come and go, and hear of topics. */
  void onImage(ClusterImage newer) {
    if (stopped || newer.version() <= image.version()) {
      return;
    }
    image = newer;
    Optional<TopicImage> now = newer.topic(InternalTopics.OFFSETS);
    if (!now.map(TopicImage::id).equals(topic.map(TopicImage::id))) {
      closeAll(ErrorCode.NOT_COORDINATOR, "the group's topic is another one now");
    }
    topic = now;
    now.ifPresent(this::followLeaders);
    List.copyOf(shards.values()).forEach(shard -> shard.onImage(newer));
  }

  private void followLeaders(TopicImage now) {
    for (PartitionImage partition : now.partitions()) {
      int number = partition.partition();
      if (partition.leader().filter(self::equals).isPresent()) {
        shards
            .computeIfAbsent(
                number, p -> new CoordinatorShard(p, logs.apply(now.partitionId(p)), parts))
            .lead(partition.leaderEpoch());
      } else {
        CoordinatorShard lost = shards.remove(number);
        if (lost != null) {
          lost.close(
              ErrorCode.NOT_COORDINATOR,
              "another node leads the group's partition; look for the coordinator again");
        }
      }
    }
  }

  private void closeAll(ErrorCode error, String reason) {
    shards.values().forEach(shard -> shard.close(error, reason));
    shards.clear();
    touched.clear();
  }

  /** When {@link #tick} is due at the latest, monotonic; {@link Long#MAX_VALUE} for never. */
  long nextDeadlineNanos() {
    long earliest = Long.MAX_VALUE;
    for (CoordinatorShard shard : shards.values()) {
      long nanos = shard.nextDeadlineNanos();
      if (earliest == Long.MAX_VALUE || (nanos != Long.MAX_VALUE && nanos - earliest < 0)) {
        earliest = nanos;
      }
    }
    return earliest;
  }

  /** Timers of groups, loads to be tried again; harmless at any time. */
  void tick() {
    long now = time.monotonicNanos();
    shards.values().forEach(shard -> shard.tick(now));
  }

  /** Answers whoever still waits. */
  void stop() {
    stopped = true;
    closeAll(ErrorCode.SHUTTING_DOWN, "this server is stopping");
    outbox.flush();
  }
}
