package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class FanoutMarkerTest {
  private final FanoutMarker marker = new FanoutMarker(0xCAFE0123);

  @Test
  void shouldFindAMessageWhereverItBegins() {
    for (int before = 0; before < 40; before++) {
      for (int after = 0; after < 20; after++) {
        // given
        byte[] value = marker.value(before, -after, FanoutMarker.SIZE_BYTES);
        byte[] bytes =
            ("~".repeat(before) + new String(value, StandardCharsets.US_ASCII) + "x".repeat(after))
                .getBytes(StandardCharsets.US_ASCII);

        // when
        int at = marker.find(bytes, 0, bytes.length);

        // then
        assertThat(at).isEqualTo(before);
        assertThat(FanoutMarker.sequence(bytes, at)).isEqualTo(before);
        assertThat(FanoutMarker.dueNanos(bytes, at)).isEqualTo(-after);
        assertThat(marker.find(bytes, at + 1, bytes.length)).isEqualTo(-1);
        assertThat(marker.find(bytes, 0, before + FanoutMarker.SIZE_BYTES - 1)).isEqualTo(-1);
      }
    }
  }

  @Test
  void shouldFindAllMessagesAndNoneOfAnotherRun() {
    // given
    String frame =
        text(marker.value(7, 70, 100))
            + "\"}, ~~"
            + text(new FanoutMarker(1).value(8, 80, 50))
            + text(marker.value(0xFFFF_FFFF_FFFFL, Long.MAX_VALUE, 40));
    byte[] bytes = frame.getBytes(StandardCharsets.US_ASCII);

    // when
    int first = marker.find(bytes, 0, bytes.length);
    int second = marker.find(bytes, first + FanoutMarker.SIZE_BYTES, bytes.length);
    int third = marker.find(bytes, second + FanoutMarker.SIZE_BYTES, bytes.length);

    // then
    assertThat(FanoutMarker.sequence(bytes, first)).isEqualTo(7);
    assertThat(FanoutMarker.sequence(bytes, second)).isEqualTo(0xFFFF_FFFF_FFFFL);
    assertThat(FanoutMarker.dueNanos(bytes, second)).isEqualTo(Long.MAX_VALUE);
    assertThat(third).isEqualTo(-1);
  }

  private static String text(byte[] value) {
    return new String(value, StandardCharsets.US_ASCII);
  }
}
