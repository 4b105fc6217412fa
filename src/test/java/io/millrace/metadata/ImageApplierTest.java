package io.millrace.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.metadata.MetadataRecord.BrokerChanged;
import io.millrace.metadata.MetadataRecord.BrokerRegistered;
import io.millrace.metadata.MetadataRecord.ClusterFounded;
import io.millrace.metadata.MetadataRecord.ControllerElected;
import io.millrace.metadata.MetadataRecord.MetadataVersionRaised;
import io.millrace.metadata.MetadataRecord.PartitionsAdded;
import io.millrace.metadata.MetadataRecord.PartitionsChanged;
import io.millrace.metadata.MetadataRecord.ProducerIdsAllocated;
import io.millrace.metadata.MetadataRecord.SnapshotBegun;
import io.millrace.metadata.MetadataRecord.TopicCreated;
import io.millrace.metadata.MetadataRecord.TopicDeleted;
import io.millrace.metadata.MetadataRecord.VotersChanged;
import io.millrace.model.NodeId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.PartitionImage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ImageApplierTest {
  private static final NodeId NODE = new NodeId(1);
  private static final TopicId TOPIC = new TopicId(1, 2);

  @Test
  void shouldDropAProposalThatWasDecidedFromAnotherState() {
    // given
    MetadataState state = founded();
    List<MetadataRecord> ids = List.of(new ProducerIdsAllocated(NODE, 0, 10));

    // when
    MetadataState stale = apply(state, new Proposal(1, 0, ids));
    MetadataState ahead = apply(state, new Proposal(1, 2, ids));
    MetadataState otherTerm = apply(state, new Proposal(2, 1, ids));
    MetadataState right = apply(state, new Proposal(1, 1, ids));

    // then
    assertThat(List.of(stale, ahead, otherTerm))
        .allSatisfy(
            dropped -> {
              assertThat(dropped.index()).isEqualTo(state.index() + 1);
              assertThat(dropped.lastProposal()).isEqualTo(state.lastProposal());
              assertThat(dropped.nextProducerId()).isZero();
            });
    assertThat(right.nextProducerId()).isEqualTo(10);
    assertThat(right.lastProposal()).isEqualTo(2);
  }

  @Test
  void shouldBeginATermOnlyOnceAndOnlyALaterOne() {
    // given
    MetadataState state = founded();
    List<MetadataRecord> elected = List.of(new ControllerElected(new NodeId(7)));

    // then
    assertThat(apply(state, new Proposal(1, 1, elected)).lastProposal()).isEqualTo(1);
    assertThat(apply(state, new Proposal(0, 1, elected)).lastProposal()).isEqualTo(1);
    assertThat(apply(state, new Proposal(3, 0, elected)).lastProposal()).isEqualTo(1);
    assertThat(apply(state, new Proposal(3, 1, elected)).controllerTerm()).isEqualTo(3);
  }

  @Test
  void shouldRefuseAnEntryThatIsNotTheNextOne() {
    assertThatThrownBy(
            () ->
                ImageApplier.apply(
                    founded(), 3, new Proposal(1, 1, List.of(new TopicDeleted(TOPIC)))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("metadata log: entry 3 follows entry 1");
  }

  static Stream<MetadataRecord> brokenFacts() {
    PartitionImage zero = partition(0, 0, List.of(NODE), List.of(NODE));
    NodeId other = new NodeId(2);
    return Stream.of(
        new ClusterFounded("again", 1),
        new SnapshotBegun(0, 0, 0, Optional.empty()),
        new BrokerRegistered(BrokerImage.of(NODE, 1, false)),
        new TopicCreated(TOPIC, new TopicName("other"), List.of(zero), Map.of(), false),
        new TopicCreated(new TopicId(9, 9), new TopicName("t"), List.of(zero), Map.of(), false),
        new TopicCreated(new TopicId(9, 9), new TopicName("u"), List.of(), Map.of(), false),
        new TopicCreated(
            new TopicId(9, 9),
            new TopicName("u"),
            List.of(partition(1, 0, List.of(NODE), List.of(NODE))),
            Map.of(),
            false),
        new TopicDeleted(new TopicId(9, 9)),
        new PartitionsAdded(TOPIC, List.of(zero)),
        new PartitionsAdded(TOPIC, List.of(partition(1, 0, List.of(), List.of()))),
        new PartitionsAdded(TOPIC, List.of(partition(1, 0, List.of(NODE, NODE), List.of(NODE)))),
        new PartitionsAdded(TOPIC, List.of(partition(1, 0, List.of(NODE), List.of(other)))),
        new PartitionsAdded(TOPIC, List.of(partition(1, 0, List.of(other, NODE), List.of(other)))),
        new PartitionsAdded(TOPIC, List.of(partition(1, -1, List.of(NODE), List.of(NODE)))),
        change(1, Optional.of(NODE), 6, 6),
        change(0, Optional.of(NODE), 4, 6),
        change(0, Optional.of(NODE), 6, 5),
        change(0, Optional.of(other), 6, 6),
        change(0, Optional.empty(), 5, 6),
        changed(List.of(NODE), List.of(other), List.of(), List.of(), false),
        changed(List.of(NODE, other), List.of(other), List.of(other), List.of(), false),
        changed(List.of(NODE), List.of(), List.of(NODE), List.of(), false),
        changed(List.of(NODE), List.of(), List.of(), List.of(NODE), false),
        changed(List.of(NODE), List.of(), List.of(), List.of(), true),
        new BrokerChanged(NODE, 2, true, false),
        new BrokerChanged(other, 1, true, false),
        new VotersChanged(List.of(), List.of(NODE)),
        new VotersChanged(List.of(NODE), List.of(NODE)),
        new MetadataVersionRaised(1),
        new MetadataVersionRaised(MetadataState.SUPPORTED_VERSION + 1),
        new ProducerIdsAllocated(NODE, 5, 10),
        new ProducerIdsAllocated(NODE, 0, 0));
  }

  @ParameterizedTest
  @MethodSource("brokenFacts")
  void shouldHaltOnAFactThatBreaksARule(MetadataRecord broken) {
    // given
    MetadataState state =
        apply(
            founded(),
            new Proposal(
                1,
                1,
                List.of(
                    new BrokerRegistered(BrokerImage.of(NODE, 1, false)),
                    new TopicCreated(
                        TOPIC,
                        new TopicName("t"),
                        List.of(
                            new PartitionImage(
                                0, Optional.of(NODE), 5, 5, List.of(NODE), List.of(NODE))),
                        Map.of(),
                        false))));

    // then
    assertThatThrownBy(() -> apply(state, new Proposal(1, 2, List.of(broken))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("metadata log: ");
  }

  @Test
  void shouldRefuseALogOfALaterVersion() {
    assertThatThrownBy(
            () ->
                apply(
                    MetadataState.empty(),
                    new Proposal(
                        1,
                        0,
                        List.of(
                            new ControllerElected(NODE),
                            new ClusterFounded("c", MetadataState.SUPPORTED_VERSION + 1)))))
        .hasMessageContaining(
            "its version is 5, this server reads 1 to 4; start the newer release");
  }

  private static PartitionsChanged change(
      int partition, Optional<NodeId> leader, int leaderEpoch, int partitionEpoch) {
    return new PartitionsChanged(
        TOPIC,
        List.of(
            new PartitionImage(
                partition, leader, leaderEpoch, partitionEpoch, List.of(NODE), List.of(NODE))));
  }

  /** Of the same leader in the same epoch. */
  private static PartitionsChanged changed(
      List<NodeId> replicas,
      List<NodeId> adding,
      List<NodeId> removing,
      List<NodeId> lastKnownInSync,
      boolean leaderUnclean) {
    return new PartitionsChanged(
        TOPIC,
        List.of(
            new PartitionImage(
                0,
                Optional.of(NODE),
                5,
                6,
                replicas,
                List.of(NODE),
                adding,
                removing,
                lastKnownInSync,
                leaderUnclean,
                List.of())));
  }

  private static PartitionImage partition(
      int number, int epoch, List<NodeId> replicas, List<NodeId> inSync) {
    return new PartitionImage(number, Optional.of(NODE), epoch, 0, replicas, inSync);
  }

  private static MetadataState founded() {
    return apply(
        MetadataState.empty(),
        new Proposal(1, 0, List.of(new ControllerElected(NODE), new ClusterFounded("c", 1))));
  }

  private static MetadataState apply(MetadataState state, Proposal proposal) {
    return ImageApplier.apply(state, state.index() + 1, proposal);
  }
}
