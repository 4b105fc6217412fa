package io.millrace.endpoint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bus.OffsetsReply;
import io.millrace.bus.OffsetsRequest;
import io.millrace.endpoint.InMemoryPartitions;
import io.millrace.log.ManualTime;
import io.millrace.model.NodeId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.config.TopicSettings;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TopicDescriptionsTest {
  private static final NodeId ONE = new NodeId(1);
  private static final NodeId TWO = new NodeId(2);

  private final ManualTime time = new ManualTime();
  private final List<OffsetsRequest> asked = new ArrayList<>();
  private final InMemoryPartitions partitions =
      new InMemoryPartitions() {
        @Override
        public Future<OffsetsReply> offsets(OffsetsRequest request) {
          asked.add(request);
          return super.offsets(request);
        }
      };

  private static TopicImage topic(PartitionImage partition) {
    return new TopicImage(
        new TopicId(1, 2),
        new TopicName("flights"),
        List.of(partition),
        TopicSettings.of(Map.of()),
        false);
  }

  private JsonObject describe(PartitionImage partition, int timeoutMs) {
    return new TopicDescriptions(partitions, () -> 7, time, timeoutMs)
        .describe(topic(partition))
        .result()
        .getJsonArray("partitions")
        .getJsonObject(0);
  }

  @Test
  void shouldSayWhoIsInSyncAndWhoIsEligibleWhateverThePartitionSays() {
    // given
    PartitionImage partition =
        new PartitionImage(0, Optional.empty(), 4, 9, List.of(ONE, TWO), List.of(TWO))
            .withEligibleLeaderReplicas(List.of(ONE));

    // when
    JsonObject described = describe(partition, 30_000);

    // then
    assertThat(described.getInteger("leader")).isNull();
    assertThat(described.getJsonArray("inSyncReplicas")).containsExactly(2);
    assertThat(described.getJsonArray("eligibleLeaderReplicas")).containsExactly(1);
    assertThat(described.getJsonObject("error").getString("name"))
        .isEqualTo("UNKNOWN_TOPIC_OR_PARTITION");
  }

  @Test
  void shouldNotWaitLongForAPartitionThatIsInTrouble() {
    // given
    PartitionImage partition =
        new PartitionImage(0, Optional.of(ONE), 4, 9, List.of(ONE), List.of(ONE));

    // when
    describe(partition, 30_000);
    describe(partition, 200);

    // then
    long now = time.monotonicNanos();
    assertThat(asked)
        .extracting(request -> TimeUnit.NANOSECONDS.toMillis(request.deadlineNanos() - now))
        .containsExactly(1_000L, 200L);
  }
}
