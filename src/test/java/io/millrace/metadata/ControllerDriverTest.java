package io.millrace.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ControllerDriverTest {
  private static final NodeId NODE = new NodeId(0);
  private static final TopicName FLIGHTS = new TopicName("flights");

  private final InMemoryMetadataLog log = new InMemoryMetadataLog();
  private final List<Long> versionsSeen = new ArrayList<>();
  private final List<Throwable> failures = new ArrayList<>();
  private final ControllerDriver driver =
      new ControllerDriver(
          NODE,
          log,
          new Controller(BrokerSettings.of(Map.of()), new SplittableRandom(1)),
          state -> versionsSeen.add(state.index()),
          failures::add);

  @Test
  void shouldFoundTheClusterAndRegisterTheBroker() {
    // given
    driver.start();

    // when
    CompletableFuture<BrokerImage> joined = join();
    log.run();

    // then
    assertThat(joined)
        .isCompletedWithValueMatching(
            broker -> broker.id().equals(NODE) && broker.incarnation() == 1 && !broker.fenced());
    assertThat(log.state.cluster().clusterId()).isEqualTo("clusterA");
    assertThat(versionsSeen).containsExactly(0L, 1L, 2L, 3L);
  }

  @Test
  void shouldAnswerOnlyAfterTheImageWithTheChangeWasSeen() {
    // given
    joined();
    List<Boolean> seenBefore = new ArrayList<>();

    // when
    CompletableFuture<TopicImage> created = create(FLIGHTS);
    created.thenAccept(topic -> seenBefore.add(versionsSeen.contains(log.state.index())));

    // then
    assertThat(created).isNotDone();
    log.run();
    assertThat(seenBefore).containsExactly(true);
  }

  @Test
  void shouldLetARefusalThatRestsOnAPendingProposalWaitForIt() {
    // given
    joined();

    // when
    CompletableFuture<TopicImage> first = create(FLIGHTS);
    CompletableFuture<TopicImage> second = create(FLIGHTS);

    // then
    assertThat(second).isNotDone();
    log.run();
    assertThat(first).isCompleted();
    assertThat(codeOf(second)).isEqualTo(ErrorCode.TOPIC_ALREADY_EXISTS);
  }

  @Test
  void shouldAnswerAtOnceWhenNothingIsPending() {
    // given
    joined();

    // when
    CompletableFuture<TopicImage> refused =
        driver.execute(controller -> controller.deleteTopic(FLIGHTS)).toCompletableFuture();

    // then
    assertThat(codeOf(refused)).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  }

  @Test
  void shouldFailEverythingThatRestsOnADroppedProposal() {
    // given
    joined();
    CompletableFuture<TopicImage> lost = create(FLIGHTS);
    CompletableFuture<TopicImage> resting = create(FLIGHTS);
    CompletableFuture<TopicImage> after = create(new TopicName("after"));
    beginTermElsewhere();

    // when
    log.run();

    // then
    assertThat(codeOf(lost)).isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE);
    assertThat(codeOf(resting)).isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE);
    assertThat(codeOf(after)).isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE);
    assertThat(log.state.cluster().topics()).isEmpty();
  }

  @Test
  void shouldDecideAgainWhenItIsElectedAgain() {
    // given
    joined();
    create(FLIGHTS);
    beginTermElsewhere();
    log.listener().onDeposed();
    log.run();

    // when
    log.listener().onElected(log.state.controllerTerm() + 1);
    CompletableFuture<TopicImage> again = create(FLIGHTS);
    log.run();

    // then
    assertThat(again).isCompleted();
    assertThat(log.state.cluster().topic(FLIGHTS)).isPresent();
  }

  @ParameterizedTest
  @EnumSource(names = {"UNANSWERED", "REFUSED"})
  void shouldBeginItsTermThoughTheFirstAttemptGotLost(InMemoryMetadataLog.Fate fate) {
    // given
    log.next = fate;
    driver.start();
    CompletableFuture<BrokerImage> joined = join();
    log.run();
    assertThat(driver.isLeading()).isFalse();

    // when
    driver.beginIfOwed();
    log.run();

    // then
    assertThat(driver.isLeading()).isTrue();
    assertThat(joined).isCompleted();
    assertThat(log.entries.get(0).beginsTerm()).isTrue();
    assertThat(log.entries).filteredOn(Proposal::beginsTerm).hasSize(1);
  }

  private void beginTermElsewhere() {
    MetadataState before = log.state;
    log.enterFromElsewhere(
        new Proposal(
            before.controllerTerm() + 1,
            before.lastProposal(),
            List.of(new MetadataRecord.ControllerElected(new NodeId(8)))));
  }

  @Test
  void shouldDecideNothingBeforeItKnowsWhatBecameOfALostProposal() {
    // given
    joined();
    log.next = InMemoryMetadataLog.Fate.UNANSWERED;
    create(FLIGHTS);
    log.step();

    // when
    CompletableFuture<TopicImage> early = create(new TopicName("early"));
    log.step();
    CompletableFuture<ProducerIdBlock> first = allocate();
    CompletableFuture<ProducerIdBlock> second = allocate();
    log.run();

    // then
    assertThat(codeOf(early)).isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE);
    assertThat(first).isCompletedWithValueMatching(block -> block.firstProducerId() == 0);
    assertThat(second)
        .isCompletedWithValueMatching(block -> block.firstProducerId() == ProducerIdBlock.SIZE);
  }

  @Test
  void shouldNotAnswerWithAChangeThatTheLogHasNotTaken() {
    // given
    joined();
    log.next = InMemoryMetadataLog.Fate.REFUSED_LATE;
    CompletableFuture<TopicImage> refused = create(FLIGHTS);

    // when
    CompletableFuture<TopicImage> resting = create(FLIGHTS);
    log.run();

    // then
    assertThat(codeOf(refused)).isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE);
    assertThat(codeOf(resting)).isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE);
  }

  private CompletableFuture<ProducerIdBlock> allocate() {
    return driver.execute(controller -> controller.allocateProducerIds(NODE)).toCompletableFuture();
  }

  @Test
  void shouldTellWhenTheLogFails() {
    // given
    joined();

    // when
    log.listener().onFailure(new java.io.IOException("broken"));

    // then
    assertThat(failures).hasSize(1);
    assertThat(codeOf(create(FLIGHTS))).isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE);
  }

  private void joined() {
    driver.start();
    CompletableFuture<BrokerImage> joined = join();
    log.run();
    assertThat(joined).isCompleted();
  }

  private CompletableFuture<BrokerImage> join() {
    return driver.join(new Membership("clusterA", NODE)).toCompletableFuture();
  }

  private CompletableFuture<TopicImage> create(TopicName name) {
    return driver
        .execute(controller -> controller.createTopic(name, 1, 1, Map.of(), false))
        .toCompletableFuture();
  }

  private static ErrorCode codeOf(CompletionStage<?> stage) {
    Throwable error = stage.toCompletableFuture().handle((value, thrown) -> thrown).getNow(null);
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    assertThat(cause).isInstanceOf(StreamException.class);
    return ((StreamException) cause).code();
  }
}
