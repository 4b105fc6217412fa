package io.millrace.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import io.millrace.model.InternalTopics;
import io.millrace.model.NodeId;
import io.millrace.model.TopicName;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.TopicSettings;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ControllerTest {
  private static final NodeId NODE = new NodeId(0);
  private static final TopicName FLIGHTS = new TopicName("flights");

  private MetadataState state = MetadataState.empty();
  private Controller controller = controller(Map.of());

  @Test
  void shouldDecideNothingBeforeItIsElected() {
    assertThat(refusal(controller.createTopic(FLIGHTS, 1, 1, Map.of(), false)).code())
        .isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE);
  }

  @Test
  void shouldFoundTheClusterOnceAndKnowItsId() {
    // given
    commit(controller.onElected(NODE, 1));

    // when
    commit(controller.found("clusterA"));

    // then
    assertThat(state.cluster().clusterId()).isEqualTo("clusterA");
    assertThat(controller.found("clusterA")).isEqualTo(new Decision.Unchanged<>("clusterA"));
    assertThat(refusal(controller.found("clusterB")).code())
        .isEqualTo(ErrorCode.CLUSTER_ID_MISMATCH);
  }

  @Test
  void shouldCreateATopicWithItsSettingsAndLeaders() {
    // given
    start();

    // when
    TopicImage topic =
        commit(controller.createTopic(FLIGHTS, 3, -1, Map.of("retention.ms", "5000"), false));

    // then
    assertThat(state.cluster().topic(FLIGHTS)).contains(topic);
    assertThat(topic.settings().get(TopicSettings.RETENTION_MS)).isEqualTo(5000);
    assertThat(topic.partitions())
        .containsExactly(
            new PartitionImage(0, Optional.of(NODE), 0, 0, List.of(NODE), List.of(NODE)),
            new PartitionImage(1, Optional.of(NODE), 0, 0, List.of(NODE), List.of(NODE)),
            new PartitionImage(2, Optional.of(NODE), 0, 0, List.of(NODE), List.of(NODE)));
  }

  @Test
  void shouldTakeTheNumberOfPartitionsFromTheSettings() {
    // given
    controller = controller(Map.of("num.partitions", "6"));
    start();

    // when
    TopicImage topic = commit(controller.createTopic(FLIGHTS, -1, -1, Map.of(), false));

    // then
    assertThat(topic.partitions()).hasSize(6);
  }

  @Test
  void shouldGiveATopicThatIsCreatedAgainAnotherId() {
    // given
    start();
    TopicImage first = commit(controller.createTopic(FLIGHTS, 1, 1, Map.of(), false));
    commit(controller.deleteTopic(FLIGHTS));

    // when
    TopicImage second = commit(controller.createTopic(FLIGHTS, 1, 1, Map.of(), false));

    // then
    assertThat(second.id()).isNotEqualTo(first.id());
    assertThat(state.cluster().topic(first.id())).isEmpty();
  }

  @Test
  void shouldSeeItsOwnPendingProposals() {
    // given
    start();

    // when
    Decision<TopicImage> first = controller.createTopic(FLIGHTS, 1, 1, Map.of(), false);
    Decision<TopicImage> again = controller.createTopic(FLIGHTS, 1, 1, Map.of(), false);
    Decision<TopicImage> grown = controller.createPartitions(FLIGHTS, 2, false);

    // then
    assertThat(refusal(again).code()).isEqualTo(ErrorCode.TOPIC_ALREADY_EXISTS);
    commit(first);
    commit(grown);
    assertThat(state.cluster().topic(FLIGHTS).orElseThrow().partitions()).hasSize(2);
    assertThat(controller.pendingProposals()).isZero();
  }

  @Test
  void shouldForgetWhatWasDecidedAfterALostProposal() {
    // given
    start();
    Decision.Propose<TopicImage> lost =
        proposal(controller.createTopic(FLIGHTS, 1, 1, Map.of(), false));
    Decision.Propose<TopicImage> after = proposal(controller.createPartitions(FLIGHTS, 2, false));

    // when
    controller.onProposalLost();

    // then
    assertThat(ImageApplier.accepts(state, after.proposal())).isFalse();
    commit(controller.createTopic(FLIGHTS, 3, 1, Map.of(), false));
    assertThat(ImageApplier.accepts(state, lost.proposal())).isFalse();
    assertThat(state.cluster().topic(FLIGHTS).orElseThrow().partitions()).hasSize(3);
  }

  @Test
  void shouldChangeNothingWhenOnlyValidating() {
    // given
    start();

    // when
    Decision<TopicImage> valid = controller.createTopic(FLIGHTS, 2, 1, Map.of(), true);

    // then
    assertThat(valid).isInstanceOf(Decision.Unchanged.class);
    assertThat(((Decision.Unchanged<TopicImage>) valid).result().partitions()).hasSize(2);
    assertThat(controller.pendingProposals()).isZero();
    assertThat(refusal(controller.createTopic(FLIGHTS, 0, 1, Map.of(), true)).code())
        .isEqualTo(ErrorCode.INVALID_PARTITIONS);
  }

  @Test
  void shouldSayWhatIsWrongWithARequest() {
    // given
    controller = controller(Map.of("max.partitions.per.topic", "10", "max.partitions", "15"));
    start();
    commit(controller.createTopic(new TopicName("other"), 8, 1, Map.of(), false));

    // then
    assertThat(refusal(controller.createTopic(FLIGHTS, 11, 1, Map.of(), false)))
        .isEqualTo(
            new Decision.Refused<>(
                ErrorCode.INVALID_PARTITIONS,
                "topic 'flights' cannot have 11 partitions, expected 1 to 10"
                    + " (max.partitions.per.topic)"));
    assertThat(refusal(controller.createTopic(FLIGHTS, 8, 1, Map.of(), false)))
        .isEqualTo(
            new Decision.Refused<>(
                ErrorCode.POLICY_VIOLATION,
                "there would be 16 partitions of all topics together, expected at most 15"
                    + " (max.partitions)"));
    assertThat(refusal(controller.createTopic(FLIGHTS, 1, 2, Map.of(), false)).code())
        .isEqualTo(ErrorCode.INVALID_REPLICATION_FACTOR);
    assertThat(refusal(controller.createTopic(FLIGHTS, 1, 1, Map.of("retention.mss", "1"), false)))
        .isEqualTo(
            new Decision.Refused<>(
                ErrorCode.INVALID_CONFIG,
                "there is no setting 'retention.mss'; did you mean retention.ms?"));
    assertThat(refusal(controller.deleteTopic(FLIGHTS)).code())
        .isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(refusal(controller.alterTopic(FLIGHTS, Map.of(), false)).code())
        .isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(refusal(controller.createPartitions(FLIGHTS, 2, false)).code())
        .isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  }

  @Test
  void shouldOnlyAddPartitions() {
    // given
    start();
    commit(controller.createTopic(FLIGHTS, 4, 1, Map.of(), false));

    // then
    assertThat(refusal(controller.createPartitions(FLIGHTS, 4, false)).code())
        .isEqualTo(ErrorCode.INVALID_PARTITIONS);
    assertThat(refusal(controller.createPartitions(FLIGHTS, 3, false)).code())
        .isEqualTo(ErrorCode.INVALID_PARTITIONS);
    assertThat(commit(controller.createPartitions(FLIGHTS, 6, false)).partitions())
        .extracting(PartitionImage::partition)
        .containsExactly(0, 1, 2, 3, 4, 5);
  }

  @Test
  void shouldAlterSettingsOneByOneAndTakeThemBack() {
    // given
    start();
    commit(
        controller.createTopic(
            FLIGHTS, 1, 1, Map.of("retention.ms", "5000", "segment.bytes", "4096"), false));

    // when
    TopicImage altered =
        commit(controller.alterTopic(FLIGHTS, Map.of("retention.ms", "", "flush.ms", "7"), false));

    // then
    assertThat(altered.settings().given())
        .isEqualTo(Map.of("segment.bytes", "4096", "flush.ms", "7"));
    assertThat(controller.alterTopic(FLIGHTS, Map.of("flush.ms", "7"), false))
        .isInstanceOf(Decision.Unchanged.class);
    assertThat(refusal(controller.alterTopic(FLIGHTS, Map.of("flush.ms", "soon"), false)).code())
        .isEqualTo(ErrorCode.INVALID_CONFIG);
  }

  @Test
  void shouldEndTheFormerLeadershipsWhenABrokerComesBack() {
    // given
    start();
    commit(controller.createTopic(FLIGHTS, 2, 1, Map.of(), false));

    // when
    BrokerImage broker = commit(controller.registerBroker(NODE));

    // then
    assertThat(broker.id()).isEqualTo(NODE);
    assertThat(broker.incarnation()).isEqualTo(2);
    assertThat(broker.fenced()).isFalse();
    assertThat(state.cluster().topic(FLIGHTS).orElseThrow().partitions())
        .containsExactly(
            new PartitionImage(0, Optional.of(NODE), 1, 1, List.of(NODE), List.of(NODE)),
            new PartitionImage(1, Optional.of(NODE), 1, 1, List.of(NODE), List.of(NODE)));
  }

  @Test
  void shouldNeverGiveAProducerIdTwice() {
    // given
    start();

    // when
    ProducerIdBlock first = commit(controller.allocateProducerIds(NODE));
    ProducerIdBlock second = commit(controller.allocateProducerIds(NODE));

    // then
    assertThat(first).isEqualTo(new ProducerIdBlock(0, 1_000));
    assertThat(second).isEqualTo(new ProducerIdBlock(1_000, 2_000));
    assertThat(refusal(controller.allocateProducerIds(new NodeId(9))).code())
        .isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE);
  }

  @Test
  void shouldRefuseMoreThanTheLimitOfPendingProposals() {
    // given
    controller = controller(Map.of("metadata.pending.max", "2"));
    start();

    // when
    Decision<TopicImage> first = controller.createTopic(new TopicName("a"), 1, 1, Map.of(), false);
    controller.createTopic(new TopicName("b"), 1, 1, Map.of(), false);

    // then
    assertThat(refusal(controller.createTopic(new TopicName("c"), 1, 1, Map.of(), false)).code())
        .isEqualTo(ErrorCode.THROTTLED);
    commit(first);
    assertThat(controller.createTopic(new TopicName("c"), 1, 1, Map.of(), false))
        .isInstanceOf(Decision.Propose.class);
  }

  @Test
  void shouldHonourDeleteTopicEnable() {
    // given
    controller = controller(Map.of("delete.topic.enable", "false"));
    start();
    commit(controller.createTopic(FLIGHTS, 1, 1, Map.of(), false));

    // then
    assertThat(refusal(controller.deleteTopic(FLIGHTS)).code())
        .isEqualTo(ErrorCode.POLICY_VIOLATION);
  }

  @Test
  void shouldNotDeleteInternalTopics() {
    // given
    start();
    commit(controller.createTopic(InternalTopics.OFFSETS, 1, 1, Map.of(), false));

    // then
    assertThat(refusal(controller.deleteTopic(InternalTopics.OFFSETS)).code())
        .isEqualTo(ErrorCode.POLICY_VIOLATION);
  }

  @Test
  void shouldRefuseEverythingAfterItWasDeposed() {
    // given
    start();
    controller.createTopic(FLIGHTS, 1, 1, Map.of(), false);

    // when
    controller.onDeposed();

    // then
    assertThat(controller.pendingProposals()).isZero();
    assertThat(refusal(controller.deleteTopic(FLIGHTS)).code())
        .isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE);
  }

  private void start() {
    commit(controller.onElected(NODE, state.controllerTerm() + 1));
    commit(controller.found("clusterA"));
    commit(controller.registerBroker(NODE));
  }

  private static Controller controller(Map<String, String> settings) {
    return new Controller(BrokerSettings.of(settings), new SplittableRandom(7));
  }

  private void commit(Proposal proposal) {
    assertThat(ImageApplier.accepts(state, proposal)).isTrue();
    state = ImageApplier.apply(state, state.index() + 1, proposal);
    controller.onCommitted(state);
  }

  private <T> T commit(Decision<T> decision) {
    Decision.Propose<T> propose = proposal(decision);
    commit(propose.proposal());
    return propose.result();
  }

  private static <T> Decision.Propose<T> proposal(Decision<T> decision) {
    assertThat(decision).isInstanceOf(Decision.Propose.class);
    return (Decision.Propose<T>) decision;
  }

  private static <T> Decision.Refused<T> refusal(Decision<T> decision) {
    assertThat(decision).isInstanceOf(Decision.Refused.class);
    return (Decision.Refused<T>) decision;
  }
}
