package io.millrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JoinDecisionTest {
  private static final HostPort A = new HostPort("10.0.0.1", 7800);
  private static final HostPort B = new HostPort("10.0.0.2", 7800);
  private static final HostPort C = new HostPort("10.0.0.3", 7800);
  private static final List<HostPort> SEEDS = List.of(B, A, C);
  private static final Hello NO_CLUSTER =
      new Hello(
          Optional.empty(), Optional.empty(), "dir", Optional.empty(), Set.of(), "", List.of());

  private static Hello of(String cluster) {
    NodeId one = new NodeId(1);
    return new Hello(
        Optional.of(cluster),
        Optional.of(one),
        "dir",
        Optional.of(one),
        Set.of(one),
        "1@dir",
        List.of());
  }

  private static JoinDecision decide(HostPort self, Map<HostPort, Hello> answers) {
    return JoinDecision.decide(Optional.empty(), false, self, SEEDS, answers);
  }

  @Test
  void shouldFoundWhereEverySeedKnowsOfNoClusterAndThisIsTheLowest() {
    // when // then
    assertThat(decide(A, Map.of(B, NO_CLUSTER, C, NO_CLUSTER))).isEqualTo(new JoinDecision.Found());
  }

  @Test
  void shouldWaitForTheLowestToFound() {
    // when
    JoinDecision decision = decide(B, Map.of(A, NO_CLUSTER, C, NO_CLUSTER));

    // then
    assertThat(decision)
        .isInstanceOfSatisfying(
            JoinDecision.Wait.class,
            wait -> assertThat(wait.reason()).contains("10.0.0.1:7800 is the first"));
  }

  @Test
  void shouldWaitForASeedThatCannotBeAsked() {
    // when
    JoinDecision decision = decide(A, Map.of(B, NO_CLUSTER));

    // then
    assertThat(decision)
        .isInstanceOfSatisfying(
            JoinDecision.Wait.class,
            wait ->
                assertThat(wait.reason())
                    .contains("no answer from 10.0.0.3:7800")
                    .contains("--bootstrap"));
  }

  @Test
  void shouldFoundWhenToldThoughASeedIsSilent() {
    // when // then
    assertThat(JoinDecision.decide(Optional.empty(), true, C, SEEDS, Map.of(A, NO_CLUSTER)))
        .isEqualTo(new JoinDecision.Found());
  }

  @Test
  void shouldJoinRatherThanFoundThoughToldTo() {
    // when // then
    assertThat(JoinDecision.decide(Optional.empty(), true, A, SEEDS, Map.of(C, of("x"))))
        .isEqualTo(new JoinDecision.Join("x", of("x")));
  }

  @Test
  void shouldJoinAClusterThatOneSeedKnowsOfWhoeverElseIsSilent() {
    // when // then
    assertThat(decide(A, Map.of(B, NO_CLUSTER, C, of("x"))))
        .isEqualTo(new JoinDecision.Join("x", of("x")));
  }

  @Test
  void shouldNeverFoundWhereThisNodeIsNoSeed() {
    // given
    HostPort other = new HostPort("10.0.0.0", 7800);

    // when // then
    assertThat(decide(other, Map.of(A, NO_CLUSTER, B, NO_CLUSTER, C, NO_CLUSTER)))
        .isInstanceOf(JoinDecision.Wait.class);
  }

  @Test
  void shouldFoundAloneWhereItIsTheOnlySeed() {
    // when // then
    assertThat(JoinDecision.decide(Optional.empty(), false, A, List.of(A), Map.of()))
        .isEqualTo(new JoinDecision.Found());
  }

  @Test
  void shouldGoOnInItsOwnClusterWithoutAnyAnswer() {
    // when // then
    assertThat(JoinDecision.decide(Optional.of("x"), false, A, SEEDS, Map.of()))
        .isEqualTo(new JoinDecision.Resume("x"));
    assertThat(JoinDecision.decide(Optional.of("x"), true, A, SEEDS, Map.of(B, of("x"))))
        .isEqualTo(new JoinDecision.Resume("x"));
  }

  @Test
  void shouldStopWhereASeedIsOfAnotherCluster() {
    // when // then
    assertThatThrownBy(
            () -> JoinDecision.decide(Optional.of("x"), false, A, SEEDS, Map.of(B, of("y"))))
        .isInstanceOf(StreamException.class)
        .hasMessageContaining("this data directory is of cluster x")
        .hasMessageContaining("10.0.0.2:7800 is of cluster y")
        .hasMessageContaining("cluster.seeds")
        .extracting(e -> ((StreamException) e).code())
        .isEqualTo(ErrorCode.CLUSTER_ID_MISMATCH);
  }

  @Test
  void shouldStopWhereTheSeedsAreOfTwoClusters() {
    // when // then
    assertThatThrownBy(() -> decide(A, Map.of(B, of("x"), C, of("y"))))
        .isInstanceOf(StreamException.class)
        .hasMessageContaining("2 clusters")
        .hasMessageContaining("cluster x")
        .hasMessageContaining("cluster y");
  }
}
