package io.millrace.endpoint.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.control.ControllerAsk;
import io.millrace.protocol.stream.WireFormat;
import io.millrace.protocol.stream.message.ClusterDescribed;
import io.millrace.protocol.stream.message.ClusterRebalanced;
import io.millrace.protocol.stream.message.Credit;
import io.millrace.protocol.stream.message.DescribeCluster;
import io.millrace.protocol.stream.message.DrainNode;
import io.millrace.protocol.stream.message.GetMetadata;
import io.millrace.protocol.stream.message.Goaway;
import io.millrace.protocol.stream.message.Hello;
import io.millrace.protocol.stream.message.MetadataReply;
import io.millrace.protocol.stream.message.NodeChanged;
import io.millrace.protocol.stream.message.Ping;
import io.millrace.protocol.stream.message.Pong;
import io.millrace.protocol.stream.message.ProduceRecords;
import io.millrace.protocol.stream.message.RebalanceCluster;
import io.millrace.protocol.stream.message.Records;
import io.millrace.protocol.stream.message.Throttle;
import io.millrace.protocol.stream.message.Welcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

final class StreamSessionTest {
  @Test
  void shouldAgreeOnAVersion() {
    try (SessionFixture fixture = new SessionFixture(WireFormat.AVRO)) {
      // when
      fixture.send(new Hello(1, 9, "test", List.of("unheard-of")));

      // then
      Welcome welcome = (Welcome) fixture.transport.take().get(0);
      assertThat(welcome.getVersion()).isEqualTo(1);
      assertThat(welcome.getClusterId()).isEqualTo(FakeBroker.CLUSTER);
      assertThat(welcome.getNodeId()).isEqualTo(5);
      assertThat(welcome.getMaxFrameBytes()).isEqualTo(8_388_608);
    }
  }

  @Test
  void shouldRefuseVersionsThatItDoesNotSpeak() {
    try (SessionFixture fixture = new SessionFixture(WireFormat.AVRO)) {
      // when
      fixture.send(new Hello(2, 3, "test", List.of()));

      // then
      assertError(fixture.transport.take().get(0), ErrorCode.UNSUPPORTED_VERSION, "2 to 3");
      assertThat(fixture.transport.closedWith).isEqualTo(CloseCode.UNSUPPORTED_VERSION);
    }
  }

  @Test
  void shouldRefuseAnythingBeforeHelloAndASecondHello() {
    try (SessionFixture early = new SessionFixture(WireFormat.AVRO);
        SessionFixture late = SessionFixture.greeted(WireFormat.AVRO)) {
      // when
      early.send(new Ping(1L));
      late.send(new Hello(1, 1, "test", List.of()));

      // then
      assertError(early.transport.take().get(0), ErrorCode.INVALID_REQUEST, "send hello first");
      assertThat(early.transport.closedWith).isEqualTo(CloseCode.WRONG_ORDER);
      assertError(late.transport.take().get(0), ErrorCode.INVALID_REQUEST, "second time");
      assertThat(late.transport.closedWith).isEqualTo(CloseCode.WRONG_ORDER);
    }
  }

  @Test
  void shouldSayWhatIsMalformedAndClose() {
    try (SessionFixture fixture = SessionFixture.greeted(WireFormat.AVRO)) {
      // given
      ByteBuf frame = Unpooled.wrappedBuffer(new byte[20]);

      // when
      fixture.session.onFrame(frame);

      // then
      assertError(fixture.transport.take().get(0), ErrorCode.INVALID_REQUEST, "C3 01");
      assertThat(fixture.transport.closedWith).isEqualTo(CloseCode.MALFORMED);
      assertThat(frame.refCnt()).isZero();
    }
  }

  @Test
  void shouldAnswerWhatOnlyServersSendWithAnErrorAndGoOn() {
    try (SessionFixture fixture = SessionFixture.greeted(WireFormat.AVRO)) {
      // when
      fixture.send(new Pong(1L));
      fixture.send(new Goaway(1, ""));
      fixture.send(new Ping(7L));

      // then
      List<SpecificRecord> answers = fixture.transport.take();
      assertError(answers.get(0), ErrorCode.INVALID_REQUEST, "not by clients");
      assertThat(answers.get(1)).isEqualTo(new Pong(7L));
      assertThat(fixture.transport.closedWith).isNull();
    }
  }

  @Test
  void shouldNameTheStreamThatIsNotOpen() {
    try (SessionFixture fixture = SessionFixture.greeted(WireFormat.AVRO)) {
      // when
      fixture.send(new Credit(9, 1L, 1L));

      // then
      var error = (io.millrace.protocol.stream.message.Error) fixture.transport.take().get(0);
      assertThat(error.getStreamId()).isEqualTo(9);
      assertThat(error.getName()).isEqualTo("UNKNOWN_STREAM");
    }
  }

  @Test
  void shouldCloseWhoDoesNotSayHelloInTime() {
    try (SessionFixture fixture = new SessionFixture(WireFormat.AVRO)) {
      // when
      fixture.pass(10_100);

      // then
      assertThat(fixture.transport.closedWith).isEqualTo(CloseCode.HANDSHAKE_TIMEOUT);
    }
  }

  @Test
  void shouldHoldOnlyThoseToThePingTimeoutWhoPromisedAHeartbeat() {
    try (SessionFixture promised = new SessionFixture(WireFormat.AVRO);
        SessionFixture silent = SessionFixture.greeted(WireFormat.AVRO)) {
      // given
      promised.send(new Hello(1, 1, "test", List.of("heartbeat")));

      // when
      promised.pass(2_100);
      silent.pass(2_100);
      promised.pass(3_000);
      silent.pass(3_000);

      // then
      assertThat(promised.transport.pings).isEqualTo(1);
      assertThat(promised.transport.closedWith).isEqualTo(CloseCode.SILENT_PEER);
      assertThat(silent.transport.pings).isEqualTo(2);
      assertThat(silent.transport.closedWith).isNull();
      silent.pass(600_000);
      assertThat(silent.transport.closedWith).isEqualTo(CloseCode.IDLE_TIMEOUT);
    }
  }

  @Test
  void shouldNotCountTheTimeInWhichItDoesNotReadAsSilence() {
    try (SessionFixture fixture = new SessionFixture(WireFormat.AVRO)) {
      // given
      fixture.send(new Hello(1, 1, "test", List.of("heartbeat")));
      fixture.session.setHeldUp(true);

      // when
      fixture.pass(5_100);
      fixture.session.setHeldUp(false);
      fixture.pass(4_900);

      // then
      assertThat(fixture.transport.closedWith).isNull();
      fixture.pass(200);
      assertThat(fixture.transport.closedWith).isEqualTo(CloseCode.SILENT_PEER);
    }
  }

  @Test
  void shouldCloseAfterGoawayWhenAllIsAnswered() {
    try (SessionFixture fixture = SessionFixture.greeted(WireFormat.AVRO)) {
      // given
      fixture.broker.topic("t", 1);
      fixture.send(new ProduceRecords(1L, "t", List.of(SessionFixture.plain("k", "v")), -1, 0));

      // when
      fixture.loop.goaway("restart");
      fixture.send(new ProduceRecords(2L, "t", List.of(SessionFixture.plain("k", "v")), -1, 0));

      // then
      List<SpecificRecord> answers = fixture.transport.take();
      assertThat(answers.get(0)).isEqualTo(new Goaway(0, "restart"));
      assertError(answers.get(1), ErrorCode.SHUTTING_DOWN, "stopping");
      assertThat(fixture.transport.closedWith).isNull();
      fixture.broker.answerProduces();
      assertThat(fixture.transport.take()).hasSize(1);
      assertThat(fixture.transport.closedWith).isEqualTo(CloseCode.GOING_AWAY);
    }
  }

  @Test
  void shouldSendClientsAwayOnceWhenTheNodeIsCutOff() {
    try (SessionFixture fixture = SessionFixture.greeted(WireFormat.AVRO)) {
      // given
      fixture.broker.topic("t", 1);
      fixture.send(new ProduceRecords(1L, "t", List.of(SessionFixture.plain("k", "v")), -1, 0));

      // when
      fixture.hasLease = false;
      fixture.pass(0);
      fixture.pass(CutOff.PATIENCE_MS - 1);

      // then
      assertThat(fixture.transport.closedWith).isNull();
      fixture.pass(1);
      assertThat(fixture.transport.closedWith).isEqualTo(CloseCode.GOING_AWAY);
      assertThat(fixture.transport.take())
          .containsExactly(
              new Goaway(0, "this node does not reach its cluster: connect to another"));
      SessionFixture.Client back = fixture.another();
      fixture.pass(CutOff.PATIENCE_MS);
      assertThat(back.transport.closedWith).isNull();
    }
  }

  @Test
  void shouldSendClientsAwayAgainWhenTheNodeWasBackMeanwhile() {
    try (SessionFixture fixture = SessionFixture.greeted(WireFormat.AVRO)) {
      // given
      fixture.hasLease = false;
      fixture.pass(0);
      fixture.pass(CutOff.PATIENCE_MS - 1);
      fixture.hasLease = true;
      fixture.pass(1);
      fixture.hasLease = false;
      fixture.pass(0);

      // when
      fixture.pass(CutOff.PATIENCE_MS - 1);
      CloseCode early = fixture.transport.closedWith;
      fixture.pass(1);

      // then
      assertThat(early).isNull();
      assertThat(fixture.transport.closedWith).isEqualTo(CloseCode.GOING_AWAY);
    }
  }

  @Test
  void shouldLetAClientOfOneRequestWaitWhenTheNodeIsCutOff() {
    try (SessionFixture fixture = SessionFixture.greeted(WireFormat.AVRO)) {
      // given
      fixture.transport.lasting = false;
      fixture.broker.topic("t", 1);
      fixture.send(new ProduceRecords(1L, "t", List.of(SessionFixture.plain("k", "v")), -1, 0));

      // when
      fixture.hasLease = false;
      fixture.pass(0);
      fixture.pass(CutOff.PATIENCE_MS);
      fixture.broker.answerProduces();

      // then
      assertThat(fixture.transport.closedWith).isNull();
      assertThat(fixture.transport.take()).hasSize(1);
    }
  }

  @Test
  void shouldStopReadingWhileTooMuchIsInFlight() {
    try (SessionFixture fixture =
        SessionFixture.greeted(WireFormat.AVRO, "stream.max.inflight.requests", "2")) {
      // given
      fixture.broker.topic("t", 1);
      ProduceRecords request =
          new ProduceRecords(1L, "t", List.of(SessionFixture.plain("k", "v")), -1, 0);

      // when
      fixture.send(request);
      boolean afterOne = fixture.transport.reading;
      fixture.send(request);
      boolean afterTwo = fixture.transport.reading;
      fixture.broker.answerProduces();

      // then
      assertThat(afterOne).isTrue();
      assertThat(afterTwo).isFalse();
      assertThat(fixture.transport.take())
          .first()
          .isEqualTo(new Throttle(0, "2 requests are in flight"));
      assertThat(fixture.transport.reading).isTrue();
    }
  }

  @Test
  void shouldDescribeTopics() {
    try (SessionFixture fixture = SessionFixture.greeted(WireFormat.AVRO)) {
      // given
      fixture.broker.topic("b", 2);
      fixture.broker.topic("a", 1);

      // when
      fixture.send(new GetMetadata(1L, List.of()));
      fixture.send(new GetMetadata(2L, List.of("b", "missing", "..")));

      // then
      List<SpecificRecord> answers = fixture.transport.take();
      assertThat(((MetadataReply) answers.get(0)).getTopics())
          .extracting(topic -> topic.getName() + topic.getPartitions().size())
          .containsExactly("a1", "b2");
      assertThat(((MetadataReply) answers.get(1)).getTopics())
          .extracting(topic -> topic.getErrorCode())
          .containsExactly(
              0, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.id(), ErrorCode.INVALID_TOPIC.id());
    }
  }

  @Test
  void shouldDescribeTheCluster() {
    try (SessionFixture fixture = SessionFixture.greeted(WireFormat.AVRO)) {
      // given
      fixture.broker.topic("t", 3);

      // when
      fixture.send(new DescribeCluster(7L));

      // then
      ClusterDescribed answer = (ClusterDescribed) fixture.transport.take().get(0);
      assertThat(answer.getRequestId()).isEqualTo(7);
      assertThat(answer.getTopics()).isEqualTo(1);
      assertThat(answer.getPartitions()).isEqualTo(3);
      assertThat(answer.getOfflinePartitions()).isZero();
    }
  }

  @Test
  void shouldTakeToTheControllerWhatChangesTheCluster() {
    try (SessionFixture fixture = SessionFixture.greeted(WireFormat.AVRO)) {
      // when
      fixture.send(new DrainNode(1L, 3, true));
      fixture.send(new DrainNode(2L, 3, false));
      fixture.send(new RebalanceCluster(3L));

      // then
      assertThat(fixture.broker.asked)
          .containsExactly(
              new ControllerAsk.DrainBroker(new NodeId(3), true),
              new ControllerAsk.DrainBroker(new NodeId(3), false),
              new ControllerAsk.Rebalance());
      assertThat(fixture.transport.take())
          .containsExactly(
              new NodeChanged(1L, 3, true, 0),
              new NodeChanged(2L, 3, false, 0),
              new ClusterRebalanced(3L, FakeBroker.CHANGES));
    }
  }

  @Test
  void shouldRefuseToDrainWhatIsNoNode() {
    try (SessionFixture fixture = SessionFixture.greeted(WireFormat.AVRO)) {
      // when
      fixture.send(new DrainNode(1L, -1, true));

      // then
      assertThat(fixture.broker.asked).isEmpty();
      assertError(fixture.transport.take().get(0), ErrorCode.INVALID_REQUEST, "nodeId is -1");
    }
  }

  @Test
  void shouldServeAUrlSubscriptionOnCreditOfItsOwn() {
    try (SessionFixture fixture =
        new SessionFixture(WireFormat.AVRO, "stream.url.credit.records", "2")) {
      // given
      var topic = fixture.broker.topic("t", 1);
      for (int i = 0; i < 20; i++) {
        fixture.broker.append(topic, 0, "v" + i);
      }

      // when
      fixture.session.subscribeByUrl(SessionFixture.subscribe(1, "t", "earliest"));

      // then
      List<SpecificRecord> messages = fixture.transport.take();
      assertThat(SessionFixture.values(messages)).hasSize(20);
      assertThat(messages).filteredOn(Records.class::isInstance).hasSizeGreaterThan(1);
    }
  }

  @Test
  void shouldCloseAUrlSubscriptionThatCannotBe() {
    try (SessionFixture fixture = new SessionFixture(WireFormat.AVRO)) {
      // when
      fixture.session.subscribeByUrl(SessionFixture.subscribe(1, "missing", "earliest"));

      // then
      assertError(
          fixture.transport.take().get(0), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "create it");
      assertThat(fixture.transport.closedWith).isEqualTo(CloseCode.SUBSCRIPTION_FAILED);
    }
  }

  static void assertError(SpecificRecord message, ErrorCode code, String text) {
    assertThat(message).isInstanceOf(io.millrace.protocol.stream.message.Error.class);
    var error = (io.millrace.protocol.stream.message.Error) message;
    assertThat(error.getName()).isEqualTo(code.name());
    assertThat(error.getCode()).isEqualTo(code.id());
    assertThat(error.getRetriable()).isEqualTo(code.retriable());
    assertThat(error.getMessage()).contains(text);
  }
}
