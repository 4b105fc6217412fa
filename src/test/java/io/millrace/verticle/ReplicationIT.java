package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bus.ProduceReply;
import io.millrace.log.PartitionLog;
import io.millrace.model.Acks;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.config.TopicSettings;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import io.millrace.partition.TestBatches;
import io.millrace.record.BatchHeader;
import io.millrace.replication.IsrProposal;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes' shards that replicate to each other: real logs, a bus each, images by hand. */
class ReplicationIT {
  private static final NodeId ZERO = new NodeId(0);
  private static final NodeId ONE = new NodeId(1);
  private static final TopicId TOPIC = new TopicId(7, 1);
  private static final PartitionId PARTITION = new PartitionId(TOPIC, 0);

  @TempDir Path directory;
  private ReplicaNode zero;
  private ReplicaNode one;
  private long version;
  private int partitionEpoch;

  @BeforeEach
  void open() {
    Map<String, String> settings =
        Map.of("replica.fetch.wait.max.ms", "200", "replica.fetch.timeout.ms", "300");
    zero = new ReplicaNode(0, directory, List.of(), settings);
    one = new ReplicaNode(1, directory, List.of(zero.discovery()), settings);
    ReplicaNode.introduce(zero, one);
  }

  private void setConnected(boolean connected) {
    zero.setReachesOthers(connected);
    one.setReachesOthers(connected);
  }

  @AfterEach
  void close() {
    zero.close();
    one.close();
  }

  @Test
  void shouldCommitWhatTheFollowerHas() throws Exception {
    // given
    publish(ZERO, 1, List.of(ZERO, ONE));

    // when
    List<CompletableFuture<ProduceReply.Result>> produced = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      produced.add(zero.produce(PARTITION, Acks.ALL, TestBatches.of(3)));
    }

    // then
    for (CompletableFuture<ProduceReply.Result> one : produced) {
      assertThat(one.get(20, TimeUnit.SECONDS).error()).isEqualTo(ErrorCode.NONE);
    }
    assertThat(logOf(one)).isEqualTo(logOf(zero)).hasSize(50);
  }

  @Test
  void shouldAskForAFollowerThatCaughtUp() throws Exception {
    // given
    publish(ZERO, 1, List.of(ZERO));
    zero.produce(PARTITION, Acks.LEADER, TestBatches.of(3)).get(20, TimeUnit.SECONDS);

    // when // then
    awaitTrue(() -> !zero.proposals.isEmpty());
    assertThat(zero.proposals.get(0).inSync().keySet()).isEqualTo(Set.of(ZERO, ONE));
    assertThat(zero.proposals.get(0).inSync().get(ONE)).isEqualTo(ReplicaNode.BROKER_EPOCH);
    assertThat(one.proposals).isEmpty();
  }

  @Test
  void shouldTakeTheNewLeadersHistoryForItsOwn() throws Exception {
    // given
    publish(ZERO, 1, List.of(ZERO, ONE));
    zero.produce(PARTITION, Acks.ALL, TestBatches.of(2)).get(20, TimeUnit.SECONDS);
    setConnected(false);
    for (int i = 0; i < 3; i++) {
      zero.produce(PARTITION, Acks.LEADER, TestBatches.of(1)).get(20, TimeUnit.SECONDS);
    }

    // when
    publish(ONE, 2, List.of(ONE));
    ProduceReply.Result refused =
        zero.produce(PARTITION, Acks.LEADER, TestBatches.of(1)).get(20, TimeUnit.SECONDS);
    one.produce(PARTITION, Acks.LEADER, TestBatches.of(4)).get(20, TimeUnit.SECONDS);
    setConnected(true);

    // then
    assertThat(refused.error()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    awaitTrue(() -> logOf(zero).equals(logOf(one)));
    assertThat(logOf(zero)).hasSize(2);
  }

  /**
   * Where its folder should be there is a file, for a while: a disk that could not be read is not
   * trusted again before a restart.
   */
  @Test
  void shouldHandOnWhatItIsChosenToLeadAndCannotOpen() throws Exception {
    // given
    Path inTheWay =
        Files.createDirectories(directory.resolve("node-0")).resolve(PARTITION.toString());
    Files.writeString(inTheWay, "?");
    publish(ZERO, 1, List.of(ZERO, ONE));
    Files.delete(inTheWay);

    // when
    awaitTrue(() -> !zero.proposals.isEmpty());
    publish(ONE, 2, List.of(ONE));

    // then
    assertThat(zero.proposals.get(0))
        .isEqualTo(
            new IsrProposal(PARTITION, 1, 1, Map.of(ONE, ReplicaNode.BROKER_EPOCH), Set.of(ZERO)));
    assertThat(produced(zero).error()).isEqualTo(ErrorCode.STORAGE_ERROR);
    assertThat(produced(one).error()).isEqualTo(ErrorCode.NONE);
    assertThat(zero.scrape()).contains("millrace_replica_offline_replicas 1.0");
    assertThat(one.scrape()).contains("millrace_replica_offline_replicas 0.0");
  }

  private static ProduceReply.Result produced(ReplicaNode node) throws Exception {
    return node.produce(PARTITION, Acks.LEADER, TestBatches.of(1)).get(20, TimeUnit.SECONDS);
  }

  private void publish(NodeId leader, int leaderEpoch, List<NodeId> inSync) {
    version++;
    PartitionImage partition =
        new PartitionImage(
            0, Optional.of(leader), leaderEpoch, ++partitionEpoch, List.of(ZERO, ONE), inSync);
    TopicImage topic =
        new TopicImage(
            TOPIC, new TopicName("flights"), List.of(partition), TopicSettings.of(Map.of()));
    ClusterImage image =
        new ClusterImage(
            version,
            "c",
            List.of(
                BrokerImage.of(ZERO, ReplicaNode.BROKER_EPOCH, false),
                BrokerImage.of(ONE, ReplicaNode.BROKER_EPOCH, false)),
            List.of(topic));
    zero.publish(image);
    one.publish(image);
  }

  /** The batches of a node's replica, as its files have them. */
  private List<ByteBuffer> logOf(ReplicaNode node) {
    PartitionLog log = node.logs.opened(PARTITION);
    List<ByteBuffer> batches = new ArrayList<>();
    ByteBuffer all = node.logs.bytesOf(PARTITION);
    assertThat(log.damage()).isEmpty();
    while (all.hasRemaining()) {
      int size = BatchHeader.sizeBytes(all, all.position());
      batches.add(all.slice(all.position(), size));
      all.position(all.position() + size);
    }
    return batches;
  }

  private static void awaitTrue(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited for too long").isLessThan(deadline);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }
}
