package io.millrace.metadata;

import io.millrace.model.NodeId;
import io.millrace.model.TopicId;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Looks for partitions that should be elsewhere, some at a time: replicas of brokers that are being
 * drained go, topics with the default number of replicas get more while there are brokers for them,
 * and brokers with few replicas get some of those with many, of each topic its share. Only
 * partitions whose replicas are all in sync are moved for balance, so that it never takes away what
 * protects records.
 */
final class Balancer {
  static final int DEFAULT_REPLICAS = 3;

  private final ClusterImage image;
  private final BrokerLoad load;
  private final Map<TopicId, BrokerLoad> byTopic = new HashMap<>();
  private final List<NodeId> candidates;
  private final List<Move> moves = new ArrayList<>();
  private final int limit;

  /** A partition that is to have these replicas. */
  record Move(TopicImage topic, PartitionImage partition, List<NodeId> target) {}

  private Balancer(ClusterImage image, int limit) {
    this.image = image;
    this.load = BrokerLoad.of(image);
    this.candidates = ReplicaPlacement.candidates(image);
    this.limit = limit - moving(image);
  }

  private static int moving(ClusterImage image) {
    int moving = 0;
    for (TopicImage topic : image.topics()) {
      for (PartitionImage partition : topic.partitions()) {
        moving += partition.isMoving() ? 1 : 0;
      }
    }
    return moving;
  }

  /**
   * The next moves, most urgent first.
   *
   * @param limit how many partitions may move at a time, those that do now included
   * @param evenly whether to move replicas for balance, beside what has to be
   */
  static List<Move> plan(ClusterImage image, int limit, boolean evenly) {
    Balancer balancer = new Balancer(image, limit);
    balancer.drainAndGrow();
    if (evenly && balancer.moves.isEmpty()) {
      balancer.spreadReplicas();
      balancer.spreadLeaders();
    }
    return balancer.moves;
  }

  private void drainAndGrow() {
    for (TopicImage topic : image.topics()) {
      for (PartitionImage partition : topic.partitions()) {
        if (moves.size() >= limit) {
          return;
        }
        if (!partition.isMoving()) {
          List<NodeId> target = grown(topic, drained(partition.replicas()));
          if (!target.equals(partition.replicas())) {
            move(topic, partition, target);
          }
        }
      }
    }
  }

  private List<NodeId> drained(List<NodeId> replicas) {
    List<NodeId> target = new ArrayList<>(replicas);
    for (NodeId node : replicas) {
      if (image.broker(node).map(BrokerImage::draining).orElse(false)) {
        Optional<NodeId> other = ReplicaPlacement.another(image, load, target);
        if (other.isPresent()) {
          target.set(target.indexOf(node), other.get());
        } else if (target.stream().anyMatch(candidates::contains)) {
          // Fewer brokers than replicas are left.
          target.remove(node);
        }
      }
    }
    return target;
  }

  private List<NodeId> grown(TopicImage topic, List<NodeId> replicas) {
    List<NodeId> target = new ArrayList<>(replicas);
    while (topic.replicationGrows() && target.size() < DEFAULT_REPLICAS) {
      Optional<NodeId> other = ReplicaPlacement.another(image, load, target);
      if (other.isEmpty()) {
        break;
      }
      target.add(other.get());
    }
    return target;
  }

  /** From the brokers with the most replicas to those with the fewest, while it helps. */
  private void spreadReplicas() {
    boolean moved = true;
    while (moved && moves.size() < limit) {
      List<NodeId> byLoad = new ArrayList<>(candidates);
      byLoad.sort(Comparator.comparingInt(load::replicas).thenComparingInt(NodeId::value));
      moved = moveBetween(byLoad);
    }
  }

  /** Racks may forbid the best move, so others are tried too. */
  private boolean moveBetween(List<NodeId> byLoad) {
    for (NodeId to : byLoad) {
      for (int most = byLoad.size() - 1; most >= 0; most--) {
        NodeId from = byLoad.get(most);
        if (load.replicas(from) - load.replicas(to) < 2) {
          break;
        }
        if (moveOne(from, to)) {
          return true;
        }
      }
    }
    return false;
  }

  /** A partition of the topic that is most uneven between the two, so that each topic is spread. */
  private boolean moveOne(NodeId from, NodeId to) {
    Move best = null;
    int bestGain = Integer.MIN_VALUE;
    for (TopicImage topic : image.topics()) {
      for (PartitionImage partition : topic.partitions()) {
        int gain = gain(topic, partition, from, to);
        if (gain > bestGain && mayMove(topic, partition, from, to)) {
          bestGain = gain;
          best = new Move(topic, partition, replaced(partition.replicas(), from, to));
        }
      }
    }
    if (best != null) {
      move(best.topic(), best.partition(), best.target());
    }
    return best != null;
  }

  private int gain(TopicImage topic, PartitionImage partition, NodeId from, NodeId to) {
    BrokerLoad ofTopic = loadOf(topic);
    boolean leads = partition.replicas().get(0).equals(from);
    return ofTopic.replicas(from)
        - ofTopic.replicas(to)
        + (leads ? ofTopic.leaders(from) - ofTopic.leaders(to) : 0);
  }

  private boolean mayMove(TopicImage topic, PartitionImage partition, NodeId from, NodeId to) {
    List<NodeId> replicas = partition.replicas();
    return replicas.contains(from)
        && !replicas.contains(to)
        && isWhole(topic, partition)
        && racks(replaced(replicas, from, to)) >= racks(replicas);
  }

  private static List<NodeId> replaced(List<NodeId> replicas, NodeId from, NodeId to) {
    List<NodeId> target = new ArrayList<>(replicas);
    target.set(target.indexOf(from), to);
    return target;
  }

  private BrokerLoad loadOf(TopicImage topic) {
    return byTopic.computeIfAbsent(topic.id(), id -> BrokerLoad.of(topic));
  }

  private int racks(List<NodeId> replicas) {
    return ReplicaPlacement.racks(image, replicas).size();
  }

  /** Another replica is preferred where its broker leads fewer partitions: nothing is copied. */
  private void spreadLeaders() {
    Optional<Move> next = mostUneven();
    while (next.isPresent() && moves.size() < limit) {
      move(next.get().topic(), next.get().partition(), next.get().target());
      next = mostUneven();
    }
  }

  /** Of the topic whose leaders are spread worst, so that a busy one does not stay in one place. */
  private Optional<Move> mostUneven() {
    Move best = null;
    int bestGain = Integer.MIN_VALUE;
    for (TopicImage topic : image.topics()) {
      BrokerLoad ofTopic = loadOf(topic);
      for (PartitionImage partition : topic.partitions()) {
        NodeId preferred = partition.replicas().get(0);
        for (NodeId other : partition.replicas()) {
          int gain = ofTopic.leaders(preferred) - ofTopic.leaders(other);
          if (gain > bestGain
              && load.leaders(preferred) - load.leaders(other) >= 2
              && isWhole(topic, partition)) {
            bestGain = gain;
            best = new Move(topic, partition, preferring(partition.replicas(), other));
          }
        }
      }
    }
    return Optional.ofNullable(best);
  }

  private static List<NodeId> preferring(List<NodeId> replicas, NodeId first) {
    List<NodeId> target = new ArrayList<>(replicas);
    Collections.swap(target, 0, target.indexOf(first));
    return target;
  }

  private boolean isWhole(TopicImage topic, PartitionImage partition) {
    return !partition.isMoving()
        && partition.leader().isPresent()
        && partition.inSyncReplicas().size() == partition.replicas().size()
        && moves.stream()
            .noneMatch(
                move -> move.partition().equals(partition) && move.topic().id().equals(topic.id()));
  }

  private void move(TopicImage topic, PartitionImage partition, List<NodeId> target) {
    moves.add(new Move(topic, partition, List.copyOf(target)));
    load.remove(partition.replicas());
    load.add(target);
    BrokerLoad ofTopic = loadOf(topic);
    ofTopic.remove(partition.replicas());
    ofTopic.add(target);
  }
}
