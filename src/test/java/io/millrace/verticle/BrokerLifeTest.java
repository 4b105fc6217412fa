package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import io.millrace.model.TimeSource;
import io.millrace.model.control.BrokerRegistration;
import io.millrace.model.control.ControllerAnswer;
import io.millrace.model.control.ControllerAsk;
import io.millrace.model.control.HeartbeatAnswer;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.ProcessLife;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BrokerLifeTest {
  private static final NodeId NODE = new NodeId(2);
  private static final ProcessLife LIFE = new ProcessLife(7, "life");

  private final List<ControllerAsk> asked = new ArrayList<>();
  private final List<Promise<ControllerAnswer>> answers = new ArrayList<>();
  private long nowMs = 10_000;
  private final TimeSource time =
      new TimeSource() {
        @Override
        public long wallClockMs() {
          return 0;
        }

        @Override
        public long monotonicNanos() {
          return nowMs * 1_000_000;
        }
      };
  private final BrokerLease lease = new BrokerLease(time);
  private final BrokerLife life =
      new BrokerLife(
          "cluster",
          new BrokerRegistration(NODE, "disk", Optional.empty(), List.of(), 2, true, LIFE),
          (ask, timeoutMs) -> {
            asked.add(ask);
            answers.add(Promise.promise());
            return answers.get(answers.size() - 1).future();
          },
          lease,
          wanted -> Future.succeededFuture(Map.of()),
          time,
          3_000);

  @Test
  void shouldCountItsLeaseFromWhenItSentTheHeartbeat() {
    // given
    registered(1);
    life.onFollowed(image(5, 1));

    // when
    life.beat();
    nowMs += 1_000;
    answer(heard(false, 5));

    // then
    assertThat(life.active().succeeded()).isTrue();
    nowMs += 1_999;
    assertThat(lease.isValid()).isTrue();
    nowMs += 1;
    assertThat(lease.isValid()).isFalse();
  }

  @Test
  void shouldHaveNoLeaseBeforeItFollowsWhatHappenedToIt() {
    // given
    registered(1);
    life.onFollowed(image(5, 1));
    life.beat();

    // when
    answer(heard(false, 6));

    // then
    assertThat(lease.isValid()).isFalse();
    life.onFollowed(image(6, 1));
    assertThat(lease.isValid()).isTrue();
  }

  @Test
  void shouldHaveNoLeaseWhileFencedAndHeedNoOvertakenAnswer() {
    // given
    registered(1);
    life.onFollowed(image(5, 1));
    life.beat();
    nowMs += 500;
    life.beat();

    // when
    answers.get(2).complete(heard(true, 5));
    answers.get(1).complete(heard(false, 5));

    // then
    assertThat(lease.isValid()).isFalse();
  }

  @Test
  void shouldSayThatItIsReadyOnceItsShardsKnowOfThisLife() {
    // given
    registered(4);

    // when
    life.onFollowed(image(5, 3));
    life.beat();
    life.onFollowed(image(6, 4));
    life.beat();

    // then
    assertThat(asked.subList(1, 3))
        .extracting(ask -> ((ControllerAsk.BrokerHeartbeat) ask).report().isReady())
        .containsExactly(false, true);
  }

  @Test
  void shouldRegisterAgainWhenItIsNotKnownAndNotAsUnclean() {
    // given
    registered(1);
    life.onFollowed(image(5, 1));
    life.beat();
    answer(heard(false, 5));
    life.beat();

    // when
    answers.get(2).fail(new StreamException(ErrorCode.STALE_BROKER_EPOCH));
    life.beat();

    // then
    assertThat(lease.isValid()).isFalse();
    assertThat(registration(0).unclean()).isTrue();
    assertThat(registration(3).unclean()).isFalse();
  }

  @Test
  void shouldFailToStartWhereAskingAgainIsOfNoUse() {
    // when
    life.beat();
    answers.get(0).fail(new StreamException(ErrorCode.CLUSTER_ID_MISMATCH));

    // then
    assertThat(life.active().failed()).isTrue();
  }

  @Test
  void shouldStopOnceOthersLead() {
    // given
    registered(1);

    // when
    Future<Void> stopped = life.stop();
    boolean early = stopped.isComplete();
    answer(
        new ControllerAnswer.HeartbeatAnswered(
            new HeartbeatAnswer(3_000, true, 5, true, List.of())));

    // then
    assertThat(early).isFalse();
    assertThat(stopped.succeeded()).isTrue();
    assertThat(((ControllerAsk.BrokerHeartbeat) asked.get(1)).report().wantsToStop()).isTrue();
  }

  private BrokerRegistration registration(int index) {
    return ((ControllerAsk.RegisterBroker) asked.get(index)).registration();
  }

  private void registered(long incarnation) {
    life.beat();
    answer(new ControllerAnswer.Registered(incarnation, 3));
  }

  private void answer(ControllerAnswer answer) {
    answers.get(answers.size() - 1).complete(answer);
  }

  private static ControllerAnswer heard(boolean isFenced, long leaseVersion) {
    return new ControllerAnswer.HeartbeatAnswered(
        new HeartbeatAnswer(3_000, isFenced, leaseVersion, false, List.of()));
  }

  private static ClusterImage image(long version, long incarnation) {
    return new ClusterImage(
        version, "cluster", List.of(BrokerImage.of(NODE, incarnation, true)), List.of());
  }
}
