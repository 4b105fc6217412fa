package io.millrace.endpoint.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.TopicName;
import io.millrace.model.image.BrokerEndpoint;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.BrokerListener;
import io.millrace.model.image.ProcessLife;
import io.millrace.partition.TestBatches;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a Kafka client is told of a cluster: who is there, and who leads. */
class ManyBrokersIT {
  private static final NodeId SELF = new NodeId(0);
  private static final NodeId OTHER = new NodeId(5);
  private static final NodeId FENCED = new NodeId(6);
  private static final TopicName TOPIC = new TopicName("t");

  private final KafkaFixture fixture = new KafkaFixture();
  private RawKafkaClient client;

  private static BrokerImage broker(NodeId id, boolean fenced, BrokerListener listener) {
    return new BrokerImage(
        id,
        "dir",
        7,
        fenced,
        false,
        Optional.of("rack-" + id),
        List.of(new BrokerEndpoint(listener, "broker-" + id, 9_000 + id.value())),
        1,
        ProcessLife.UNKNOWN);
  }

  @BeforeEach
  void connect() throws Exception {
    fixture.metadata.addBroker(broker(OTHER, false, BrokerListener.KAFKA));
    fixture.metadata.addBroker(broker(FENCED, true, BrokerListener.KAFKA));
    fixture.metadata.addBroker(broker(new NodeId(7), false, BrokerListener.TCP));
    fixture.metadata.lead(TOPIC, 1, OTHER, FENCED);
    client = fixture.connect();
  }

  @AfterEach
  void close() throws Exception {
    client.close();
    fixture.close();
  }

  @Test
  void shouldNameTheBrokersThatServeKafkaAndWhoLeads() throws Exception {
    // when
    client.send(ApiMessageType.METADATA, 13, 1, new MetadataRequestData().setTopics(null));
    MetadataResponseData answer =
        (MetadataResponseData) client.receive(ApiMessageType.METADATA, 13, 1);

    // then
    assertThat(answer.brokers().valuesSet()).hasSize(2);
    assertThat(answer.brokers().find(OTHER.value()))
        .satisfies(
            other -> {
              assertThat(other.host()).isEqualTo("broker-5");
              assertThat(other.port()).isEqualTo(9_005);
              assertThat(other.rack()).isEqualTo("rack-5");
            });
    assertThat(answer.brokers().find(SELF.value()).host()).isEqualTo("127.0.0.1");
    assertThat(answer.topics().find("t").partitions())
        .extracting(
            partition -> partition.leaderId(),
            partition -> partition.leaderEpoch(),
            partition -> partition.offlineReplicas())
        .contains(
            tuple(OTHER.value(), 1, List.of(FENCED.value())), tuple(SELF.value(), 0, List.of()));
  }

  @Test
  void shouldNameFencedBrokersToWhoAsksForThem() throws Exception {
    // when
    client.send(
        ApiMessageType.DESCRIBE_CLUSTER,
        2,
        1,
        new DescribeClusterRequestData().setIncludeFencedBrokers(true));
    DescribeClusterResponseData answer =
        (DescribeClusterResponseData) client.receive(ApiMessageType.DESCRIBE_CLUSTER, 2, 1);

    // then
    assertThat(answer.brokers().valuesSet())
        .extracting(broker -> broker.brokerId() + " " + broker.isFenced())
        .containsExactlyInAnyOrder("0 false", "5 false", "6 true");
  }

  @Test
  void shouldSayWhoLeadsWhatIsProducedToTheWrongBroker() throws Exception {
    // given
    fixture.partitions.failWith(ErrorCode.NOT_LEADER_OR_FOLLOWER);

    // when
    ProduceResponseData answer = produce();

    // then
    assertLedElsewhere(answer);
  }

  @Test
  void shouldSayWhoLeadsWhereLeadershipWentBeforeWhatIsProducedWasCommitted() throws Exception {
    // given
    fixture.partitions.failWith(ErrorCode.UNKNOWN_OUTCOME);

    // when
    ProduceResponseData answer = produce();

    // then
    assertLedElsewhere(answer);
  }

  private ProduceResponseData produce() throws Exception {
    ProduceRequestData request = new ProduceRequestData().setAcks((short) -1).setTimeoutMs(5_000);
    request
        .topicData()
        .add(
            new ProduceRequestData.TopicProduceData()
                .setName("t")
                .setPartitionData(
                    List.of(
                        new ProduceRequestData.PartitionProduceData()
                            .setIndex(1)
                            .setRecords(MemoryRecords.readableRecords(TestBatches.of(2))))));
    client.send(ApiMessageType.PRODUCE, 12, 1, request);
    return (ProduceResponseData) client.receive(ApiMessageType.PRODUCE, 12, 1);
  }

  private static void assertLedElsewhere(ProduceResponseData answer) {
    ProduceResponseData.PartitionProduceResponse partition =
        answer.responses().iterator().next().partitionResponses().get(0);
    assertThat(partition.errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
    assertThat(partition.currentLeader().leaderId()).isEqualTo(OTHER.value());
    assertThat(partition.currentLeader().leaderEpoch()).isEqualTo(1);
    assertThat(answer.nodeEndpoints().find(OTHER.value()).host()).isEqualTo("broker-5");
  }

  @Test
  void shouldSayWhoLeadsWhatIsFetchedFromTheWrongBroker() throws Exception {
    // given
    fixture.partitions.failWith(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    FetchRequestData request =
        new FetchRequestData()
            .setMaxBytes(1_000)
            .setTopics(
                List.of(
                    new FetchRequestData.FetchTopic()
                        .setTopicId(TopicIds.uuid(fixture.topic.id()))
                        .setPartitions(
                            List.of(
                                new FetchRequestData.FetchPartition()
                                    .setPartition(1)
                                    .setPartitionMaxBytes(1_000)))));

    // when
    client.send(ApiMessageType.FETCH, 16, 1, request);
    FetchResponseData answer = (FetchResponseData) client.receive(ApiMessageType.FETCH, 16, 1);

    // then
    FetchResponseData.PartitionData partition = answer.responses().get(0).partitions().get(0);
    assertThat(partition.errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
    assertThat(partition.currentLeader().leaderId()).isEqualTo(OTHER.value());
    assertThat(answer.nodeEndpoints().find(OTHER.value()).port()).isEqualTo(9_005);
  }

  @ParameterizedTest
  @CsvSource({"4, LEADER_NOT_AVAILABLE", "5, OFFSET_NOT_AVAILABLE", "11, OFFSET_NOT_AVAILABLE"})
  void shouldSayThatANewLeaderDoesNotKnowTheEndYet(short version, Errors expected)
      throws Exception {
    // given
    fixture.partitions.failWith(ErrorCode.OFFSET_NOT_AVAILABLE);
    ListOffsetsRequestData.ListOffsetsPartition latest =
        new ListOffsetsRequestData.ListOffsetsPartition().setPartitionIndex(1).setTimestamp(-1);
    ListOffsetsRequestData request =
        new ListOffsetsRequestData()
            .setTopics(
                List.of(
                    new ListOffsetsRequestData.ListOffsetsTopic()
                        .setName("t")
                        .setPartitions(List.of(latest))));

    // when
    client.send(ApiMessageType.LIST_OFFSETS, version, 1, request);
    ListOffsetsResponseData answer =
        (ListOffsetsResponseData) client.receive(ApiMessageType.LIST_OFFSETS, version, 1);

    // then
    assertThat(answer.topics().get(0).partitions().get(0).errorCode()).isEqualTo(expected.code());
  }
}
