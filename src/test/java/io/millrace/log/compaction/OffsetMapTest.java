package io.millrace.log.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class OffsetMapTest {
  private static final int SEED = 7;

  @Test
  void shouldAnswerAsAMapDoes() {
    // given
    Random random = new Random(SEED);
    OffsetMap map = mapOf(1 << 20, 10_000);
    Map<String, Long> model = new HashMap<>();
    // when
    for (long offset = 0; offset < 30_000; offset++) {
      String key = "key-" + random.nextInt(8_000);
      assertThat(map.put(bytes(key), offset)).isTrue();
      model.put(key, offset);
    }
    // then
    model.forEach((key, offset) -> assertThat(map.get(bytes(key))).as(key).isEqualTo(offset));
    assertThat(map.get(bytes("another"))).isEqualTo(OffsetMap.NONE);
    assertThat(map.entries()).isEqualTo(model.size());
  }

  @Test
  void shouldRefuseANewKeyWhenItIsFullAndStillTakeAKnownOne() {
    // given
    OffsetMap map = mapOf(100 * OffsetMap.ENTRY_BYTES, 1_000);
    long offset = 0;
    while (map.put(bytes("key-" + offset), offset)) {
      offset++;
    }
    // when
    boolean known = map.put(bytes("key-0"), 1_000);
    // then
    assertThat(offset).isEqualTo(75);
    assertThat(known).isTrue();
    assertThat(map.get(bytes("key-0"))).isEqualTo(1_000);
    assertThat(map.get(bytes("key-" + offset))).isEqualTo(OffsetMap.NONE);
    assertThat(map.utilization()).isEqualTo(1.0);
  }

  @Test
  void shouldHaveRoomForAllKeysThatThereCanBe() {
    // given
    OffsetMap map = mapOf(1 << 20, 1_000);
    // when
    for (int offset = 0; offset < 1_000; offset++) {
      assertThat(map.put(bytes("key-" + offset), offset)).isTrue();
    }
    // then
    assertThat(map.utilization()).isGreaterThan(0.9);
  }

  private static OffsetMap mapOf(long maxBytes, long maxKeys) {
    return new OffsetMap(maxBytes, maxKeys, new KeyDigest(1, 2));
  }

  private static ByteBuffer bytes(String key) {
    return ByteBuffer.wrap(key.getBytes(StandardCharsets.UTF_8));
  }
}
