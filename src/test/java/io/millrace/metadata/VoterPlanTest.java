package io.millrace.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.NodeId;
import io.millrace.model.image.BrokerEndpoint;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.BrokerListener;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.ProcessLife;
import io.millrace.model.image.QuorumImage;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class VoterPlanTest {
  @Test
  void shouldGrowWithTheNodes() {
    assertThat(next(alive(1), voters(1))).isEqualTo(quorum(voters(1)));
    assertThat(next(alive(1, 2), voters(1))).isEqualTo(quorum(voters(1), 2));
    assertThat(next(alive(1, 2, 3), voters(1), 2)).isEqualTo(quorum(voters(1, 2, 3)));
    assertThat(next(alive(1, 2, 3, 4), voters(1, 2, 3))).isEqualTo(quorum(voters(1, 2, 3)));
    assertThat(next(alive(1, 2, 3, 4, 5), voters(1, 2, 3)))
        .isEqualTo(quorum(voters(1, 2, 3, 4, 5)));
    assertThat(next(alive(1, 2, 3, 4, 5, 6, 7), voters(1, 2, 3, 4, 5)))
        .isEqualTo(quorum(voters(1, 2, 3, 4, 5)));
  }

  @Test
  void shouldReplaceAVoterOnlyByAHealthySpare() {
    // given
    List<BrokerImage> withoutSpare = List.of(broker(1), broker(2), gone(3));
    List<BrokerImage> withSpare = List.of(broker(1), broker(2), gone(3), broker(4));

    // then
    assertThat(next(withoutSpare, voters(1, 2, 3))).isEqualTo(quorum(voters(1, 2, 3)));
    assertThat(next(withSpare, voters(1, 2, 3))).isEqualTo(quorum(voters(1, 2, 4)));
  }

  @Test
  void shouldShrinkWhenNodesAreDrained() {
    // given
    List<BrokerImage> brokers = List.of(broker(1), broker(2), broker(3), drained(4), drained(5));

    // then
    assertThat(next(brokers, voters(1, 2, 3, 4, 5))).isEqualTo(quorum(voters(1, 2, 3)));
  }

  @Test
  void shouldHaveTheFounderVoteWhereItWouldHaveToLearn() {
    // given
    Set<MemberId> founder = Set.of(new MemberId(new NodeId(2), "disk2"));
    Set<MemberId> onALostDisk = Set.of(new MemberId(new NodeId(2), "lost"));
    List<BrokerImage> brokers = List.of(broker(1), broker(2), drained(3));

    // then
    assertThat(next(brokers, founder, voters(1, 2, 3))).isEqualTo(quorum(voters(2), 1));
    assertThat(next(brokers, onALostDisk, voters(1, 2, 3))).isEqualTo(quorum(voters(1), 2));
    assertThat(next(alive(1, 2), founder, voters(1))).isEqualTo(quorum(voters(2), 1));
    assertThat(next(List.of(broker(1), gone(2)), founder, voters(1))).isEqualTo(quorum(voters(1)));
  }

  private static QuorumImage next(List<BrokerImage> brokers, Set<NodeId> voters, int... learners) {
    return next(brokers, Set.of(), voters, learners);
  }

  private static QuorumImage next(
      List<BrokerImage> brokers, Set<MemberId> founders, Set<NodeId> voters, int... learners) {
    return VoterPlan.next(
        new ClusterImage(1, "cluster", brokers, List.of()).withQuorum(quorum(voters, learners)),
        founders);
  }

  private static QuorumImage quorum(Set<NodeId> voters, int... learners) {
    return new QuorumImage(Optional.of(new NodeId(1)), voters, voters(learners));
  }

  private static Set<NodeId> voters(int... ids) {
    return Arrays.stream(ids).mapToObj(NodeId::new).collect(Collectors.toSet());
  }

  private static List<BrokerImage> alive(int... ids) {
    return IntStream.of(ids).mapToObj(VoterPlanTest::broker).toList();
  }

  private static BrokerImage broker(int id) {
    return new BrokerImage(
        new NodeId(id),
        "disk" + id,
        1,
        false,
        false,
        Optional.empty(),
        List.of(new BrokerEndpoint(BrokerListener.BUS, "host", 1)),
        2,
        ProcessLife.UNKNOWN);
  }

  private static BrokerImage gone(int id) {
    return broker(id).marked(true, false);
  }

  private static BrokerImage drained(int id) {
    return broker(id).marked(false, true);
  }
}
