package io.millrace.verticle;

import io.millrace.model.Metrics;
import io.millrace.model.NodeId;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.ReplicationSummary;
import io.millrace.model.image.TopicImage;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * What one image after the other says of the cluster's health. Each thing is told by one node, so
 * that the sum over all nodes is the cluster's: elections and brokers by the controller, in-sync
 * replicas by the partition's leader.
 *
 * <p>Threading: the metadata verticle's context; gauges are read by any thread.
 */
final class ClusterMeters implements AutoCloseable {
  private final NodeId self;
  private final Metrics.Counter elections;
  private final Metrics.Counter uncleanElections;
  private final Metrics.Counter shrinks;
  private final Metrics.Counter expands;
  private final List<Metrics.Registration> gauges;
  private volatile ClusterImage image = ClusterImage.empty();
  private volatile boolean isController;

  ClusterMeters(NodeId self, Metrics metrics) {
    this.self = self;
    this.elections =
        metrics.counter("millrace.controller.elections", "Partitions that got another leader.");
    this.uncleanElections =
        metrics.counter(
            "millrace.controller.unclean.elections",
            "Partitions that got a leader without records that were acknowledged.");
    this.shrinks =
        metrics.counter(
            "millrace.replica.isr.shrinks", "Changes that took replicas out of those in sync.");
    this.expands =
        metrics.counter(
            "millrace.replica.isr.expands", "Changes that took replicas in among those in sync.");
    this.gauges =
        List.of(
            metrics.gauge(
                "millrace.controller.active",
                "1 on the node that is the controller.",
                () -> isController ? 1 : 0),
            controllerGauge(
                metrics,
                "millrace.controller.offline.partitions",
                "Partitions without a leader.",
                now -> partitions(now, partition -> partition.leader().isEmpty())),
            controllerGauge(
                metrics,
                "millrace.controller.fenced.brokers",
                "Brokers that are registered and not heard of.",
                now -> brokers(now, true)),
            controllerGauge(
                metrics,
                "millrace.controller.active.brokers",
                "Brokers that are registered and heard of.",
                now -> brokers(now, false)),
            metrics.gauge(
                "millrace.replica.under.replicated.partitions",
                "Partitions that this node leads with a replica that is not in sync.",
                () -> partitions(image, this::isUnderReplicated)));
  }

  private Metrics.Registration controllerGauge(
      Metrics metrics, String name, String description, ToIntFunction<ClusterImage> value) {
    return metrics.gauge(
        name,
        description + " Told by the controller, 0 elsewhere.",
        () -> isController ? value.applyAsInt(image) : 0);
  }

  private boolean isUnderReplicated(PartitionImage partition) {
    return partition.isLedBy(self) && ReplicationSummary.isUnderReplicated(partition);
  }

  private static int partitions(ClusterImage image, Predicate<PartitionImage> some) {
    int count = 0;
    for (TopicImage topic : image.topics()) {
      for (PartitionImage partition : topic.partitions()) {
        count += some.test(partition) ? 1 : 0;
      }
    }
    return count;
  }

  private static int brokers(ClusterImage image, boolean fenced) {
    int count = 0;
    for (BrokerImage broker : image.brokers()) {
      count += broker.fenced() == fenced ? 1 : 0;
    }
    return count;
  }

  /** The metadata came to this image; or to the same one, with another controller. */
  void onCommitted(ClusterImage now, boolean leads) {
    ClusterImage before = image;
    image = now;
    isController = leads;
    for (TopicImage topic : now.topics()) {
      Optional<TopicImage> earlier = before.topic(topic.id());
      earlier.ifPresent(known -> count(known, topic));
    }
  }

  private void count(TopicImage before, TopicImage now) {
    int common = Math.min(before.partitions().size(), now.partitions().size());
    for (int i = 0; i < common; i++) {
      count(before.partitions().get(i), now.partitions().get(i));
    }
  }

  private void count(PartitionImage before, PartitionImage now) {
    boolean isElected = now.leaderEpoch() > before.leaderEpoch() && now.leader().isPresent();
    if (isController && isElected) {
      elections.add(1);
      uncleanElections.add(now.leaderUnclean() && !before.leaderUnclean() ? 1 : 0);
    }
    if (now.isLedBy(self)) {
      boolean lost = !now.inSyncReplicas().containsAll(before.inSyncReplicas());
      boolean won = !before.inSyncReplicas().containsAll(now.inSyncReplicas());
      shrinks.add(lost ? 1 : 0);
      expands.add(won ? 1 : 0);
    }
  }

  @Override
  public void close() {
    gauges.forEach(Metrics.Registration::close);
  }
}
