package io.millrace.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.NodeId;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import java.util.List;
import org.junit.jupiter.api.Test;

class BrokerSessionsTest {
  private static final NodeId ONE = new NodeId(1);
  private static final BrokerImage LIFE = BrokerImage.of(ONE, 1, false);

  private final BrokerSessions sessions = new BrokerSessions(3_000, 1_000);
  private long nowMs = Long.MAX_VALUE / 1_000_000 - 500;

  @Test
  void shouldFindNobodyGoneWhoIsHeardOf() {
    // given
    sessions.onImage(image(LIFE), now());

    // then
    for (int i = 0; i < 20; i++) {
      nowMs += 500;
      sessions.onHeartbeat(ONE, 1, now());
      assertThat(sessions.due(now())).isEqualTo(new BrokerSessions.Due(List.of(), List.of()));
    }
  }

  @Test
  void shouldWaitOutTheSessionOfASilentBroker() {
    // given
    sessions.onImage(image(LIFE), now());

    // when
    nowMs += 1_000;
    List<BrokerImage> probed = sessions.due(now()).probe();
    sessions.onProbed(LIFE, false, now());
    nowMs += 1_999;
    List<BrokerImage> early = sessions.due(now()).gone();
    nowMs += 1;

    // then
    assertThat(probed).containsExactly(LIFE);
    assertThat(early).isEmpty();
    assertThat(sessions.due(now()).gone()).containsExactly(LIFE);
  }

  @Test
  void shouldFindGoneWhoRefusesTwice() {
    // given
    sessions.onImage(image(LIFE), now());
    sessions.onHint(ONE);

    // when
    assertThat(sessions.due(now()).probe()).containsExactly(LIFE);
    assertThat(sessions.due(now()).probe()).isEmpty();
    sessions.onProbed(LIFE, true, now());
    BrokerSessions.Due again = sessions.due(now());
    sessions.onProbed(LIFE, true, now());

    // then
    assertThat(again.gone()).isEmpty();
    assertThat(again.probe()).containsExactly(LIFE);
    assertThat(sessions.due(now()).gone()).containsExactly(LIFE);
  }

  @Test
  void shouldForgetARefusalOnceTheBrokerIsHeardOf() {
    // given
    sessions.onImage(image(LIFE), now());
    sessions.onHint(ONE);
    sessions.due(now());
    sessions.onProbed(LIFE, true, now());

    // when
    sessions.onHeartbeat(ONE, 1, now());

    // then
    assertThat(sessions.due(now())).isEqualTo(new BrokerSessions.Due(List.of(), List.of()));
  }

  @Test
  void shouldGiveAllAWholeSessionAndProbeAtOnceWhenNew() {
    // given
    sessions.onElected(image(LIFE), now());

    // then
    assertThat(sessions.due(now()).probe()).containsExactly(LIFE);
    nowMs += 2_999;
    assertThat(sessions.due(now()).gone()).isEmpty();
  }

  @Test
  void shouldNotTakeALateHeartbeatForTheLifeAfter() {
    // given
    sessions.onImage(image(LIFE), now());
    sessions.onImage(image(BrokerImage.of(ONE, 2, true)), now());
    sessions.onImage(image(BrokerImage.of(ONE, 2, false)), now());

    // when
    nowMs += 2_999;
    sessions.onHeartbeat(ONE, 1, now());
    nowMs += 1;

    // then
    assertThat(sessions.due(now()).gone()).extracting(BrokerImage::incarnation).containsExactly(2L);
  }

  private long now() {
    return nowMs * 1_000_000; // Overflows on the way: times are compared by subtraction.
  }

  private static ClusterImage image(BrokerImage... brokers) {
    return new ClusterImage(1, "cluster", List.of(brokers), List.of());
  }
}
