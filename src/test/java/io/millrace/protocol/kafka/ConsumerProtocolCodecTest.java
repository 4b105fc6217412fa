package io.millrace.protocol.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.group.OpaqueBytes;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.junit.jupiter.api.Test;

class ConsumerProtocolCodecTest {
  private final ConsumerProtocolCodec codec = new ConsumerProtocolCodec();

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  private static byte[] subscription(int version) {
    return bytes(
        ConsumerProtocol.serializeSubscription(
            new Subscription(
                List.of("a", "b"),
                ByteBuffer.wrap(new byte[] {1, 2}),
                List.of(new org.apache.kafka.common.TopicPartition("a", 3)),
                7,
                Optional.of("rack")),
            (short) version));
  }

  @Test
  void shouldReadWhatKafkasConsumerWrites() {
    for (int version = 0; version <= 3; version++) {
      // when
      var read = codec.subscription(OpaqueBytes.of(subscription(version))).orElseThrow();

      // then
      assertThat(read.version()).isEqualTo(version);
      assertThat(read.topics()).containsExactly("a", "b");
      assertThat(read.userData()).isEqualTo(OpaqueBytes.of(new byte[] {1, 2}));
      assertThat(read.ownedPartitions()).hasSize(version >= 1 ? 1 : 0);
      assertThat(read.generation()).isEqualTo(version >= 2 ? 7 : -1);
      assertThat(read.rackId()).isEqualTo(version >= 3 ? Optional.of("rack") : Optional.empty());
    }
  }

  @Test
  void shouldReadANewerVersionAsTheNewestKnown() {
    // given
    byte[] newer = subscription(3);
    ByteBuffer.wrap(newer).putShort(0, (short) 9);

    // when // then
    assertThat(codec.subscription(OpaqueBytes.of(newer)).orElseThrow().topics()).hasSize(2);
  }

  @Test
  void shouldExchangeAssignmentsWithKafkasConsumer() {
    // given
    List<TopicPartition> partitions =
        List.of(
            new TopicPartition(new TopicName("a"), 0),
            new TopicPartition(new TopicName("a"), 2),
            new TopicPartition(new TopicName("b"), 1));

    for (int version = 0; version <= 3; version++) {
      // when
      OpaqueBytes written = codec.assignment(partitions, version);

      // then
      Assignment read = ConsumerProtocol.deserializeAssignment(ByteBuffer.wrap(written.array()));
      assertThat(read.partitions()).hasSize(3);
      assertThat(codec.assignedPartitions(written)).contains(partitions);
    }
  }

  @Test
  void shouldFindNothingInOtherBytes() {
    // given
    Random random = new Random(5);
    byte[] good = subscription(3);

    // when // then
    assertThat(codec.subscription(OpaqueBytes.EMPTY)).isEmpty();
    assertThat(codec.assignedPartitions(OpaqueBytes.of(new byte[] {0}))).isEmpty();
    for (int i = 0; i < 20_000; i++) {
      byte[] bad = good.clone();
      bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      assertThat(codec.subscription(OpaqueBytes.of(bad))).isNotNull();
      assertThat(codec.assignedPartitions(OpaqueBytes.of(bad))).isNotNull();
    }
  }
}
