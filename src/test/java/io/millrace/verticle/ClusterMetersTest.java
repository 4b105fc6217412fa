package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.metrics.MicrometerMetrics;
import io.millrace.model.NodeId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.config.TopicSettings;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClusterMetersTest {
  private static final NodeId ONE = new NodeId(1);
  private static final NodeId TWO = new NodeId(2);

  private final MicrometerMetrics metrics = new MicrometerMetrics(1, 1_000);
  private final ClusterMeters meters = new ClusterMeters(ONE, metrics);
  private long version;

  @AfterEach
  void close() {
    meters.close();
    metrics.close();
  }

  private ClusterImage image(Optional<NodeId> leader, int leaderEpoch, NodeId... inSync) {
    version++;
    PartitionImage partition =
        new PartitionImage(
            0, leader, leaderEpoch, (int) version, List.of(ONE, TWO), List.of(inSync));
    return new ClusterImage(
        version,
        "cluster",
        List.of(BrokerImage.of(ONE, 1, false), BrokerImage.of(TWO, 1, true)),
        List.of(
            new TopicImage(
                new TopicId(1, 1),
                new TopicName("flights"),
                List.of(partition),
                TopicSettings.of(Map.of()))));
  }

  @Test
  void shouldCountAsTheLeaderWhatBecomesOfThoseInSync() {
    // given
    meters.onCommitted(image(Optional.of(ONE), 0, ONE, TWO), false);

    // when
    meters.onCommitted(image(Optional.of(ONE), 0, ONE), false);
    String shrunk = metrics.scrape();
    meters.onCommitted(image(Optional.of(ONE), 0, ONE, TWO), false);

    // then
    assertThat(shrunk)
        .contains("millrace_replica_isr_shrinks_total 1.0")
        .contains("millrace_replica_isr_expands_total 0.0")
        .contains("millrace_replica_under_replicated_partitions 1.0");
    assertThat(metrics.scrape())
        .contains("millrace_replica_isr_expands_total 1.0")
        .contains("millrace_replica_under_replicated_partitions 0.0");
  }

  @Test
  void shouldCountElectionsAndBrokersAsTheControllerAlone() {
    // given
    meters.onCommitted(image(Optional.of(ONE), 0, ONE, TWO), false);
    meters.onCommitted(image(Optional.of(TWO), 1, ONE, TWO), false);
    String elsewhere = metrics.scrape();

    // when
    meters.onCommitted(image(Optional.empty(), 2, ONE, TWO), true);
    String offline = metrics.scrape();
    meters.onCommitted(image(Optional.of(ONE), 3, ONE, TWO), true);

    // then
    assertThat(elsewhere)
        .contains("millrace_controller_elections_total 0.0")
        .contains("millrace_controller_active 0.0")
        .contains("millrace_controller_fenced_brokers 0.0");
    assertThat(offline)
        .contains("millrace_controller_elections_total 0.0")
        .contains("millrace_controller_offline_partitions 1.0");
    assertThat(metrics.scrape())
        .contains("millrace_controller_elections_total 1.0")
        .contains("millrace_controller_active 1.0")
        .contains("millrace_controller_fenced_brokers 1.0")
        .contains("millrace_controller_active_brokers 1.0")
        .contains("millrace_controller_offline_partitions 0.0");
  }
}
