package io.millrace.group.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.group.GroupRecord;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GroupRecordCodecTest {
  private final GroupRecordCodec codec = new GroupRecordCodec();

  static Stream<GroupRecord> records() {
    return GroupRecordSamples.all();
  }

  static Stream<GroupRecord> recordsWithValue() {
    return GroupRecordSamples.withValue();
  }

  @ParameterizedTest
  @MethodSource("records")
  void shouldReadWhatItWrote(GroupRecord record) {
    assertThat(codec.decode(key(record), value(record))).contains(record);
  }

  @ParameterizedTest
  @MethodSource("records")
  void shouldReadFromTheMiddleOfADirectBuffer(GroupRecord record) {
    // given
    byte[] key = codec.key(record);
    ByteBuffer direct = ByteBuffer.allocateDirect(key.length + 6);
    direct.position(3).put(key).flip().position(3);

    // when
    GroupRecord read = codec.decode(direct, value(record)).orElseThrow();

    // then
    assertThat(read).isEqualTo(record);
    assertThat(direct.remaining()).as("the buffer is not consumed").isEqualTo(key.length);
  }

  @Test
  void shouldHaveASampleOfEveryKindOfFact() {
    assertThat(GroupRecordSamples.withValue().map(record -> record.getClass().getName()).distinct())
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(GroupRecord.class.getPermittedSubclasses()).map(Class::getName).toList());
  }

  @Test
  void shouldGiveFactsTheSameKeyExactlyIfTheyReplaceEachOther() {
    // when
    Set<String> keys = new HashSet<>();
    GroupRecordSamples.tombstones().forEach(record -> keys.add(hex(codec.key(record))));
    Set<String> keysOfValues = new HashSet<>();
    GroupRecordSamples.withValue().forEach(record -> keysOfValues.add(hex(codec.key(record))));

    // then
    assertThat(keys).hasSize(Kind.values().length).isEqualTo(keysOfValues);
  }

  /**
   * Compaction compares bytes: a key that is written otherwise would leave the old one for ever.
   */
  @Test
  void shouldWriteKeysTheSameForEver() {
    assertThat(GroupRecordSamples.tombstones().map(record -> hex(codec.key(record))))
        .containsExactly(
            "00010267099a0106",
            "00020267",
            "00030267",
            "00040267026d",
            "00050267",
            "00060267026d",
            "00070267026d");
  }

  @Test
  void shouldPassOverKindsOfLaterReleases() {
    assertThat(codec.decode(ByteBuffer.wrap(new byte[] {0, 99, 1}), null)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("recordsWithValue")
  void shouldRefuseBytesThatAreCutOffOrLeftOver(GroupRecord record) {
    // given
    byte[] value = codec.value(record);
    byte[] longer = Arrays.copyOf(value, value.length + 1);
    byte[] shorter = Arrays.copyOf(value, value.length - 1);

    // then
    assertThatThrownBy(() -> codec.decode(key(record), ByteBuffer.wrap(longer)))
        .isInstanceOf(UnreadableGroupRecordException.class)
        .hasMessageContaining("bytes are left over");
    assertThatThrownBy(() -> codec.decode(key(record), ByteBuffer.wrap(shorter)))
        .isInstanceOf(UnreadableGroupRecordException.class)
        .hasMessageContaining("cannot be read");
    assertThat(codec.decode(key(record), value(record))).as("and goes on").contains(record);
  }

  @Test
  void shouldSayWhatIsWrongWithBytesThatAreNoFact() {
    // given
    GroupRecord record = GroupRecordSamples.withValue().findFirst().orElseThrow();
    byte[] otherSchema = codec.value(record);
    otherSchema[5] ^= 1;

    // then
    assertThatThrownBy(() -> codec.decode(ByteBuffer.wrap(new byte[1]), null))
        .hasMessage("a key of 1 bytes does not begin with the kind of its fact");
    assertThatThrownBy(() -> codec.decode(key(record), ByteBuffer.wrap(new byte[12])))
        .hasMessage("a value of 12 bytes does not begin with C3 01 and a fingerprint");
    assertThatThrownBy(() -> codec.decode(key(record), ByteBuffer.wrap(otherSchema)))
        .hasMessageContaining("which this release does not know; start the newer release");
  }

  @Test
  void shouldRefuseALengthThatIsLongerThanTheBytes() {
    // given: the group's id claims 2^31 - 1 bytes
    byte[] lying = HexFormat.of().parseHex("0002feffffff0f41");

    // then
    assertThatThrownBy(() -> codec.decode(ByteBuffer.wrap(lying), null))
        .isInstanceOf(UnreadableGroupRecordException.class)
        .hasMessageContaining("where 1 bytes are left");
  }

  private ByteBuffer key(GroupRecord record) {
    return ByteBuffer.wrap(codec.key(record));
  }

  private ByteBuffer value(GroupRecord record) {
    byte[] value = codec.value(record);
    return value == null ? null : ByteBuffer.wrap(value);
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
