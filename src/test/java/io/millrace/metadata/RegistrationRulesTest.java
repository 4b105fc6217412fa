package io.millrace.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.control.BrokerRegistration;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.ProcessLife;
import java.util.List;
import org.junit.jupiter.api.Test;

class RegistrationRulesTest {
  private static final NodeId ONE = new NodeId(1);
  private static final NodeId TWO = new NodeId(2);
  private static final NodeId THREE = new NodeId(3);

  private final RulesFixture rules = new RulesFixture();

  @Test
  void shouldAnswerALateCopyOfARegistrationAsTheFirst() {
    // given
    BrokerRegistration registration = rules.registration(ONE, "disk1", false);
    register(registration);
    rules.unfence(ONE);
    rules.brokers(TWO, THREE);
    rules.topic(List.of(ONE, TWO, THREE));
    MetadataState before = rules.state();

    // when
    BrokerImage answered = register(registration);

    // then
    assertThat(answered.incarnation()).isEqualTo(1);
    assertThat(answered.fenced()).isFalse();
    assertThat(rules.state()).isEqualTo(before);
    assertThat(rules.partition().leader()).contains(ONE);
  }

  @Test
  void shouldLeaveInSyncWhomALateCopySaysToHaveLostPower() {
    // given
    BrokerRegistration registration = rules.registration(ONE, "disk1", true);
    register(registration);
    rules.unfence(ONE);
    rules.brokers(TWO);
    rules.topic(List.of(TWO, ONE));
    PartitionImage before = rules.partition();

    // when
    register(registration);

    // then
    assertThat(rules.partition()).isEqualTo(before);
    assertThat(before.inSyncReplicas()).contains(ONE);
  }

  @Test
  void shouldRefuseALateCopyOfAnEndedLife() {
    // given
    BrokerRegistration ended = rules.registration(ONE, "disk1", false);
    register(ended);
    rules.unfence(ONE);
    register(rules.registration(ONE, "disk1", false));
    rules.unfence(ONE);
    MetadataState before = rules.state();

    // when
    ErrorCode refusal = refusal(ended);

    // then
    assertThat(refusal).isEqualTo(ErrorCode.DATA_DIRECTORY_INVALID);
    assertThat(rules.state()).isEqualTo(before);
  }

  @Test
  void shouldRefuseAnEndedLifeThatWasOvertakenByTheNext() {
    // given
    BrokerRegistration ended = rules.registration(ONE, "disk1", false);
    BrokerImage next = register(rules.registration(ONE, "disk1", false));

    // when
    ErrorCode refusal = refusal(ended);

    // then
    assertThat(refusal).isEqualTo(ErrorCode.DATA_DIRECTORY_INVALID);
    assertThat(rules.broker(ONE)).isEqualTo(next);
  }

  @Test
  void shouldBeginTheLifeOfAProcessThatWasStartedAgainAtOnce() {
    // given
    rules.brokers(ONE, TWO);
    rules.topic(List.of(ONE, TWO));

    // when
    BrokerImage begun = register(rules.registration(ONE, "disk1", false));

    // then
    assertThat(begun.incarnation()).isEqualTo(2);
    assertThat(begun.fenced()).isTrue();
    assertThat(rules.partition().leader()).contains(TWO);
  }

  @Test
  void shouldNotTakeTwoProcessesOfCopiedDirectoriesForOne() {
    // given
    BrokerRegistration first = rules.registration(ONE, "disk1", false);
    register(first);

    // when
    ErrorCode refusal = refusal(of(first, new ProcessLife(first.life().start(), "another")));

    // then
    assertThat(refusal).isEqualTo(ErrorCode.DATA_DIRECTORY_INVALID);
  }

  @Test
  void shouldBeginALifeWhereTheFormerOneIsNotKnown() {
    // given
    BrokerRegistration told = rules.registration(ONE, "disk1", false);
    register(of(told, ProcessLife.UNKNOWN));

    // when
    BrokerImage begun = register(told);

    // then
    assertThat(begun.incarnation()).isEqualTo(2);
    assertThat(begun.life()).isEqualTo(told.life());
  }

  @Test
  void shouldCountTheStartsOfEachDiskByItself() {
    // given
    register(of(rules.registration(ONE, "disk1", false), new ProcessLife(9, "old")));

    // when
    BrokerImage begun =
        register(of(rules.registration(ONE, "wiped", false), new ProcessLife(1, "new")));

    // then
    assertThat(begun.directoryId()).isEqualTo("wiped");
    assertThat(begun.life().start()).isEqualTo(1);
  }

  @Test
  void shouldBeginANewLifeOfAProcessOnceAnotherDiskHadItsNumber() {
    // given
    BrokerRegistration first = rules.registration(ONE, "disk1", false);
    register(first);
    register(rules.registration(ONE, "disk2", false));

    // when
    BrokerImage again = register(first);

    // then
    assertThat(again.incarnation()).isEqualTo(3);
    assertThat(again.life()).isEqualTo(first.life());
  }

  private BrokerImage register(BrokerRegistration registration) {
    return rules.decide(brokers -> brokers.register(registration));
  }

  private ErrorCode refusal(BrokerRegistration registration) {
    return rules.refusal(brokers -> brokers.register(registration));
  }

  private static BrokerRegistration of(BrokerRegistration other, ProcessLife life) {
    return new BrokerRegistration(
        other.nodeId(),
        other.directoryId(),
        other.rack(),
        other.endpoints(),
        other.supportedVersion(),
        other.unclean(),
        life);
  }
}
