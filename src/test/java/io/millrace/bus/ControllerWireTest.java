package io.millrace.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.TimeSource;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.config.TopicSettings;
import io.millrace.model.control.BrokerRegistration;
import io.millrace.model.control.ControllerAnswer;
import io.millrace.model.control.ControllerAsk;
import io.millrace.model.control.HeartbeatAnswer;
import io.millrace.model.control.HeartbeatReport;
import io.millrace.model.control.IsrChange;
import io.millrace.model.control.PartitionResult;
import io.millrace.model.control.ReplicaPosition;
import io.millrace.model.image.BrokerEndpoint;
import io.millrace.model.image.BrokerListener;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.ProcessLife;
import io.millrace.model.image.TopicImage;
import io.vertx.core.buffer.Buffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ControllerWireTest {
  private static final long NOW = 7_000_000_000L;
  private static final TimeSource STANDING =
      new TimeSource() {
        @Override
        public long wallClockMs() {
          return 0;
        }

        @Override
        public long monotonicNanos() {
          return NOW;
        }
      };
  private static final Address<LoopMail> LOOP =
      new Address<>("loop.3.mail", Scope.CLUSTER, LoopMail.class);
  private static final PartitionId PARTITION = new PartitionId(new TopicId(-7, 9), 4);
  private static final TopicName TOPIC = new TopicName("flights");
  private static final NodeId NODE = new NodeId(3);

  private final BusCodec codec = new BusCodec(STANDING);

  static Stream<ControllerAsk> asks() {
    return Stream.of(
        new ControllerAsk.AllocateNodeId("cluster", "disk", -1),
        new ControllerAsk.RegisterBroker(
            "cluster",
            new BrokerRegistration(
                NODE,
                "disk",
                Optional.of("rack"),
                List.of(new BrokerEndpoint(BrokerListener.BUS, "10.0.0.1", 7801)),
                2,
                true,
                new ProcessLife(1L << 40, "life"))),
        new ControllerAsk.RegisterBroker(
            "",
            new BrokerRegistration(
                NODE, "disk", Optional.empty(), List.of(), 2, false, ProcessLife.UNKNOWN)),
        new ControllerAsk.BrokerHeartbeat(
            new HeartbeatReport(
                NODE, 5, true, false, Map.of(PARTITION, new ReplicaPosition(3, 1L << 40)))),
        new ControllerAsk.AlterPartition(
            NODE,
            5,
            List.of(
                new IsrChange(
                    PARTITION,
                    6,
                    7,
                    List.of(new IsrChange.Member(NODE, 5)),
                    List.of(new NodeId(2))))),
        new ControllerAsk.AllocateProducerIds(NODE),
        new ControllerAsk.CreateTopic(TOPIC, -1, 3, Map.of("retention.ms", "1"), true),
        new ControllerAsk.DeleteTopic(TOPIC),
        new ControllerAsk.AlterTopic(TOPIC, Map.of("retention.ms", "")),
        new ControllerAsk.CreatePartitions(TOPIC, 12),
        new ControllerAsk.ReassignPartitions(
            Map.of(
                PARTITION,
                Optional.of(List.of(NODE, new NodeId(1))),
                new PartitionId(new TopicId(1, 1), 0),
                Optional.empty())),
        new ControllerAsk.DrainBroker(NODE, true),
        new ControllerAsk.Rebalance(),
        new ControllerAsk.ElectLeaders(List.of(PARTITION), true));
  }

  static Stream<ControllerAnswer> answers() {
    PartitionImage partition =
        new PartitionImage(0, Optional.empty(), 1, 2, List.of(NODE, new NodeId(1)), List.of(NODE));
    return Stream.of(
        new ControllerAnswer.NodeIdAllocated(NODE),
        new ControllerAnswer.Registered(5, 77),
        new ControllerAnswer.HeartbeatAnswered(
            new HeartbeatAnswer(3_000, true, 77, true, List.of(PARTITION))),
        new ControllerAnswer.PartitionsDone(
            List.of(new PartitionResult(PARTITION, ErrorCode.INELIGIBLE_REPLICA, "why")), 77),
        new ControllerAnswer.ProducerIdsAllocated(1_000, 2_000),
        new ControllerAnswer.TopicChanged(
            new TopicImage(
                PARTITION.topicId(),
                TOPIC,
                List.of(partition),
                TopicSettings.of(Map.of("retention.ms", "1")),
                true),
            77),
        new ControllerAnswer.Done(3, 77));
  }

  @ParameterizedTest
  @MethodSource("asks")
  void shouldReadTheQuestionThatWasWritten(ControllerAsk ask) {
    // given
    ControllerRequest request = new ControllerRequest(9, LOOP, ask, NOW + 2_000_000_000L);

    // when
    BusMessage read = read(request);

    // then
    assertThat(read).isEqualTo(request);
  }

  @ParameterizedTest
  @MethodSource("answers")
  void shouldReadTheAnswerThatWasWritten(ControllerAnswer answer) {
    // given
    ControllerReply reply = new ControllerReply.Answered(9, answer);

    // then
    assertThat(read(new LoopMail(List.of(reply)))).isEqualTo(new LoopMail(List.of(reply)));
  }

  @Test
  void shouldReadTheRefusalThatWasWritten() {
    // given
    ControllerReply known =
        new ControllerReply.Refused(9, ErrorCode.NOT_CONTROLLER, "not me", Optional.of(NODE));
    ControllerReply unknown =
        new ControllerReply.Refused(9, ErrorCode.THROTTLED, "later", Optional.empty());

    // then
    assertThat(read(known)).isEqualTo(known);
    assertThat(read(unknown)).isEqualTo(unknown);
  }

  @Test
  void shouldHaveASampleOfEverything() {
    assertThat(asks().map(ask -> ask.getClass().getName()).distinct())
        .containsExactlyInAnyOrderElementsOf(kinds(ControllerAsk.class));
    assertThat(answers().map(answer -> answer.getClass().getName()).distinct())
        .containsExactlyInAnyOrderElementsOf(kinds(ControllerAnswer.class));
  }

  private static List<String> kinds(Class<?> type) {
    return Arrays.stream(type.getPermittedSubclasses()).map(Class::getName).toList();
  }

  @ParameterizedTest
  @MethodSource("asks")
  void shouldRefuseWhatIsCut(ControllerAsk ask) {
    // given
    Buffer whole = written(new ControllerRequest(9, LOOP, ask, NOW));

    // then
    for (int length = 0; length < whole.length(); length++) {
      Buffer cut = Buffer.buffer(whole.getBytes(0, length));
      assertThatThrownBy(() -> codec.decodeFromWire(0, cut)).isInstanceOf(StreamException.class);
    }
  }

  @Test
  void shouldRefuseValuesThatAreNone() {
    // given
    Buffer bytes =
        written(new ControllerRequest(9, LOOP, new ControllerAsk.DeleteTopic(TOPIC), NOW));
    int name = bytes.toString(java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("flights");
    bytes.setByte(name, (byte) '/');

    // then
    assertThatThrownBy(() -> codec.decodeFromWire(0, bytes))
        .isInstanceOf(StreamException.class)
        .hasMessageContaining("'/lights'");
  }

  private BusMessage read(BusMessage message) {
    return codec.decodeFromWire(0, written(message));
  }

  private Buffer written(BusMessage message) {
    Buffer out = Buffer.buffer();
    codec.encodeToWire(out, message);
    return out;
  }
}
