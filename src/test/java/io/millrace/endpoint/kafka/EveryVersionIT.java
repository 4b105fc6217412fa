package io.millrace.endpoint.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each API that is not about groups is answered in each version that clients are told of. */
class EveryVersionIT {
  private static final String TOPIC = "versions";
  private static final int BY_ID_PRODUCE = 13;
  private static final int BY_ID_FETCH = 13;
  private static final int BY_ID_DELETE = 6;
  @TempDir static Path data;
  private static KafkaBroker broker;
  private static Uuid topicId;

  @BeforeAll
  static void start() {
    broker = new KafkaBroker(data);
    try (var admin = broker.admin()) {
      topicId =
          KafkaBroker.await(
              admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).topicId(TOPIC));
    }
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private static Stream<Integer> upTo(int min, int max) {
    return IntStream.rangeClosed(min, max).boxed();
  }

  static Stream<Integer> produceVersions() {
    return upTo(3, 13);
  }

  static Stream<Integer> fetchVersions() {
    return upTo(4, 18);
  }

  static Stream<Integer> listOffsetsVersions() {
    return upTo(1, 11);
  }

  private static ApiMessage ask(ApiMessageType api, int version, ApiMessage request)
      throws Exception {
    try (RawKafkaClient client = new RawKafkaClient("127.0.0.1", broker.port())) {
      client.send(api, version, version, request);
      return client.receive(api, version, version);
    }
  }

  @ParameterizedTest
  @MethodSource("produceVersions")
  void shouldProduce(int version) throws Exception {
    // given
    var topic =
        new ProduceRequestData.TopicProduceData()
            .setPartitionData(
                List.of(
                    new ProduceRequestData.PartitionProduceData()
                        .setIndex(0)
                        .setRecords(
                            MemoryRecords.withRecords(
                                Compression.NONE,
                                new SimpleRecord(
                                    "v".getBytes(java.nio.charset.StandardCharsets.UTF_8))))));
    var request = new ProduceRequestData().setAcks((short) -1).setTimeoutMs(10_000);
    request
        .topicData()
        .add(version < BY_ID_PRODUCE ? topic.setName(TOPIC) : topic.setTopicId(topicId));

    // when
    var answer = (ProduceResponseData) ask(ApiMessageType.PRODUCE, version, request);

    // then
    assertThat(answer.responses().iterator().next().partitionResponses().get(0).errorCode())
        .isZero();
  }

  @ParameterizedTest
  @MethodSource("fetchVersions")
  void shouldFetch(int version) throws Exception {
    // given
    shouldProduce(3);
    var topic =
        new FetchRequestData.FetchTopic()
            .setPartitions(
                List.of(
                    new FetchRequestData.FetchPartition()
                        .setPartition(0)
                        .setFetchOffset(0)
                        .setPartitionMaxBytes(1_000_000)));
    var request = new FetchRequestData().setMaxBytes(1_000_000).setMinBytes(1).setMaxWaitMs(5_000);
    request.setTopics(
        List.of(version < BY_ID_FETCH ? topic.setTopic(TOPIC) : topic.setTopicId(topicId)));

    // when
    var answer = (FetchResponseData) ask(ApiMessageType.FETCH, version, request);

    // then
    var partition = answer.responses().get(0).partitions().get(0);
    assertThat(partition.errorCode()).isZero();
    assertThat(partition.records().sizeInBytes()).isPositive();
  }

  @ParameterizedTest
  @MethodSource("listOffsetsVersions")
  void shouldListOffsets(int version) throws Exception {
    // given
    var request =
        new ListOffsetsRequestData()
            .setReplicaId(-1)
            .setTopics(
                List.of(
                    new ListOffsetsRequestData.ListOffsetsTopic()
                        .setName(TOPIC)
                        .setPartitions(
                            List.of(
                                new ListOffsetsRequestData.ListOffsetsPartition()
                                    .setPartitionIndex(0)
                                    .setTimestamp(-2)))));

    // when
    var answer = (ListOffsetsResponseData) ask(ApiMessageType.LIST_OFFSETS, version, request);

    // then
    assertThat(answer.topics().get(0).partitions().get(0).errorCode()).isZero();
    assertThat(answer.topics().get(0).partitions().get(0).offset()).isZero();
  }

  private record Case(ApiMessageType api, int version, ApiMessage request) {
    @Override
    public String toString() {
      return api + " v" + version;
    }
  }

  static Stream<Case> others() {
    return Stream.of(
            cases(ApiMessageType.CREATE_TOPICS, 2, 7, EveryVersionIT::createTopics),
            cases(ApiMessageType.DELETE_TOPICS, 1, 6, EveryVersionIT::deleteTopics),
            cases(ApiMessageType.CREATE_PARTITIONS, 0, 3, EveryVersionIT::createPartitions),
            cases(ApiMessageType.DELETE_RECORDS, 0, 2, EveryVersionIT::deleteRecords),
            cases(ApiMessageType.DESCRIBE_CONFIGS, 1, 4, EveryVersionIT::describeConfigs),
            cases(ApiMessageType.ALTER_CONFIGS, 0, 2, EveryVersionIT::alterConfigs),
            cases(
                ApiMessageType.INCREMENTAL_ALTER_CONFIGS,
                0,
                1,
                EveryVersionIT::incrementalAlterConfigs),
            cases(ApiMessageType.DESCRIBE_CLUSTER, 0, 2, v -> new DescribeClusterRequestData()),
            cases(ApiMessageType.DESCRIBE_LOG_DIRS, 1, 5, v -> allLogDirs()),
            cases(ApiMessageType.DESCRIBE_PRODUCERS, 0, 0, v -> describeProducers()),
            cases(
                ApiMessageType.DESCRIBE_CLIENT_QUOTAS,
                0,
                1,
                v -> new DescribeClientQuotasRequestData()),
            cases(ApiMessageType.ELECT_LEADERS, 0, 2, EveryVersionIT::electLeaders),
            cases(ApiMessageType.ALTER_PARTITION_REASSIGNMENTS, 0, 1, EveryVersionIT::reassign),
            cases(
                ApiMessageType.LIST_PARTITION_REASSIGNMENTS,
                0,
                0,
                v -> new ListPartitionReassignmentsRequestData()),
            cases(ApiMessageType.INIT_PRODUCER_ID, 0, 5, v -> initProducerId()),
            cases(ApiMessageType.OFFSET_FOR_LEADER_EPOCH, 2, 4, v -> offsetForLeaderEpoch()),
            cases(ApiMessageType.DESCRIBE_TOPIC_PARTITIONS, 0, 0, v -> describeTopicPartitions()))
        .flatMap(cases -> cases);
  }

  private static Stream<Case> cases(
      ApiMessageType api, int min, int max, java.util.function.IntFunction<ApiMessage> request) {
    return upTo(min, max).map(version -> new Case(api, version, request.apply(version)));
  }

  private static ApiMessage createTopics(int version) {
    var topic =
        new CreateTopicsRequestData.CreatableTopic()
            .setName("made-by-" + version)
            .setNumPartitions(1)
            .setReplicationFactor((short) 1);
    topic
        .configs()
        .add(
            new CreateTopicsRequestData.CreatableTopicConfig()
                .setName("retention.ms")
                .setValue("1000000"));
    var request = new CreateTopicsRequestData().setTimeoutMs(10_000);
    request.topics().add(topic);
    request.topics().add(new CreateTopicsRequestData.CreatableTopic().setName("not valid"));
    return request;
  }

  private static ApiMessage deleteTopics(int version) {
    var request = new DeleteTopicsRequestData().setTimeoutMs(10_000);
    return version < BY_ID_DELETE
        ? request.setTopicNames(List.of("nowhere"))
        : request.setTopics(
            List.of(
                new DeleteTopicsRequestData.DeleteTopicState().setName("nowhere"),
                new DeleteTopicsRequestData.DeleteTopicState()
                    .setName(null)
                    .setTopicId(Uuid.randomUuid())));
  }

  private static ApiMessage createPartitions(int version) {
    var request = new CreatePartitionsRequestData().setTimeoutMs(10_000);
    request
        .topics()
        .add(
            new CreatePartitionsRequestData.CreatePartitionsTopic()
                .setName(TOPIC)
                .setCount(1 + version)
                .setAssignments(null));
    return request.setValidateOnly(true);
  }

  private static ApiMessage deleteRecords(int version) {
    return new DeleteRecordsRequestData()
        .setTimeoutMs(10_000)
        .setTopics(
            List.of(
                new DeleteRecordsRequestData.DeleteRecordsTopic()
                    .setName(TOPIC)
                    .setPartitions(
                        List.of(
                            new DeleteRecordsRequestData.DeleteRecordsPartition()
                                .setPartitionIndex(0)
                                .setOffset(0),
                            new DeleteRecordsRequestData.DeleteRecordsPartition()
                                .setPartitionIndex(9 + version)
                                .setOffset(0)))));
  }

  private static ApiMessage describeConfigs(int version) {
    return new DescribeConfigsRequestData()
        .setIncludeSynonyms(true)
        .setIncludeDocumentation(version >= 3)
        .setResources(
            List.of(
                new DescribeConfigsRequestData.DescribeConfigsResource()
                    .setResourceType((byte) 2)
                    .setResourceName(TOPIC)
                    .setConfigurationKeys(null)));
  }

  private static ApiMessage alterConfigs(int version) {
    var resource =
        new AlterConfigsRequestData.AlterConfigsResource()
            .setResourceType((byte) 2)
            .setResourceName(TOPIC);
    resource
        .configs()
        .add(
            new AlterConfigsRequestData.AlterableConfig()
                .setName("retention.ms")
                .setValue("10000000" + version));
    var request = new AlterConfigsRequestData();
    request.resources().add(resource);
    return request;
  }

  private static ApiMessage incrementalAlterConfigs(int version) {
    var resource =
        new IncrementalAlterConfigsRequestData.AlterConfigsResource()
            .setResourceType((byte) 2)
            .setResourceName(TOPIC);
    resource
        .configs()
        .add(
            new IncrementalAlterConfigsRequestData.AlterableConfig()
                .setName("retention.ms")
                .setConfigOperation((byte) 0)
                .setValue("10000000" + version));
    var request = new IncrementalAlterConfigsRequestData();
    request.resources().add(resource);
    return request;
  }

  private static ApiMessage allLogDirs() {
    return new DescribeLogDirsRequestData().setTopics(null);
  }

  private static ApiMessage describeProducers() {
    return new DescribeProducersRequestData()
        .setTopics(
            List.of(
                new DescribeProducersRequestData.TopicRequest()
                    .setName(TOPIC)
                    .setPartitionIndexes(List.of(0, 7))));
  }

  private static ApiMessage electLeaders(int version) {
    var request = new ElectLeadersRequestData().setTimeoutMs(10_000);
    request
        .topicPartitions()
        .add(
            new ElectLeadersRequestData.TopicPartitions()
                .setTopic(TOPIC)
                .setPartitions(List.of(0, 7 + version)));
    return request;
  }

  private static ApiMessage reassign(int version) {
    return new AlterPartitionReassignmentsRequestData()
        .setTopics(
            List.of(
                new AlterPartitionReassignmentsRequestData.ReassignableTopic()
                    .setName(TOPIC)
                    .setPartitions(
                        List.of(
                            new AlterPartitionReassignmentsRequestData.ReassignablePartition()
                                .setPartitionIndex(0)
                                .setReplicas(List.of(7 + version))))));
  }

  private static ApiMessage initProducerId() {
    return new InitProducerIdRequestData().setTransactionalId(null).setTransactionTimeoutMs(1000);
  }

  private static ApiMessage offsetForLeaderEpoch() {
    var topic =
        new OffsetForLeaderEpochRequestData.OffsetForLeaderTopic()
            .setTopic(TOPIC)
            .setPartitions(
                List.of(
                    new OffsetForLeaderEpochRequestData.OffsetForLeaderPartition()
                        .setPartition(0)
                        .setLeaderEpoch(0)));
    var request = new OffsetForLeaderEpochRequestData();
    request.topics().add(topic);
    return request;
  }

  private static ApiMessage describeTopicPartitions() {
    return new DescribeTopicPartitionsRequestData()
        .setTopics(List.of(new DescribeTopicPartitionsRequestData.TopicRequest().setName(TOPIC)));
  }

  @ParameterizedTest
  @MethodSource("others")
  void shouldAnswer(Case one) throws Exception {
    // when
    ApiMessage answer = ask(one.api(), one.version(), one.request());

    // then
    assertThat(answer.apiKey()).isEqualTo(one.api().apiKey());
    // A whole request that failed would say so: no case here does.
    assertThat(answer.toString()).doesNotContain("errorCode=-1");
  }
}
