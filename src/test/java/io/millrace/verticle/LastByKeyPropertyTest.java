package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class LastByKeyPropertyTest {
  /** So many keys that the table grows, so few that most are put more than once. */
  @Property(tries = 200)
  void shouldBehaveAsAMapThatForgetsEarlierPuts(
      @ForAll @Size(max = 3_000) List<@IntRange(max = 700) Integer> puts) {
    // given
    LastByKey last = new LastByKey();
    Map<String, Integer> expected = new LinkedHashMap<>();

    // when
    for (int i = 0; i < puts.size(); i++) {
      String key = "key-of-some-length-" + puts.get(i);
      last.put(ByteBuffer.wrap(key.getBytes(java.nio.charset.StandardCharsets.UTF_8)), value(i));
      expected.remove(key);
      expected.put(key, i);
    }

    // then
    List<String> actual = new ArrayList<>();
    last.forEach(
        (key, value) ->
            actual.add(
                java.nio.charset.StandardCharsets.UTF_8.decode(key)
                    + "="
                    + (value == null ? null : value.getInt(0))));
    List<String> wanted = new ArrayList<>();
    expected.forEach((key, i) -> wanted.add(key + "=" + (i % 7 == 0 ? null : i)));
    assertThat(actual).isEqualTo(wanted);
    assertThat(last.size()).isEqualTo(wanted.size());
  }

  /** Every seventh one is a tombstone. */
  private static ByteBuffer value(int i) {
    return i % 7 == 0 ? null : ByteBuffer.allocate(Integer.BYTES).putInt(0, i);
  }
}
