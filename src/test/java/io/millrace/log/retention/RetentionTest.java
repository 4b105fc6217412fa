package io.millrace.log.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.retention.Retention.Decision;
import io.millrace.model.config.TopicSettings;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class RetentionTest {
  private static final long NOW_MS = 1_000_000;
  private static final RetentionLimits FOR_EVER = new RetentionLimits(-1, -1);

  /** Three segments of 100 bytes and 10 records; the newest records are 3000, 2000, 1000 ms old. */
  private static final List<SegmentSummary> SEGMENTS =
      List.of(
          new SegmentSummary(0, 10, 100, NOW_MS - 3000),
          new SegmentSummary(10, 20, 100, NOW_MS - 2000),
          new SegmentSummary(20, 30, 100, NOW_MS - 1000));

  @Test
  void shouldKeepEverythingWithoutLimits() {
    // when / then
    assertThat(decide(FOR_EVER, 0, 30)).isEqualTo(new Decision(0, false));
  }

  @Test
  void shouldDeleteWhatIsOlderThanRetentionMs() {
    // when / then
    assertThat(decide(new RetentionLimits(2000, -1), 0, 30)).isEqualTo(new Decision(1, false));
    assertThat(decide(new RetentionLimits(1999, -1), 0, 30)).isEqualTo(new Decision(2, false));
  }

  @Test
  void shouldRollTheActiveSegmentWhenAllOfItIsTooOld() {
    // when / then
    assertThat(decide(new RetentionLimits(999, -1), 0, 30)).isEqualTo(new Decision(3, true));
  }

  @Test
  void shouldNotRollAnEmptyActiveSegmentAgainAndAgain() {
    // given
    List<SegmentSummary> segments =
        List.of(new SegmentSummary(30, 30, 0, SegmentSummary.NO_TIMESTAMP));
    // when
    Decision decision = Retention.decide(segments, new RetentionLimits(0, 0), 30, 30, NOW_MS);
    // then
    assertThat(decision).isEqualTo(new Decision(0, false));
  }

  @Test
  void shouldKeepWhatIsBehindAnOldSegmentThatStays() {
    // given
    List<SegmentSummary> segments =
        List.of(SEGMENTS.get(2), new SegmentSummary(30, 40, 100, NOW_MS - 9000));
    // when
    Decision decision = Retention.decide(segments, new RetentionLimits(2000, -1), 0, 40, NOW_MS);
    // then
    assertThat(decision).isEqualTo(new Decision(0, false));
  }

  @Test
  void shouldKeepAtLeastRetentionBytesAndTheActiveSegment() {
    // when / then
    assertThat(decide(new RetentionLimits(-1, 300), 0, 30).oldestSegments()).isZero();
    assertThat(decide(new RetentionLimits(-1, 201), 0, 30).oldestSegments()).isZero();
    assertThat(decide(new RetentionLimits(-1, 200), 0, 30).oldestSegments()).isEqualTo(1);
    assertThat(decide(new RetentionLimits(-1, 100), 0, 30).oldestSegments()).isEqualTo(2);
    assertThat(decide(new RetentionLimits(-1, 0), 0, 30)).isEqualTo(new Decision(2, false));
  }

  @Test
  void shouldDeleteWhatLiesBelowTheLogStartOffset() {
    // when / then
    assertThat(decide(FOR_EVER, 19, 30).oldestSegments()).isEqualTo(1);
    assertThat(decide(FOR_EVER, 20, 30).oldestSegments()).isEqualTo(2);
    assertThat(decide(FOR_EVER, 30, 30)).isEqualTo(new Decision(3, true));
  }

  @Test
  void shouldNeverDeleteAtOrPastTheHighWatermark() {
    // when / then
    assertThat(decide(new RetentionLimits(0, 0), 30, 19).oldestSegments()).isEqualTo(1);
    assertThat(decide(new RetentionLimits(0, 0), 30, 9).oldestSegments()).isZero();
  }

  @Test
  void shouldNeverCallRecordsWithoutATimestampOld() {
    // given
    List<SegmentSummary> segments =
        List.of(
            new SegmentSummary(0, 10, 100, SegmentSummary.NO_TIMESTAMP),
            new SegmentSummary(10, 20, 100, NOW_MS));
    // when / then
    assertThat(Retention.decide(segments, new RetentionLimits(0, -1), 0, 20, NOW_MS))
        .isEqualTo(new Decision(0, false));
    assertThat(Retention.decide(segments, new RetentionLimits(0, 100), 0, 20, NOW_MS))
        .isEqualTo(new Decision(1, false));
  }

  @Test
  void shouldTakeItsLimitsFromTheTopic() {
    // when
    RetentionLimits limits =
        RetentionLimits.of(TopicSettings.of(Map.of("retention.ms", "5", "retention.bytes", "6")));
    // then
    assertThat(limits).isEqualTo(new RetentionLimits(5, 6));
  }

  private static Decision decide(RetentionLimits limits, long logStart, long highWatermark) {
    return Retention.decide(SEGMENTS, limits, logStart, highWatermark, NOW_MS);
  }
}
