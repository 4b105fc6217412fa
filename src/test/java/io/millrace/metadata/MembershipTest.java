package io.millrace.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MembershipTest {
  private static final MetadataState FOUNDED_AS_3 =
      new MetadataState(
          new ClusterImage(
              5, "clusterA", List.of(BrokerImage.of(new NodeId(3), 1, false)), List.of()),
          1,
          1,
          5,
          0);

  @Test
  void shouldInventAnIdForANewCluster() {
    // when
    Membership membership = decide(Optional.empty(), -1, MetadataState.empty());

    // then
    assertThat(membership.clusterId()).matches("[A-Za-z0-9_][A-Za-z0-9_-]{21}");
    assertThat(membership.nodeId()).isEqualTo(new NodeId(0));
    assertThat(decide(Optional.empty(), 4, MetadataState.empty()).nodeId())
        .isEqualTo(new NodeId(4));
  }

  @Test
  void shouldFinishAFirstStartThatWasCutShort() {
    assertThat(decide(Optional.empty(), -1, FOUNDED_AS_3))
        .isEqualTo(new Membership("clusterA", new NodeId(3)));
  }

  @Test
  void shouldStayWhoItIs() {
    // given
    Optional<Membership> known = Optional.of(new Membership("clusterA", new NodeId(3)));

    // then
    assertThat(decide(known, -1, FOUNDED_AS_3)).isEqualTo(known.get());
    assertThat(decide(known, 3, FOUNDED_AS_3)).isEqualTo(known.get());
  }

  @Test
  void shouldRefuseWhatContradictsItself() {
    refused(new Membership("clusterB", new NodeId(3)), -1, FOUNDED_AS_3)
        .isEqualTo(ErrorCode.CLUSTER_ID_MISMATCH);
    refused(new Membership("clusterA", new NodeId(3)), -1, MetadataState.empty())
        .isEqualTo(ErrorCode.STORAGE_ERROR);
    refused(new Membership("clusterA", new NodeId(3)), 4, FOUNDED_AS_3)
        .isEqualTo(ErrorCode.INVALID_CONFIG);
  }

  private static org.assertj.core.api.AbstractObjectAssert<?, ?> refused(
      Membership inDirectory, int configured, MetadataState state) {
    return assertThatThrownBy(() -> decide(Optional.of(inDirectory), configured, state))
        .isInstanceOf(StreamException.class)
        .extracting(e -> ((StreamException) e).code());
  }

  private static Membership decide(
      Optional<Membership> inDirectory, int configured, MetadataState state) {
    return Membership.decide(inDirectory, configured, state, new SplittableRandom(3));
  }
}
