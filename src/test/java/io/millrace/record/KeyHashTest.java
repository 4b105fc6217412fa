package io.millrace.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;

class KeyHashTest {
  @Test
  void shouldHashAsKafkaClientsDo() {
    Random random = new Random(7);
    for (int length = 0; length < 300; length++) {
      // given
      byte[] key = new byte[length];
      random.nextBytes(key);

      // when
      int hash = KeyHash.murmur2(ByteBuffer.wrap(key));

      // then
      assertThat(hash).as("hash of %d bytes", length).isEqualTo(Utils.murmur2(key));
    }
  }

  @Test
  void shouldPickThePartitionThatKafkaClientsPick() {
    for (int i = 0; i < 2_000; i++) {
      // given
      byte[] key = ("key-" + i).getBytes(StandardCharsets.UTF_8);

      // when
      int partition = KeyHash.partitionFor(key, 17);

      // then
      assertThat(partition).isEqualTo(BuiltInPartitioner.partitionForKey(key, 17));
    }
  }

  @Test
  void shouldHashTheRemainingBytesOfAnyBuffer() {
    // given
    byte[] key = "northern lights".getBytes(StandardCharsets.UTF_8);
    ByteBuffer direct = ByteBuffer.allocateDirect(64).order(ByteOrder.LITTLE_ENDIAN);
    direct.position(5);
    direct.put(key).flip().position(5);

    // when
    int hash = KeyHash.murmur2(direct);

    // then
    assertThat(hash).isEqualTo(Utils.murmur2(key));
    assertThat(direct.position()).isEqualTo(5);
  }
}
