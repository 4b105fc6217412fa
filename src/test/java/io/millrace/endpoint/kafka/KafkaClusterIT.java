package io.millrace.endpoint.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.NoReassignmentInProgressException;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Kafka's clients do with the replicas of a cluster: three whole brokers in this process. */
class KafkaClusterIT {
  private static final int NODES = 3;
  private static final int RECORDS = 60;

  @TempDir static Path folder;
  private static KafkaCluster cluster;
  private static Admin admin;

  @BeforeAll
  static void start() {
    cluster =
        new KafkaCluster(
            folder,
            NODES,
            "replica.selector.class",
            "org.apache.kafka.common.replica.RackAwareReplicaSelector",
            // Every read is checked.
            "log.hot.bytes",
            "0",
            // Nothing moves but what is told to.
            "cluster.balance.enable",
            "false",
            "auto.leader.rebalance.enable",
            "false",
            "controlled.shutdown.enable",
            "false");
    admin = cluster.admin();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private static TopicPartition create(String topic, int replicas, Map<String, String> settings) {
    KafkaBroker.await(
        admin
            .createTopics(List.of(new NewTopic(topic, 1, (short) replicas).configs(settings)))
            .all());
    awaitInSync(topic, replicas);
    return new TopicPartition(topic, 0);
  }

  private static void awaitInSync(String topic, int count) {
    cluster.partition(topic, partition -> partition.isrNodes().size() == count);
  }

  private static void reassign(TopicPartition partition, List<Integer> replicas) {
    KafkaBroker.await(
        admin
            .alterPartitionReassignments(
                Map.of(partition, Optional.of(new NewPartitionReassignment(replicas))))
            .all());
  }

  @Test
  void shouldMoveAPartitionToTheReplicasThatAreWanted() {
    // given
    TopicPartition partition = create("moved", 1, Map.of());
    int first = cluster.partition("moved").leaderId();
    List<Integer> others = IntStream.rangeClosed(1, NODES).filter(n -> n != first).boxed().toList();

    // when
    reassign(partition, others);

    // then
    MetadataResponsePartition moved =
        cluster.partition("moved", now -> now.replicaNodes().equals(others));
    assertThat(KafkaBroker.await(admin.listPartitionReassignments().reassignments())).isEmpty();
    assertThat(moved.leaderId()).isIn(others);
    assertThatThrownBy(
            () ->
                admin.alterPartitionReassignments(Map.of(partition, Optional.empty())).all().get())
        .hasCauseInstanceOf(NoReassignmentInProgressException.class);
    assertThatThrownBy(
            () ->
                admin
                    .alterPartitionReassignments(
                        Map.of(
                            partition, Optional.of(new NewPartitionReassignment(List.of(1, 99)))))
                    .all()
                    .get())
        .hasCauseInstanceOf(InvalidReplicaAssignmentException.class);
  }

  @Test
  void shouldElectThePreferredLeader() throws Exception {
    // given
    TopicPartition partition = create("elected", 3, Map.of());
    List<Integer> replicas = cluster.partition("elected").replicaNodes();
    List<Integer> reversed = List.of(replicas.get(2), replicas.get(1), replicas.get(0));
    reassign(partition, reversed);

    // when
    Optional<Throwable> elected = elect(partition);
    Optional<Throwable> again = elect(partition);

    // then
    assertThat(elected.filter(e -> !(e instanceof ElectionNotNeededException))).isEmpty();
    cluster.partition("elected", now -> now.leaderId() == reversed.get(0));
    assertThat(again.orElseThrow()).isInstanceOf(ElectionNotNeededException.class);
  }

  private static Optional<Throwable> elect(TopicPartition partition) {
    return KafkaBroker.await(
            admin.electLeaders(ElectionType.PREFERRED, Set.of(partition)).partitions())
        .get(partition);
  }

  @Test
  void shouldShowTheBrokerThatWasAskedWhatWasDone() throws Exception {
    // given
    create("grown", 1, Map.of());
    for (int node = 1; node <= NODES; node++) {
      int partitions = 1 + node;
      try (RawKafkaClient client = new RawKafkaClient("127.0.0.1", cluster.port(node))) {
        // when
        short error = grow(client, partitions);

        // then
        assertThat(error).isZero();
        assertThat(partitionsSeen(client)).as("by broker %d", node).isEqualTo(partitions);
      }
    }
  }

  private static short grow(RawKafkaClient client, int partitions) throws IOException {
    CreatePartitionsRequestData request = new CreatePartitionsRequestData().setTimeoutMs(10_000);
    CreatePartitionsTopic topic = new CreatePartitionsTopic().setName("grown");
    request.topics().add(topic.setCount(partitions).setAssignments(null));
    client.send(ApiMessageType.CREATE_PARTITIONS, 3, 1, request);
    return ((CreatePartitionsResponseData) client.receive(ApiMessageType.CREATE_PARTITIONS, 3, 1))
        .results()
        .get(0)
        .errorCode();
  }

  private static int partitionsSeen(RawKafkaClient client) throws IOException {
    client.send(
        ApiMessageType.METADATA,
        9,
        2,
        new MetadataRequestData().setTopics(List.of(new MetadataRequestTopic().setName("grown"))));
    return ((MetadataResponseData) client.receive(ApiMessageType.METADATA, 9, 2))
        .topics()
        .find("grown")
        .partitions()
        .size();
  }

  @Test
  void shouldSendAConsumerToTheReplicaInItsRack() throws Exception {
    // given
    TopicPartition partition = create("racked", 3, Map.of());
    List<String> values = produce("racked");
    int leader = cluster.partition("racked").leaderId();
    int follower = leader % NODES + 1;

    // when
    FetchResponseData.PartitionData sent = fetch(leader, partition, KafkaCluster.rack(follower));
    FetchResponseData.PartitionData own = fetch(leader, partition, KafkaCluster.rack(leader));
    KafkaCluster.until(
        "the follower has heard what is committed",
        () -> fetch(follower, partition, KafkaCluster.rack(follower)).highWatermark() == RECORDS);
    FetchResponseData.PartitionData followed =
        fetch(follower, partition, KafkaCluster.rack(follower));
    FetchResponseData.PartitionData noRack = fetch(follower, partition, "");

    // then
    assertThat(sent.preferredReadReplica()).isEqualTo(follower);
    assertThat(sent.records().sizeInBytes()).isZero();
    assertThat(own.preferredReadReplica()).isEqualTo(-1);
    assertThat(own.records().sizeInBytes()).isPositive();
    assertThat(followed.errorCode()).isZero();
    assertThat(followed.records().sizeInBytes()).isPositive();
    assertThat(noRack.errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
    assertThat(read(partition, KafkaCluster.rack(follower), follower)).isEqualTo(values);
  }

  private static FetchResponseData.PartitionData fetch(
      int node, TopicPartition partition, String rack) throws Exception {
    FetchRequestData request =
        new FetchRequestData()
            .setMaxBytes(1 << 20)
            .setRackId(rack)
            .setTopics(
                List.of(
                    new FetchTopic()
                        .setTopic(partition.topic())
                        .setPartitions(
                            List.of(
                                new FetchPartition()
                                    .setPartition(partition.partition())
                                    .setPartitionMaxBytes(1 << 20)))));
    try (RawKafkaClient client = new RawKafkaClient("127.0.0.1", cluster.port(node))) {
      client.send(ApiMessageType.FETCH, 12, 1, request);
      return ((FetchResponseData) client.receive(ApiMessageType.FETCH, 12, 1))
          .responses()
          .get(0)
          .partitions()
          .get(0);
    }
  }

  @Test
  void shouldRepairADamagedFollowerAndADamagedLeaderFromTheOthers() throws Exception {
    // given
    TopicPartition partition = create("damaged", 3, Map.of("segment.bytes", "4096"));
    List<String> values = produce("damaged");
    int leader = cluster.partition("damaged").leaderId();
    int follower = leader % NODES + 1;

    // when
    flipABit(follower, "damaged");
    List<String> byTheFollower = read(partition, KafkaCluster.rack(follower), -1);
    awaitIdentical("damaged");
    awaitInSync("damaged", NODES);
    int leaderSince = cluster.partition("damaged").leaderId();
    flipABit(leaderSince, "damaged");
    List<String> byTheLeader = read(partition, "", -1);
    awaitIdentical("damaged");
    awaitInSync("damaged", NODES);

    // then
    assertThat(byTheFollower).isEqualTo(values);
    assertThat(byTheLeader).isEqualTo(values);
    assertThat(leaderSince).as("damage of a follower moves nothing").isEqualTo(leader);
    assertThat(read(partition, "", -1)).isEqualTo(values);
  }

  private static List<String> produce(String topic) {
    List<String> values = new ArrayList<>();
    Properties properties = cluster.client();
    properties.put("acks", "all");
    properties.put("batch.size", "0");
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
      for (int i = 0; i < RECORDS; i++) {
        values.add("value " + i + " " + "x".repeat(500));
        producer.send(new ProducerRecord<>(topic, 0, null, values.get(i)));
      }
    }
    return values;
  }

  /** All there is, and, unless it is -1, read from this replica. */
  private static List<String> read(TopicPartition partition, String rack, int from) {
    Properties properties = cluster.client();
    properties.put("client.rack", rack);
    if (from >= 0) {
      properties.put("metadata.max.age.ms", "300000"); // Then it would ask the leader again.
    }
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      while (values.size() < RECORDS && System.nanoTime() - deadline < 0) {
        consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
      }
      if (from >= 0) {
        assertThat(
                consumer.metrics().entrySet().stream()
                    .filter(metric -> metric.getKey().name().equals("preferred-read-replica"))
                    .map(metric -> metric.getValue().metricValue()))
            .containsExactly(from);
      }
    }
    return values;
  }

  private static List<Path> segments(int node, String topic) throws IOException {
    try (Stream<Path> files = Files.list(cluster.data(node).resolve(topic + "-0"))) {
      return files.filter(file -> file.toString().endsWith(".log")).sorted().toList();
    }
  }

  /** In the middle of the second segment. */
  private static void flipABit(int node, String topic) throws IOException {
    Path segment = segments(node, topic).get(1);
    try (FileChannel file =
        FileChannel.open(segment, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long position = file.size() / 2;
      ByteBuffer one = ByteBuffer.allocate(1);
      file.read(one, position);
      one.put(0, (byte) (one.get(0) ^ 4)).rewind();
      file.write(one, position);
    }
  }

  private static void awaitIdentical(String topic) {
    KafkaCluster.until(
        "the replicas are byte for byte the same",
        () ->
            logs(1, topic).equals(logs(2, topic))
                && logs(2, topic).equals(logs(3, topic))
                && logs(1, topic).size() > 2);
  }

  private static Map<String, ByteBuffer> logs(int node, String topic) throws IOException {
    Map<String, ByteBuffer> logs = new TreeMap<>();
    for (Path segment : segments(node, topic)) {
      if (Files.exists(segment)) {
        logs.put(segment.getFileName().toString(), ByteBuffer.wrap(Files.readAllBytes(segment)));
      }
    }
    return logs;
  }
}
