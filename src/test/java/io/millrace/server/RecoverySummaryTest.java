package io.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.segment.LogRecovered;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import org.junit.jupiter.api.Test;

class RecoverySummaryTest {
  private final RecoverySummary summary = new RecoverySummary();

  private static TopicPartition flights(int partition) {
    return new TopicPartition(new TopicName("flights"), partition);
  }

  @Test
  void shouldSayNothingAfterACleanStop() {
    assertThat(summary.line()).isEmpty();
    assertThat(summary.hasCut()).isFalse();
  }

  @Test
  void shouldSayInOneLineHowManyWereRecoveredAndWhichTookLongest() {
    // when
    summary.add(flights(0), new LogRecovered(100, 0, 0), false, 2_000_000);
    summary.add(flights(1), new LogRecovered(200, 30, 1), false, 9_000_000);
    summary.add(flights(2), new LogRecovered(300, 0, 0), true, 3_000_000);

    // then
    assertThat(summary.hasCut()).isTrue();
    assertThat(summary.line())
        .hasValue(
            "recovered logs=3 damaged=1 checkedBytes=600 cutLogs=1 cutBytes=30 cutSegments=1"
                + " longestMs=9 longest=flights-1");
  }

  @Test
  void shouldCutNothingWhenEveryLogEndsWithABatch() {
    // when
    summary.add(flights(0), new LogRecovered(100, 0, 0), false, 0);

    // then
    assertThat(summary.hasCut()).isFalse();
    assertThat(summary.line()).get().asString().contains("longest=flights-0");
  }
}
