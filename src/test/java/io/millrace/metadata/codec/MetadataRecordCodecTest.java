package io.millrace.metadata.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.metadata.MetadataRecord;
import io.millrace.metadata.MetadataState;
import io.millrace.model.NodeId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.image.BrokerEndpoint;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.BrokerListener;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.ProcessLife;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MetadataRecordCodecTest {
  private static final NodeId NODE = new NodeId(3);
  private static final TopicId TOPIC = new TopicId(-5, 77);

  private static final PartitionImage MOVING =
      new PartitionImage(
          7,
          Optional.of(NODE),
          1,
          2,
          List.of(NODE, new NodeId(1), new NodeId(2)),
          List.of(NODE),
          List.of(new NodeId(1)),
          List.of(new NodeId(2)),
          List.of(),
          true,
          List.of(new NodeId(2)));

  private final MetadataRecordCodec codec = new MetadataRecordCodec();

  static Stream<MetadataRecord> records() {
    PartitionImage led =
        new PartitionImage(0, Optional.of(NODE), 4, 9, List.of(NODE, new NodeId(1)), List.of(NODE));
    PartitionImage leaderless =
        new PartitionImage(1, Optional.empty(), 4, 9, List.of(NODE), List.of());
    return Stream.of(
        new MetadataRecord.ClusterFounded("cluster", 1),
        new MetadataRecord.ControllerElected(NODE),
        new MetadataRecord.BrokerRegistered(BrokerImage.of(NODE, 12, true)),
        new MetadataRecord.BrokerRegistered(
            new BrokerImage(
                NODE,
                "disk",
                13,
                false,
                true,
                Optional.of("rack"),
                List.of(
                    new BrokerEndpoint(BrokerListener.KAFKA, "broker", 9092),
                    new BrokerEndpoint(BrokerListener.BUS, "10.0.0.1", 7801)),
                2,
                new ProcessLife(1L << 40, "life"))),
        new MetadataRecord.BrokerChanged(NODE, 12, false, true),
        new MetadataRecord.VotersChanged(List.of(NODE, new NodeId(1)), List.of(new NodeId(4))),
        new MetadataRecord.MetadataVersionRaised(2),
        new MetadataRecord.TopicCreated(
            TOPIC, new TopicName("t"), List.of(led, leaderless), Map.of("retention.ms", "1"), true),
        new MetadataRecord.TopicDeleted(TOPIC),
        new MetadataRecord.TopicSettingsChanged(TOPIC, Map.of("retention.ms", "")),
        new MetadataRecord.PartitionsAdded(TOPIC, List.of(leaderless)),
        new MetadataRecord.PartitionsChanged(
            TOPIC,
            List.of(
                MOVING,
                new PartitionImage(
                    8,
                    Optional.empty(),
                    1,
                    2,
                    List.of(NODE),
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(NODE),
                    false,
                    List.of()))),
        new MetadataRecord.ProducerIdsAllocated(NODE, 1L << 40, 1000),
        new MetadataRecord.SnapshotBegun(1, 2, 3, Optional.of(NODE)));
  }

  @ParameterizedTest
  @MethodSource("records")
  void shouldReadWhatItWrote(MetadataRecord record) throws UnreadableRecordException {
    assertThat(codec.decode(encode(record))).isEqualTo(record);
  }

  private byte[] encode(MetadataRecord record) {
    return codec.encode(record, MetadataState.SUPPORTED_VERSION);
  }

  @ParameterizedTest
  @MethodSource("records")
  void shouldWriteWhatEveryReleaseReads(MetadataRecord record) throws UnreadableRecordException {
    for (int version = 1; version <= MetadataState.SUPPORTED_VERSION; version++) {
      // when
      byte[] bytes = codec.encode(record, version);

      // then
      List<Schema> released =
          MetadataRecordCodec.released("v" + version, record.getClass().getSimpleName());
      long fingerprint = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(2);
      assertThat(released)
          .allSatisfy(
              schema ->
                  assertThat(fingerprint)
                      .isEqualTo(SchemaNormalization.parsingFingerprint64(schema)));
      assertThat(codec.decode(bytes).getClass()).isEqualTo(record.getClass());
    }
  }

  @Test
  void shouldLeaveOutOfAFactOnlyWhatAFormerVersionDoesNotSay() throws UnreadableRecordException {
    // when
    MetadataRecord read =
        codec.decode(codec.encode(new MetadataRecord.PartitionsChanged(TOPIC, List.of(MOVING)), 3));

    // then
    assertThat(read)
        .isEqualTo(
            new MetadataRecord.PartitionsChanged(
                TOPIC, List.of(MOVING.withEligibleLeaderReplicas(List.of()))));
  }

  @Test
  void shouldHaveASampleOfEveryFact() {
    assertThat(records().map(record -> record.getClass().getName()).distinct())
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(MetadataRecord.class.getPermittedSubclasses())
                .map(Class::getName)
                .toList());
  }

  @ParameterizedTest
  @MethodSource("records")
  void shouldRefuseWhatIsCutOrTooLong(MetadataRecord record) {
    // given
    byte[] whole = encode(record);

    // then
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> codec.decode(cut)).isInstanceOf(UnreadableRecordException.class);
    }
    assertThatThrownBy(() -> codec.decode(Arrays.copyOf(whole, whole.length + 1)))
        .isInstanceOf(UnreadableRecordException.class);
  }

  @Test
  void shouldSayThatALaterReleaseWroteAnUnknownFact() {
    // given
    byte[] bytes = encode(new MetadataRecord.ControllerElected(NODE));
    bytes[5] ^= 1;

    // then
    assertThatThrownBy(() -> codec.decode(bytes))
        .hasMessageContaining("start the newer release that wrote it");
  }

  @Test
  void shouldRefuseValuesThatAreNone() {
    // given
    byte[] bytes =
        encode(
            new MetadataRecord.TopicCreated(
                TOPIC,
                new TopicName("topic"),
                List.of(new PartitionImage(0, Optional.empty(), 0, 0, List.of(NODE), List.of())),
                Map.of(),
                false));
    int name = indexOf(bytes, "topic");
    bytes[name] = '/';

    // then
    assertThatThrownBy(() -> codec.decode(bytes)).hasMessageContaining("topic name '/opic'");
  }

  private static int indexOf(byte[] bytes, String text) {
    return new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf(text);
  }
}
