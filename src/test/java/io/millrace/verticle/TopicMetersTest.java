package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.metrics.MicrometerMetrics;
import io.millrace.model.TopicName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TopicMetersTest {
  private final MicrometerMetrics metrics = new MicrometerMetrics(1, 1_000);
  private final TopicMeters meters = new TopicMeters(metrics);

  @AfterEach
  void close() {
    metrics.close();
  }

  private TopicMeters.Meters acquire(String topic) {
    return meters.acquire(new TopicName(topic));
  }

  @Test
  void shouldCountTheTopicsBeyondTheBoundAsOne() {
    // given
    acquire("first").appended(10, 1);

    // when
    acquire("second").resized(7);
    acquire("third").resized(5);
    acquire("third").appended(100, 4);

    // then
    assertThat(metrics.scrape())
        .contains("millrace_topic_bytes_in_total{topic=\"first\"} 10.0")
        .contains("millrace_topic_bytes_in_total{topic=\"(other)\"} 100.0")
        .contains("millrace_topic_log_size_bytes{topic=\"(other)\"} 12.0");
  }

  @Test
  void shouldForgetATopicWithItsLastPartition() {
    // given
    TopicMeters.Meters one = acquire("first");
    TopicMeters.Meters other = acquire("first");
    one.release();
    String before = metrics.scrape();

    // when
    other.release();
    acquire("second").appended(3, 1);

    // then
    assertThat(before).contains("topic=\"first\"");
    assertThat(metrics.scrape())
        .doesNotContain("topic=\"first\"")
        .contains("millrace_topic_bytes_in_total{topic=\"second\"} 3.0");
  }

  @Test
  void shouldTakeTheSizeOfADeletedTopicFromTheOthers() {
    // given
    acquire("first").appended(1, 1);
    TopicMeters.Meters second = acquire("second");
    second.resized(7);
    acquire("third").resized(5);

    // when
    second.release();

    // then
    assertThat(metrics.scrape()).contains("millrace_topic_log_size_bytes{topic=\"(other)\"} 5.0");
  }
}
