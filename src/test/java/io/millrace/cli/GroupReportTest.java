package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.CommittedOffset;
import io.millrace.client.GroupDetails;
import io.millrace.client.GroupOffset;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

class GroupReportTest {
  private static final GroupDetails BUSY =
      new GroupDetails(
          "delays",
          "consumer",
          "Stable",
          4,
          "uniform",
          "member m-1 joined",
          List.of(
              new GroupDetails.Member(
                  "m-1",
                  null,
                  "dashboard",
                  "127.0.0.1",
                  "consumer",
                  4,
                  List.of(partition("flights", 2), partition("flights", 0), partition("a", 1)),
                  List.of())));
  private static final List<GroupOffset> OFFSETS =
      List.of(
          new GroupOffset(partition("flights", 2), new CommittedOffset(-1, -1, ""), 30),
          new GroupOffset(partition("flights", 0), new CommittedOffset(120, 0, ""), 200),
          new GroupOffset(partition("flights", 1), new CommittedOffset(7, 0, ""), -1));

  private static TopicPartition partition(String topic, int partition) {
    return new TopicPartition(new TopicName(topic), partition);
  }

  @Test
  void shouldShowMembersAndPartitionsToPeople() {
    // when
    List<String> lines = GroupReport.of(BUSY, OFFSETS).lines();

    // then
    assertThat(lines)
        .containsExactly(
            "group delays, consumer, Stable, epoch 4, assignor uniform",
            "last rebalance: member m-1 joined",
            "MEMBER  INSTANCE  CLIENT          HOST  PARTITIONS",
            "m-1            -  dashboard  127.0.0.1  a 1; flights 0,2",
            "TOPIC    PARTITION  COMMITTED  END  LAG  MEMBER",
            "flights          0        120  200   80  m-1",
            "flights          1          7    -    -  -",
            "flights          2          -   30    -  m-1");
  }

  @Test
  void shouldSayThatAGroupHasNeitherMembersNorPositions() {
    // given
    GroupDetails empty = new GroupDetails("quiet", "classic", "Empty", 0, "", "", List.of());

    // when
    List<String> lines = GroupReport.of(empty, List.of()).lines();

    // then
    assertThat(lines)
        .containsExactly(
            "group quiet, classic, Empty, epoch 0",
            "last rebalance: none",
            "no members",
            "no positions");
  }

  @Test
  void shouldTellScriptsTheSame() {
    // when
    JsonObject json = GroupReport.of(BUSY, OFFSETS).json();

    // then
    assertThat(json.getJsonArray("members").getJsonObject(0).getString("clientHost"))
        .isEqualTo("127.0.0.1");
    assertThat(json.getJsonArray("partitions").getJsonObject(0))
        .isEqualTo(
            new JsonObject()
                .put("topic", "flights")
                .put("partition", 0)
                .put("committed", 120L)
                .put("end", 200L)
                .put("lag", 80L)
                .put("memberId", "m-1"));
    assertThat(json.getString("rebalanceCause")).isEqualTo("member m-1 joined");
  }
}
