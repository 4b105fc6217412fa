package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.ClusterDetails;
import io.millrace.client.ClusterDetails.NodeDetails;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClusterCommandTest {
  private static final ClusterDetails CLUSTER =
      new ClusterDetails(
          "abc",
          2,
          417,
          List.of(1, 2, 3),
          List.of(4),
          3,
          12,
          1,
          5,
          List.of(
              new NodeDetails(1, true, false, "", Map.of(), 0, 12, 12),
              new NodeDetails(2, false, true, "r", Map.of("tcp", "h:1"), 11, 12, 0)));

  @Test
  void shouldSayInFewLinesWhatIsNotWell() {
    // when
    List<String> lines = ClusterCommand.lines(CLUSTER);

    // then
    assertThat(lines)
        .containsExactly(
            "cluster abc, metadata version 417",
            "nodes: 2, not heard of: [1]",
            "controller: node 2, voters [1, 2, 3], learners [4]",
            "topics: 3, partitions: 12, without a leader: 1, under-replicated: 5");
  }

  @Test
  void shouldNameStatesAndRoles() {
    // when
    List<String> states = CLUSTER.nodes().stream().map(ClusterCommand::state).toList();
    List<String> roles =
        List.of(1, 2, 4, 5).stream().map(node -> ClusterCommand.role(CLUSTER, node)).toList();

    // then
    assertThat(states).containsExactly("fenced", "draining");
    assertThat(roles).containsExactly("voter", "controller", "learner", "observer");
  }
}
