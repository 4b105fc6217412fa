package io.millrace.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.Metrics;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MicrometerMetricsTest {
  private final MicrometerMetrics metrics = new MicrometerMetrics(2, 200);

  @AfterEach
  void close() {
    metrics.close();
  }

  @Test
  void shouldShowCountersWithTheirTags() {
    // given
    Metrics.Counter bytes = metrics.counter("topic.bytes.in", "Bytes in.", "topic", "orders");

    // when
    bytes.add(40);
    bytes.add(2);

    // then
    assertThat(metrics.scrape())
        .contains("# HELP topic_bytes_in_total Bytes in.")
        .contains("topic_bytes_in_total{topic=\"orders\"} 42.0");
  }

  @Test
  void shouldGiveTheSameCounterTwice() {
    // given
    metrics.counter("requests", "Requests.").add(1);

    // when
    metrics.counter("requests", "Requests.").add(1);

    // then
    assertThat(metrics.scrape()).contains("requests_total 2.0");
  }

  @Test
  void shouldPutDurationsIntoBuckets() {
    // given
    Metrics.Timer timer = metrics.timer("request.time", "Time.", "api", "produce");

    // when
    timer.recordNanos(TimeUnit.MILLISECONDS.toNanos(3));

    // then
    assertThat(metrics.scrape())
        .contains("request_time_seconds_count{api=\"produce\"} 1")
        .contains("request_time_seconds_bucket{api=\"produce\",le=\"0.001\"} 0")
        .contains("request_time_seconds_bucket{api=\"produce\",le=\"0.005\"} 1");
  }

  @Test
  void shouldCountTopicsBeyondTheBoundTogether() {
    // given
    for (String topic : new String[] {"a", "b", "c", "d"}) {
      // when
      metrics.counter("in", "In.", "topic", topic).add(1);
    }

    // then
    assertThat(metrics.scrape())
        .contains("in_total{topic=\"a\"} 1.0")
        .contains("in_total{topic=\"b\"} 1.0")
        .contains("in_total{topic=\"(other)\"} 2.0")
        .doesNotContain("topic=\"c\"");
  }

  @Test
  void shouldGiveThePlaceOfADeletedTopicToAnother() {
    // given
    metrics.counter("in", "In.", "topic", "a").add(1);
    metrics.counter("in", "In.", "topic", "b").add(1);
    metrics.gauge("size", "Size.", () -> 1, "topic", "a");

    // when
    metrics.forgetTopic("a");
    metrics.counter("in", "In.", "topic", "c").add(1);

    // then
    assertThat(metrics.scrape())
        .contains("in_total{topic=\"c\"} 1.0")
        .doesNotContain("topic=\"a\"")
        .doesNotContain("(other)");
  }

  @Test
  void shouldAddUpGaugesOfOneName() {
    // given
    metrics.gauge("connections", "Open ones.", () -> 3, "listener", "http");
    Metrics.Registration second =
        metrics.gauge("connections", "Open ones.", () -> 4, "listener", "http");

    // when
    String both = metrics.scrape();
    second.close();

    // then
    assertThat(both).contains("connections{listener=\"http\"} 7.0");
    assertThat(metrics.scrape()).contains("connections{listener=\"http\"} 3.0");
  }

  @Test
  void shouldTakeAGaugeAwayWithItsLastPart() {
    // given
    Metrics.Registration only = metrics.gauge("connections", "Open ones.", () -> 3);

    // when
    only.close();
    only.close();

    // then
    assertThat(metrics.scrape()).doesNotContain("connections");
    metrics.gauge("connections", "Open ones.", () -> 5);
    assertThat(metrics.scrape()).contains("connections 5.0");
  }

  @Test
  void shouldMeasureNothingBeyondTheBoundOfMeters() {
    // given
    for (int i = 0; i < 1_000; i++) {
      // when
      metrics.counter("many", "Many.", "client", "c" + i).add(1);
    }

    // then
    assertThat(metrics.registry().getMeters()).hasSizeLessThanOrEqualTo(200);
  }

  @Test
  void shouldShowTheJvmFromTheFirstScrapeOn() {
    // when
    String text = metrics.scrape();

    // then
    assertThat(metrics.registry().find("jvm.memory.used").meters()).isNotEmpty();
    assertThat(text)
        .contains("jvm_memory_used_bytes")
        .contains("process_files_open_files")
        .contains("process_uptime_seconds")
        .contains("jvm_gc_live_data_size_bytes");
  }

  @Test
  void shouldNotMakeTheMetersOfTheJvmBeforeAnybodyScrapes() {
    assertThat(metrics.registry().find("jvm.memory.used").meters()).isEmpty();
  }
}
