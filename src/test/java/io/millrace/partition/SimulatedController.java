package io.millrace.partition;

import io.millrace.model.NodeId;
import io.millrace.model.image.PartitionImage;
import io.millrace.replication.IsrProposal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The controller as the design has it, for one partition: sessions, fencing, elections from the
 * in-sync replicas, compare-and-set of the in-sync replicas. It never fails; messages to and from
 * it do.
 */
final class SimulatedController {
  static final long SESSION_NANOS = 3_000 * SimulatedTime.MS;

  /** What the controller has decided, as nodes see it. */
  record Image(long version, PartitionImage partition, Map<NodeId, Long> active) {
    OptionalLong activeEpoch(NodeId node) {
      Long epoch = active.get(node);
      return epoch == null ? OptionalLong.empty() : OptionalLong.of(epoch);
    }
  }

  /** An answered registration. */
  record Registration(long brokerEpoch, long version) {}

  private static final class Broker {
    private long epoch;
    private boolean fenced = true;
    private long registeredVersion;
    private long heardNanos;
  }

  private final SimulatedTime time;
  private final Map<NodeId, Broker> brokers = new HashMap<>();
  private final List<NodeId> replicas;
  private final List<NodeId> inSync;
  private Optional<NodeId> leader = Optional.empty();
  private int leaderEpoch;
  private int partitionEpoch;
  private long version;
  private Image image;

  SimulatedController(SimulatedTime time, List<NodeId> replicas) {
    this.time = time;
    this.replicas = List.copyOf(replicas);
    this.inSync = new ArrayList<>(replicas);
    this.image = commit();
  }

  Image image() {
    return image;
  }

  private Image commit() {
    version++;
    Map<NodeId, Long> active = new HashMap<>();
    brokers.forEach(
        (node, broker) -> {
          if (!broker.fenced) {
            active.put(node, broker.epoch);
          }
        });
    image =
        new Image(
            version,
            new PartitionImage(0, leader, leaderEpoch, partitionEpoch, replicas, inSync),
            active);
    return image;
  }

  Registration register(NodeId node, boolean unclean) {
    Broker broker = brokers.computeIfAbsent(node, n -> new Broker());
    broker.epoch = version + 1;
    broker.fenced = true;
    if (unclean) {
      ReplicationHistory.check(
          !inSync.equals(List.of(node)), "the simulation lost the only replica that was in sync");
      inSync.remove(node);
    }
    withdraw(node);
    broker.registeredVersion = version;
    broker.heardNanos = time.monotonicNanos();
    return new Registration(broker.epoch, version);
  }

  /** Ends what a node leads and, if others are left, that it is in sync; one commit. */
  private void withdraw(NodeId node) {
    if (inSync.size() > 1) {
      inSync.remove(node);
    }
    if (leader.filter(node::equals).isPresent()) {
      leader = Optional.empty();
      leaderEpoch++;
      elect();
    }
    partitionEpoch++;
    commit();
  }

  private void elect() {
    List<NodeId> candidates =
        inSync.stream()
            .filter(node -> brokers.containsKey(node) && !brokers.get(node).fenced)
            .toList();
    if (leader.isEmpty() && !candidates.isEmpty()) {
      leader = Optional.of(candidates.get(time.random().nextInt(candidates.size())));
      leaderEpoch++;
    }
  }

  /** The version of the newest image; empty if the node has to register again. */
  Optional<Image> heartbeat(NodeId node, long brokerEpoch, long seenVersion) {
    Broker broker = brokers.get(node);
    if (broker == null || broker.epoch != brokerEpoch) {
      return Optional.empty();
    }
    broker.heardNanos = time.monotonicNanos();
    if (broker.fenced && seenVersion >= broker.registeredVersion) {
      broker.fenced = false;
      elect();
      partitionEpoch++;
      commit();
    }
    return Optional.of(image);
  }

  void expireSessions() {
    for (NodeId node : replicas) {
      Broker broker = brokers.get(node);
      if (broker != null
          && !broker.fenced
          && time.monotonicNanos() - broker.heardNanos > SESSION_NANOS) {
        broker.fenced = true;
        withdraw(node);
      }
    }
  }

  /** What became of a proposal. */
  enum Verdict {
    DONE,
    OUTDATED,
    REFUSED
  }

  Verdict alter(NodeId from, IsrProposal proposal) {
    if (leader.filter(from::equals).isEmpty()
        || proposal.leaderEpoch() != leaderEpoch
        || proposal.partitionEpoch() != partitionEpoch) {
      return Verdict.OUTDATED;
    }
    for (Map.Entry<NodeId, Long> member : proposal.inSync().entrySet()) {
      Broker broker = brokers.get(member.getKey());
      if (broker == null || broker.fenced || broker.epoch != member.getValue()) {
        return Verdict.REFUSED;
      }
    }
    inSync.clear();
    proposal.inSync().keySet().stream()
        .sorted((a, b) -> a.value() - b.value())
        .forEach(inSync::add);
    partitionEpoch++;
    commit();
    return Verdict.DONE;
  }

  boolean leads(NodeId node) {
    return leader.filter(node::equals).isPresent();
  }

  /** Whether everybody is as it should be when nothing is wrong. */
  boolean isWhole() {
    return leader.isPresent() && inSync.size() == replicas.size();
  }

  List<NodeId> inSync() {
    return List.copyOf(inSync);
  }

  @Override
  public String toString() {
    return "leader " + leader + " in epoch " + leaderEpoch + ", in sync " + inSync;
  }
}
