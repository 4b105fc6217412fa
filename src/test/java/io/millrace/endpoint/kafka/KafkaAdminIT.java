package io.millrace.endpoint.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.NoReassignmentInProgressException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

class KafkaAdminIT {
  @TempDir static Path data;
  private static KafkaBroker broker;
  private static Admin admin;
  private String topic = "";

  @BeforeAll
  static void start() {
    broker = new KafkaBroker(data, "topic.defaults.retention.ms", "1000000");
    admin = broker.admin();
  }

  @AfterAll
  static void stop() {
    admin.close();
    broker.close();
  }

  @BeforeEach
  void name(TestInfo test) {
    topic = test.getTestMethod().orElseThrow().getName();
  }

  private static <T> T await(Future<T> future) {
    return KafkaBroker.await(future);
  }

  private static void assertFails(Class<? extends Exception> type, String text, Future<?> future) {
    assertThatThrownBy(future::get)
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(type)
        .hasMessageContaining(text);
  }

  private static Future<Void> create(NewTopic topic) {
    return admin.createTopics(List.of(topic)).all();
  }

  private void createOne() {
    await(create(new NewTopic(topic, 1, (short) 1)));
  }

  private ConfigResource resource() {
    return new ConfigResource(ConfigResource.Type.TOPIC, topic);
  }

  private Config configs(ConfigResource resource) {
    return await(
            admin
                .describeConfigs(
                    List.of(resource),
                    new DescribeConfigsOptions().includeSynonyms(true).includeDocumentation(true))
                .all())
        .get(resource);
  }

  private Future<Void> alter(AlterConfigOp... operations) {
    return admin.incrementalAlterConfigs(Map.of(resource(), List.of(operations))).all();
  }

  private static AlterConfigOp operation(OpType type, String name, String value) {
    return new AlterConfigOp(new ConfigEntry(name, value), type);
  }

  private static int nodeId() {
    return await(admin.describeCluster().nodes()).iterator().next().id();
  }

  @Test
  void shouldCreateDescribeAndDeleteATopic() {
    // when
    var created =
        admin.createTopics(
            List.of(
                new NewTopic(topic, Optional.of(3), Optional.empty())
                    .configs(Map.of("segment.bytes", "1048576"))));
    Uuid id = await(created.topicId(topic));

    // then
    assertThat(await(created.numPartitions(topic))).isEqualTo(3);
    assertThat(await(created.replicationFactor(topic))).isEqualTo(1);
    assertThat(await(created.config(topic)).get("segment.bytes").value()).isEqualTo("1048576");
    TopicDescription described =
        await(admin.describeTopics(TopicCollection.ofTopicIds(List.of(id))).allTopicIds()).get(id);
    assertThat(described.name()).isEqualTo(topic);
    assertThat(described.partitions()).hasSize(3);

    // when
    await(admin.deleteTopics(TopicCollection.ofTopicIds(List.of(id))).all());

    // then
    assertThat(await(admin.listTopics().names())).doesNotContain(topic);
    assertFails(
        UnknownTopicIdException.class,
        "",
        admin.deleteTopics(TopicCollection.ofTopicIds(List.of(id))).all());
    assertFails(
        UnknownTopicOrPartitionException.class, "", admin.deleteTopics(List.of(topic)).all());
  }

  @Test
  void shouldCreateNothingIfOnlyAskedToCheck() {
    // when
    var checked =
        admin.createTopics(
            List.of(new NewTopic(topic, 2, (short) 1)),
            new CreateTopicsOptions().validateOnly(true));

    // then
    await(checked.all());
    assertThat(await(admin.listTopics().names())).doesNotContain(topic);
  }

  @Test
  void shouldRefuseTopicsThatCannotBe() {
    createOne();
    assertFails(TopicExistsException.class, "", create(new NewTopic(topic, 1, (short) 1)));
    assertFails(InvalidTopicException.class, "", create(new NewTopic("a b", 1, (short) 1)));
    assertFails(
        InvalidReplicationFactorException.class,
        "expected 1 to 1",
        create(new NewTopic("x", 1, (short) 3)));
    assertFails(InvalidPartitionsException.class, "", create(new NewTopic("x", 0, (short) 1)));
    assertFails(
        InvalidConfigurationException.class,
        "segment.bytes",
        create(new NewTopic("x", 1, (short) 1).configs(Map.of("segment.bites", "1"))));
    assertFails(
        InvalidConfigurationException.class,
        "expected int",
        create(new NewTopic("x", 1, (short) 1).configs(Map.of("segment.bytes", "many"))));
    assertFails(
        InvalidReplicaAssignmentException.class,
        "the only broker",
        create(new NewTopic("x", Map.of(0, List.of(nodeId() + 1)))));
    assertThat(await(admin.listTopics().names())).doesNotContain("x");
  }

  @Test
  void shouldTakeReplicasThatAreWhereTheyCanBe() {
    await(create(new NewTopic(topic, Map.of(0, List.of(nodeId()), 1, List.of(nodeId())))));
    assertThat(await(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic).partitions())
        .hasSize(2);
  }

  @Test
  void shouldAddPartitions() {
    createOne();
    // when
    await(admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(4))).all());

    // then
    assertThat(await(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic).partitions())
        .hasSize(4);
    assertFails(
        InvalidPartitionsException.class,
        "has 4 partitions",
        admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(4))).all());
    assertFails(
        InvalidReplicaAssignmentException.class,
        "expected 2",
        admin
            .createPartitions(
                Map.of(topic, NewPartitions.increaseTo(6, List.of(List.of(nodeId())))))
            .all());
    assertFails(
        UnknownTopicOrPartitionException.class,
        "",
        admin.createPartitions(Map.of("nowhere", NewPartitions.increaseTo(4))).all());
  }

  @Test
  void shouldDescribeEverySettingOfATopicAndWhereItIsFrom() {
    await(create(new NewTopic(topic, 1, (short) 1).configs(Map.of("flush.mode", "ack"))));
    // when
    Config config = configs(resource());

    // then
    assertThat(config.get("flush.mode").value()).isEqualTo("ack");
    assertThat(config.get("flush.mode").source())
        .isEqualTo(ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG);
    assertThat(config.get("retention.ms").value()).isEqualTo("1000000");
    assertThat(config.get("retention.ms").source())
        .isEqualTo(ConfigEntry.ConfigSource.STATIC_BROKER_CONFIG);
    assertThat(config.get("retention.ms").synonyms()).hasSize(2);
    assertThat(config.get("max.message.bytes").isDefault()).isTrue();
    assertThat(config.get("max.message.bytes").value()).isEqualTo("1048588");
    assertThat(config.get("max.message.bytes").type()).isEqualTo(ConfigEntry.ConfigType.INT);
    assertThat(config.get("max.message.bytes").documentation()).isNotEmpty();
  }

  @Test
  void shouldDescribeTheBrokersSettings() {
    // when
    Config config =
        configs(new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(nodeId())));

    // then
    assertThat(config.get("num.partitions").isReadOnly()).isTrue();
    assertThat(config.get("data.dir").value()).isEqualTo(data.toString());
    assertThat(config.entries()).hasSizeGreaterThan(50);
    assertThat(configs(new ConfigResource(ConfigResource.Type.BROKER, "")).entries()).isEmpty();
    ConfigResource other = new ConfigResource(ConfigResource.Type.TOPIC, "nowhere");
    assertFails(
        UnknownTopicOrPartitionException.class, "", admin.describeConfigs(List.of(other)).all());
  }

  @Test
  void shouldChangeSettingsOneByOne() {
    createOne();
    // when
    await(
        alter(
            operation(OpType.SET, "segment.bytes", "2000000"),
            operation(OpType.SET, "retention.ms", "5000")));
    await(alter(operation(OpType.DELETE, "retention.ms", null)));

    // then
    assertThat(configs(resource()).get("segment.bytes").value()).isEqualTo("2000000");
    assertThat(configs(resource()).get("retention.ms").value()).isEqualTo("1000000");
    assertFails(
        InvalidConfigurationException.class,
        "no list",
        alter(operation(OpType.APPEND, "segment.bytes", "1")));
    assertFails(
        InvalidConfigurationException.class,
        "expected long",
        alter(operation(OpType.SET, "retention.ms", "soon")));
    assertThat(configs(resource()).get("retention.ms").value()).isEqualTo("1000000");
  }

  @Test
  void shouldChangeNothingIfOnlyAskedToCheck() {
    createOne();
    // when
    await(
        admin
            .incrementalAlterConfigs(
                Map.of(resource(), List.of(operation(OpType.SET, "segment.bytes", "2000000"))),
                new AlterConfigsOptions().validateOnly(true))
            .all());

    // then
    assertThat(configs(resource()).get("segment.bytes").isDefault()).isTrue();
  }

  @Test
  void shouldRefuseToChangeTheBrokersSettings() {
    ConfigResource self =
        new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(nodeId()));
    assertFails(
        InvalidRequestException.class,
        "file, environment or flags",
        admin
            .incrementalAlterConfigs(
                Map.of(self, List.of(operation(OpType.SET, "num.partitions", "3"))))
            .all());
  }

  @Test
  void shouldDeleteRecords() throws Exception {
    createOne();
    Map<TopicPartition, RecordsToDelete> all =
        Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(-1));
    // when
    var deleted = await(admin.deleteRecords(all).lowWatermarks().values().iterator().next());

    // then
    assertThat(deleted.lowWatermark()).isZero();
    assertFails(
        OffsetOutOfRangeException.class,
        "",
        admin
            .deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(5)))
            .all());
  }

  @Test
  void shouldDescribeLogsAndProducers() {
    createOne();
    TopicPartition partition = new TopicPartition(topic, 0);
    // when
    var directories =
        await(admin.describeLogDirs(List.of(nodeId())).allDescriptions()).get(nodeId());
    var producers = await(admin.describeProducers(List.of(partition)).partitionResult(partition));

    // then
    assertThat(directories).containsOnlyKeys(data.toString());
    assertThat(directories.get(data.toString()).replicaInfos().get(partition).size()).isZero();
    assertThat(producers.activeProducers()).isEmpty();
  }

  @Test
  void shouldDescribeTheCluster() {
    // when
    Collection<Node> nodes = await(admin.describeCluster().nodes());

    // then
    assertThat(nodes).singleElement().satisfies(n -> assertThat(n.port()).isEqualTo(broker.port()));
    assertThat(await(admin.describeCluster().controller()).id()).isEqualTo(nodeId());
    assertThat(await(admin.describeCluster().clusterId())).isNotEmpty();
  }

  @Test
  void shouldSayThatThereIsNothingToMoveOrElect() {
    createOne();
    TopicPartition partition = new TopicPartition(topic, 0);
    assertThat(await(admin.describeClientQuotas(ClientQuotaFilter.all()).entities())).isEmpty();
    assertThat(await(admin.listPartitionReassignments().reassignments())).isEmpty();
    await(
        admin
            .alterPartitionReassignments(
                Map.of(partition, Optional.of(new NewPartitionReassignment(List.of(nodeId())))))
            .all());
    assertFails(
        NoReassignmentInProgressException.class,
        "",
        admin.alterPartitionReassignments(Map.of(partition, Optional.empty())).all());
    assertThat(
            await(admin.electLeaders(ElectionType.PREFERRED, Set.of(partition)).partitions())
                .get(partition)
                .orElseThrow())
        .isInstanceOf(ElectionNotNeededException.class);
  }
}
