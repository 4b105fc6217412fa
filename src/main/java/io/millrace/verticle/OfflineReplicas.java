package io.millrace.verticle;

import io.millrace.log.DiskFullException;
import io.millrace.model.Metrics;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicPartition;
import io.millrace.model.image.PartitionImage;
import io.millrace.partition.Resignation;
import io.millrace.replication.Brokers;
import io.millrace.replication.IsrProposal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replicas of a shard whose log cannot be opened (KIP-112): they serve nothing, and what they
 * are chosen to lead they resign from. Their disk is not trusted again before a restart, as one
 * that failed to write is not; where it was merely full, the log is opened with a later image.
 *
 * <p>Threading: the shard's thread; the meter is read by any.
 */
final class OfflineReplicas {
  private static final Logger LOGGER = LoggerFactory.getLogger(OfflineReplicas.class);
  private static final String REASON = "the partition's log cannot be opened; see the server's log";

  private final NodeId self;
  private final Brokers brokers;
  private final Map<PartitionId, Offline> unopened = new HashMap<>();
  private final Metrics.Registration meter;
  private volatile int count;
  private int failedLater;

  private static final class Offline {
    private final TopicPartition name;
    private final boolean wasFull;
    private PartitionImage image;
    private int resignedEpoch = -1;

    Offline(TopicPartition name, boolean wasFull, PartitionImage image) {
      this.name = name;
      this.wasFull = wasFull;
      this.image = image;
    }
  }

  OfflineReplicas(NodeId self, Brokers brokers, Metrics metrics) {
    this.self = self;
    this.brokers = brokers;
    this.meter =
        metrics.gauge(
            "millrace.replica.offline.replicas",
            "Replicas on this node that serve nothing: their log cannot be opened, or their disk"
                + " failed.",
            () -> count);
  }

  /** Its log cannot be opened. */
  void add(PartitionId id, TopicPartition name, PartitionImage image, IOException cause) {
    boolean wasFull = cause instanceof DiskFullException;
    LOGGER.error(
        "offline replica, its log cannot be opened{}: topic={} partition={} cause={}",
        wasFull ? "" : ", which is not tried again before a restart",
        name.topic(),
        name.partition(),
        cause.toString()); // The message of some names a file, and nothing else.
    unopened.put(id, new Offline(name, wasFull, image));
    recount();
  }

  /** Takes an image for a replica that stays offline; false if there is none. */
  boolean follow(PartitionId id, PartitionImage image) {
    Offline offline = unopened.get(id);
    if (offline == null || offline.wasFull) {
      return false;
    }
    offline.image = image;
    return true;
  }

  /** It is open, or is not to be here any more. */
  void remove(PartitionId id) {
    if (unopened.remove(id) != null) {
      recount();
    }
  }

  Optional<String> reason(PartitionId id) {
    return unopened.containsKey(id) ? Optional.of(REASON) : Optional.empty();
  }

  /** What is to be asked for now, and again until an image decides. */
  List<IsrProposal> resignations() {
    List<IsrProposal> proposals = new ArrayList<>();
    unopened.forEach(
        (id, offline) ->
            Resignation.of(id, offline.image, self, brokers)
                .ifPresent(
                    proposal -> {
                      proposals.add(proposal);
                      say(offline, proposal);
                    }));
    return proposals;
  }

  /** Once for each time that it is chosen. */
  private static void say(Offline offline, IsrProposal proposal) {
    if (offline.resignedEpoch != proposal.leaderEpoch()) {
      offline.resignedEpoch = proposal.leaderEpoch();
      LOGGER.warn(
          "offline replica is to lead and resigns: topic={} partition={} leaderEpoch={} inSync={}",
          offline.name.topic(),
          offline.name.partition(),
          proposal.leaderEpoch(),
          proposal.inSync().keySet());
    }
  }

  /** So many replicas were open and went offline. */
  void onFailedLater(int replicas) {
    failedLater = replicas;
    recount();
  }

  private void recount() {
    count = unopened.size() + failedLater;
  }

  /** The shard stops. */
  void close() {
    meter.close();
  }
}
