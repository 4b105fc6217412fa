package io.millrace.verticle;

import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicPartition;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.config.TopicDefaults;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.ImageChanges;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import io.millrace.partition.Partition;
import io.millrace.partition.PartitionEnvironment;
import io.millrace.partition.PartitionLogs.OpenedLog;
import io.millrace.partition.PartitionLogs.Progress;
import io.millrace.replication.IsrProposal;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions that a shard has open. It follows images one after the other: an image is followed
 * once every partition that it brings is open, or is known to be unable to, and every one that it
 * takes away is closed.
 *
 * <p>Threading: the shard's thread.
 */
final class ShardPartitions {
  private static final Logger LOGGER = LoggerFactory.getLogger(ShardPartitions.class);

  private final ShardEnvironment environment;
  private final Tasks tasks;
  private final TopicDefaults defaults;
  private final Listener listener;
  private final Map<PartitionId, HostedPartition> open = new HashMap<>();
  private final OfflineReplicas offline;
  private final ArrayDeque<Following> waiting = new ArrayDeque<>();
  private @Nullable Following current;
  private final PartitionEnvironment partitionEnvironment;
  private ClusterImage image = ClusterImage.empty();

  ShardPartitions(ShardEnvironment environment, Tasks tasks, Listener listener) {
    this.environment = environment;
    this.tasks = tasks;
    this.defaults = TopicDefaults.of(environment.settings());
    this.listener = listener;
    this.partitionEnvironment =
        new PartitionEnvironment(
            environment.self(),
            environment.time(),
            environment.replication().lease(),
            this::activeEpoch,
            environment.settings().get(ServerSettings.PARTITION_PENDING_ACKS));
    this.offline =
        new OfflineReplicas(environment.self(), this::activeEpoch, environment.metrics());
  }

  private OptionalLong activeEpoch(NodeId node) {
    return latestImage()
        .broker(node)
        .filter(broker -> !broker.fenced())
        .map(broker -> OptionalLong.of(broker.incarnation()))
        .orElseGet(OptionalLong::empty);
  }

  /** The one that is being followed, or was last. */
  private ClusterImage latestImage() {
    Following following = current;
    return following == null ? image : following.next;
  }

  /** Hears of partitions that come and go. */
  interface Listener {
    void onOpened(HostedPartition opened);

    /** It has followed an image, which may have given it another role. */
    void onFollowed(HostedPartition followed, PartitionImage image);

    /** Before the partition's waiters are told. */
    void onClosing(HostedPartition closing);
  }

  Optional<HostedPartition> get(PartitionId id) {
    return Optional.ofNullable(open.get(id));
  }

  /** Whether the cluster has the partition, here or elsewhere. */
  boolean exists(PartitionId id) {
    return latestImage().partition(id).isPresent();
  }

  /** Why a partition that should be here is not open. */
  Optional<String> failure(PartitionId id) {
    return offline.reason(id);
  }

  /** What those ask for that were chosen to lead and cannot even be opened. */
  List<IsrProposal> resignations() {
    return offline.resignations();
  }

  /** Brings the meter of offline replicas up to date. */
  void countOffline() {
    int failed = 0;
    for (HostedPartition hosted : open.values()) {
      failed += hosted.partition().offline().isPresent() ? 1 : 0;
    }
    offline.onFailedLater(failed);
  }

  Collection<HostedPartition> all() {
    return List.copyOf(open.values());
  }

  /** The version of the image that is followed. */
  long imageVersion() {
    return image.version();
  }

  /** Follows an image after those before it. */
  void follow(ClusterImage next, Runnable whenFollowed) {
    waiting.add(new Following(next, whenFollowed));
    proceed();
  }

  private void proceed() {
    if (current != null || waiting.isEmpty()) {
      return;
    }
    Following following = waiting.remove();
    current = following;
    if (following.next.version() > image.version()) {
      ImageChanges changes = following.next.changesSince(image);
      changes.deleted().forEach(topic -> closeAll(topic, following));
      changes.created().forEach(topic -> openOrFollow(topic, following));
      changes.changed().forEach(change -> openOrFollow(change.now(), following));
      image = following.next;
    }
    following.stepDone();
  }

  private void openOrFollow(TopicImage topic, Following following) {
    SettingValues settings = defaults.effective(topic.settings());
    for (PartitionImage partition : topic.partitions()) {
      PartitionId id = topic.partitionId(partition.partition());
      HostedPartition hosted = open.get(id);
      if (!isMine(id, partition)) {
        if (hosted != null) {
          closeAndDelete(id, following); // It has moved to other nodes.
        }
        continue;
      }
      if (hosted != null) {
        hosted.partition().follow(partition, settings);
        listener.onFollowed(hosted, partition);
      } else if (!offline.follow(id, partition)) {
        open(
            id,
            new TopicPartition(topic.name(), partition.partition()),
            partition,
            settings,
            following);
      }
    }
  }

  private boolean isMine(PartitionId id, PartitionImage partition) {
    return id.shard(environment.shards()) == environment.shard()
        && partition.replicas().contains(environment.self());
  }

  private void open(
      PartitionId id,
      TopicPartition name,
      PartitionImage partition,
      SettingValues settings,
      Following following) {
    following.steps++;
    tasks.run(
        Tasks.Pool.RECOVERY,
        environment.logs().open(id, name, settings),
        log -> {
          opened(id, name, log, partition, settings);
          following.stepDone();
        },
        failure -> {
          offline.add(id, name, partition, failure);
          following.stepDone();
        });
  }

  private void opened(
      PartitionId id,
      TopicPartition name,
      OpenedLog log,
      PartitionImage partition,
      SettingValues settings) {
    Partition opened = new Partition(id, name, partitionEnvironment, log, settings);
    opened.follow(partition, settings);
    HostedPartition hosted =
        new HostedPartition(opened, environment.topicMeters().acquire(name.topic()), tasks);
    open.put(id, hosted);
    offline.remove(id);
    listener.onOpened(hosted);
    listener.onFollowed(hosted, partition);
  }

  private void closeAll(TopicImage topic, Following following) {
    for (PartitionImage partition : topic.partitions()) {
      closeAndDelete(topic.partitionId(partition.partition()), following);
    }
  }

  private void closeAndDelete(PartitionId id, Following following) {
    offline.remove(id);
    HostedPartition hosted = open.remove(id);
    if (hosted != null) {
      following.steps++;
      listener.onClosing(hosted);
      hosted.close(() -> delete(hosted, following), e -> notClosed(hosted, e, following));
    }
  }

  /**
   * Closes all partitions and keeps their files.
   *
   * @param whenClosed gets how far those are that were closed whole, and what failed
   */
  void closeAll(BiConsumer<Map<PartitionId, Progress>, List<String>> whenClosed) {
    Map<PartitionId, Progress> progress = new HashMap<>();
    List<String> failures = new ArrayList<>();
    List<HostedPartition> closing = List.copyOf(open.values());
    open.clear();
    offline.close();
    Following last = new Following(image, () -> whenClosed.accept(progress, failures));
    last.steps += closing.size();
    for (HostedPartition hosted : closing) {
      listener.onClosing(hosted);
      Partition partition = hosted.partition();
      partition.offline().ifPresent(cause -> failures.add(partition.name() + ": " + cause));
      hosted.close(
          () -> {
            progress.put(partition.id(), partition.finalProgress());
            last.stepDone();
          },
          failure -> {
            failures.add(partition.name() + ": " + failure.getMessage());
            last.stepDone();
          });
    }
    last.stepDone();
  }

  private void delete(HostedPartition hosted, Following following) {
    Consumer<IOException> notDeleted =
        failure -> {
          warn(hosted, "files of a deleted partition are left", failure);
          following.stepDone();
        };
    tasks.run(
        Tasks.Pool.MAINTENANCE,
        HostedPartition.ignoringResult(environment.logs().delete(hosted.partition().id())),
        done -> following.stepDone(),
        notDeleted);
  }

  private void notClosed(HostedPartition hosted, IOException failure, Following following) {
    warn(hosted, "a deleted partition's log was not closed whole", failure);
    delete(hosted, following);
  }

  private static void warn(HostedPartition hosted, String what, IOException failure) {
    LOGGER.warn(
        "{}: topic={} partition={} cause={}",
        what,
        hosted.partition().name().topic(),
        hosted.partition().name().partition(),
        failure.getMessage());
  }

  /** An image on its way: followed when as many steps are done as there are, and one more. */
  private final class Following {
    private final ClusterImage next;
    private final Runnable whenFollowed;
    private int steps = 1;

    Following(ClusterImage next, Runnable whenFollowed) {
      this.next = next;
      this.whenFollowed = whenFollowed;
    }

    void stepDone() {
      if (--steps == 0) {
        current = null;
        whenFollowed.run();
        proceed();
      }
    }
  }
}
