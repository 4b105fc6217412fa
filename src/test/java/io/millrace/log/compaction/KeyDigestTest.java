package io.millrace.log.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The reference implementation's first vectors: key 00..0f, input 00, 01, 02 and so on. */
final class KeyDigestTest {
  @ParameterizedTest
  @CsvSource({
    "0, a3817f04ba25a8e66df67214c7550293",
    "1, da87c1d86b99af44347659119b22fc45",
    "2, 8177228da4a45dc7fca38bdef60affe4",
    "7, a1f1ebbed8dbc153c0b84aa61ff08239",
    "8, 3b62a9ba6258f5610f83e264f31497b4",
    "15, 5493e99933b0a8117e08ec0f97cfc3d9"
  })
  void shouldDigestAsSipHash128(int length, String expected) {
    // given
    byte[] input = new byte[length];
    for (int i = 0; i < length; i++) {
      input[i] = (byte) i;
    }
    KeyDigest digest = new KeyDigest(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);
    // when
    digest.of(ByteBuffer.wrap(input));
    // then
    ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(digest.first()).putLong(digest.second());
    assertThat(HexFormat.of().formatHex(bytes.array())).isEqualTo(expected);
  }
}
