package io.millrace.model.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.NodeId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.config.SettingValues;
import io.millrace.model.image.ReplicationSummary.NodeShare;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReplicationSummaryTest {
  private static final NodeId ONE = new NodeId(1);
  private static final NodeId TWO = new NodeId(2);
  private static final NodeId IDLE = new NodeId(9);

  @Test
  void shouldCountWhatNodesHaveAndWhatIsMissing() {
    // given
    ClusterImage image =
        new ClusterImage(
            5,
            "id",
            List.of(BrokerImage.of(ONE, 1, false), BrokerImage.of(IDLE, 1, false)),
            List.of(
                new TopicImage(
                    new TopicId(1, 1),
                    new TopicName("t"),
                    List.of(
                        partition(0, Optional.of(ONE), List.of(ONE, TWO)),
                        partition(1, Optional.of(ONE), List.of(ONE)),
                        partition(2, Optional.empty(), List.of())),
                    SettingValues.of(List.of(), Map.of()))));

    // when
    ReplicationSummary summary = ReplicationSummary.of(image);

    // then
    assertThat(summary.offline()).isEqualTo(1);
    assertThat(summary.underReplicated()).isEqualTo(2);
    assertThat(summary.byNode())
        .containsOnly(
            Map.entry(ONE, new NodeShare(2, 3, 1)),
            Map.entry(TWO, new NodeShare(0, 3, 2)),
            Map.entry(IDLE, new NodeShare(0, 0, 0)));
    assertThat(summary.of(new NodeId(7))).isEqualTo(new NodeShare(0, 0, 0));
  }

  private static PartitionImage partition(
      int number, Optional<NodeId> leader, List<NodeId> inSync) {
    return new PartitionImage(number, leader, 0, 0, List.of(ONE, TWO), inSync);
  }
}
