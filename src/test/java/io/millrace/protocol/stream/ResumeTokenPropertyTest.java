package io.millrace.protocol.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.TopicId;
import io.millrace.protocol.stream.ResumeToken.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

final class ResumeTokenPropertyTest {
  @Property(tries = 300)
  void shouldReadWhatItWrote(@ForAll long seed) {
    // given
    ResumeToken token = random(new Random(seed));

    // when
    String text = token.toText();

    // then
    assertThat(ResumeToken.parse(text)).isEqualTo(token);
    assertThat(text).matches("[A-Za-z0-9_-]+").hasSizeLessThan(ResumeToken.MAX_LENGTH);
  }

  @Property(tries = 300)
  void shouldTurnIntoOffsetsAndBack(@ForAll long seed) {
    // given
    ResumeToken token = random(new Random(seed));

    // when
    ResumeToken back = ResumeToken.ofOffsets(token.clusterId(), token.offsets());

    // then
    assertThat(back.offsets()).isEqualTo(token.offsets());
  }

  @Property(tries = 300)
  void shouldNoticeEveryChangedCharacter(@ForAll long seed) {
    // given
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder(random(random).toText());
    // The last character of base64 may hold bits that mean nothing.
    int at = random.nextInt(text.length() - 1);
    text.setCharAt(at, text.charAt(at) == 'A' ? 'B' : 'A');

    // when / then
    assertThatThrownBy(() -> ResumeToken.parse(text.toString()))
        .isInstanceOfSatisfying(
            StreamException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_RESUME_TOKEN));
  }

  @Example
  void shouldKeepTheFormatOfVersionOne() {
    // given
    Position position = new Position(new PartitionId(new TopicId(1, 2), 3), 300, 4);

    // when
    String text = new ResumeToken("cluster", List.of(position)).toText();

    // then
    assertThat(text).isEqualTo("AQdjbHVzdGVyAQAAAAAAAAABAAAAAAAAAAIBA6wCBYOM9nU");
  }

  private static ResumeToken random(Random random) {
    List<Position> positions = new ArrayList<>();
    for (int topics = random.nextInt(4); topics > 0; topics--) {
      TopicId topic = new TopicId(random.nextLong(), random.nextLong());
      for (int partition = random.nextInt(5); partition >= 0; partition--) {
        positions.add(
            new Position(
                new PartitionId(topic, partition),
                random.nextLong() >>> (1 + random.nextInt(62)),
                random.nextInt(10) - 1));
      }
    }
    return new ResumeToken(random.nextBoolean() ? "" : "pQdYpzHTQ4e1oiT2Qp1v_w", positions);
  }
}
