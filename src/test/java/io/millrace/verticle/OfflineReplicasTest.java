package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.DiskFullException;
import io.millrace.metrics.MicrometerMetrics;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.image.PartitionImage;
import io.millrace.replication.IsrProposal;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OfflineReplicasTest {
  private static final NodeId SELF = new NodeId(0);
  private static final NodeId ONE = new NodeId(1);
  private static final NodeId TWO = new NodeId(2);
  private static final PartitionId ID = new PartitionId(new TopicId(7, 1), 0);
  private static final TopicPartition NAME = new TopicPartition(new TopicName("flights"), 0);

  private final MicrometerMetrics metrics = new MicrometerMetrics(1, 1_000);
  private final Set<NodeId> active = new HashSet<>(Set.of(SELF, ONE, TWO));
  private final OfflineReplicas replicas =
      new OfflineReplicas(
          SELF, node -> active.contains(node) ? OptionalLong.of(5) : OptionalLong.empty(), metrics);

  @AfterEach
  void close() {
    replicas.close();
    metrics.close();
  }

  private static PartitionImage image(NodeId leader, int epoch, NodeId... inSync) {
    return new PartitionImage(
        0, Optional.of(leader), epoch, epoch, List.of(SELF, ONE, TWO), List.of(inSync));
  }

  @Test
  void shouldResignInFavourOfThoseInSyncThatAreThere() {
    // given
    active.remove(TWO);
    replicas.add(ID, NAME, image(SELF, 3, SELF, ONE, TWO), new IOException("EIO"));

    // when // then
    assertThat(replicas.resignations())
        .containsExactly(new IsrProposal(ID, 3, 3, Map.of(ONE, 5L), Set.of(SELF)));
  }

  @Test
  void shouldNotResignWhatItDoesNotLeadNorWhatNobodyElseCan() {
    // given
    replicas.add(ID, NAME, image(SELF, 3, SELF), new IOException("EIO"));
    List<IsrProposal> alone = replicas.resignations();

    // when
    boolean staysOffline = replicas.follow(ID, image(ONE, 4, ONE, TWO));

    // then
    assertThat(alone).isEmpty();
    assertThat(staysOffline).isTrue();
    assertThat(replicas.resignations()).isEmpty();
  }

  @Test
  void shouldResignAgainWhenItIsChosenAgain() {
    // given
    replicas.add(ID, NAME, image(ONE, 3, SELF, ONE), new IOException("EIO"));

    // when
    replicas.follow(ID, image(SELF, 4, SELF, ONE));

    // then
    assertThat(replicas.resignations())
        .containsExactly(new IsrProposal(ID, 4, 4, Map.of(ONE, 5L), Set.of(SELF)));
  }

  @Test
  void shouldHaveALogOpenedAgainWhoseDiskWasMerelyFull() {
    // given
    replicas.add(
        ID, NAME, image(SELF, 3, SELF, ONE), new DiskFullException("full", new IOException()));

    // when
    boolean staysOffline = replicas.follow(ID, image(ONE, 4, ONE));

    // then
    assertThat(staysOffline).isFalse();
    assertThat(replicas.reason(ID)).isPresent();
    replicas.remove(ID);
    assertThat(replicas.reason(ID)).isEmpty();
  }

  @Test
  void shouldCountThoseThatCannotBeOpenedAndThoseThatFailedLater() {
    // given
    replicas.add(ID, NAME, image(SELF, 3, SELF, ONE), new IOException("EIO"));

    // when
    replicas.onFailedLater(2);

    // then
    assertThat(metrics.scrape()).contains("millrace_replica_offline_replicas 3.0");
    replicas.remove(ID);
    assertThat(metrics.scrape()).contains("millrace_replica_offline_replicas 2.0");
  }
}
