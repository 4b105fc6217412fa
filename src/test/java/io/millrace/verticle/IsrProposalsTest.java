package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.TopicId;
import io.millrace.model.control.ControllerAnswer;
import io.millrace.model.control.ControllerAsk;
import io.millrace.model.control.IsrChange;
import io.millrace.model.control.PartitionResult;
import io.millrace.replication.IsrProposal;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class IsrProposalsTest {
  private static final NodeId SELF = new NodeId(1);
  private static final TopicId TOPIC = new TopicId(1, 1);

  private final List<ControllerAsk.AlterPartition> asked = new ArrayList<>();
  private final Promise<ControllerAnswer> answer = Promise.promise();
  private final Deque<Runnable> tasks = new ArrayDeque<>();
  private final List<IsrProposal> refused = new ArrayList<>();
  private long incarnation = 7;
  private final IsrProposals proposals =
      new IsrProposals(
          SELF,
          (ask, timeoutMs) -> {
            asked.add((ControllerAsk.AlterPartition) ask);
            return answer.future();
          },
          () -> incarnation,
          tasks::add);

  private static IsrProposal proposal(int partition, int partitionEpoch) {
    return new IsrProposal(
        new PartitionId(TOPIC, partition), 3, partitionEpoch, Map.of(SELF, 7L), Set.of());
  }

  private void run() {
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
  }

  @Test
  void shouldAskOnceForWhatComesInOnePassAndNameEachPartitionOnce() {
    // when
    proposals.propose(proposal(0, 1), refused::add);
    proposals.propose(proposal(1, 1), refused::add);
    proposals.propose(proposal(0, 2), refused::add);
    run();

    // then
    assertThat(asked).hasSize(1);
    assertThat(asked.get(0).incarnation()).isEqualTo(7);
    assertThat(asked.get(0).changes())
        .extracting(IsrChange::partition, IsrChange::partitionEpoch)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(new PartitionId(TOPIC, 0), 2),
            org.assertj.core.groups.Tuple.tuple(new PartitionId(TOPIC, 1), 1));
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "NONE",
        "INVALID_REQUEST",
        "INELIGIBLE_REPLICA",
        "INVALID_UPDATE_VERSION",
        "FENCED_LEADER_EPOCH",
        "NOT_LEADER_OR_FOLLOWER",
        "UNKNOWN_TOPIC_ID"
      })
  void shouldTakeForRefusedOnlyWhatNeverWillBeDone(ErrorCode error) {
    // given
    IsrProposal proposed = proposal(0, 1);
    proposals.propose(proposed, refused::add);
    run();

    // when
    answer.complete(
        new ControllerAnswer.PartitionsDone(
            List.of(new PartitionResult(proposed.partition(), error, "why")), 5));

    // then
    boolean isFinal = error == ErrorCode.INVALID_REQUEST || error == ErrorCode.INELIGIBLE_REPLICA;
    assertThat(refused).isEqualTo(isFinal ? List.of(proposed) : List.of());
  }

  @ParameterizedTest
  @EnumSource(names = {"REQUEST_TIMED_OUT", "STALE_BROKER_EPOCH", "NOT_CONTROLLER"})
  void shouldNotTakeAnAnswerThatIsMissingForARefusal(ErrorCode error) {
    // given
    proposals.propose(proposal(0, 1), refused::add);
    run();

    // when
    answer.fail(new StreamException(error));

    // then
    assertThat(refused).isEmpty();
  }

  @Test
  void shouldAskNothingBetweenTwoLives() {
    // given
    incarnation = -1;

    // when
    proposals.propose(proposal(0, 1), refused::add);
    run();

    // then
    assertThat(asked).isEmpty();
    assertThat(refused).isEmpty();
  }
}
