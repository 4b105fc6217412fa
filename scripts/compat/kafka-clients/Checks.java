import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Partitioner;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * What every release of Kafka's Java client must be able to do; only API that 2.8 and 4.3 have in common. Says of each
 * check "ok NAME" or "FAILED NAME" and why. Run by run.sh.
 */
public class Checks {
  interface Check {
    void run() throws Exception;
  }

  static final Duration SHORT = Duration.ofMillis(200);
  static final long LIMIT_MS = 40_000;

  final String bootstrap;
  final String tag = Long.toString(System.nanoTime(), 36);
  final Map<String, Check> checks = new LinkedHashMap<>();
  /** What consumers of a group are given beside the defaults: the protocol. */
  Map<String, String> groupOptions = Collections.emptyMap();

  Checks(String bootstrap) {
    this.bootstrap = bootstrap;
  }

  public static void main(String[] args) {
    Checks checks = new Checks(args[0]);
    checks.add();
    checks.runAll(args.length > 1 ? args[1] : "");
  }

  /** Runs those whose name contains the text. */
  void runAll(String part) {
    int failed = 0;
    for (Map.Entry<String, Check> check : checks.entrySet()) {
      if (!check.getKey().contains(part)) {
        continue;
      }
      try {
        check.getValue().run();
        System.out.println("ok " + check.getKey());
      } catch (Throwable e) {
        failed++;
        System.out.println("FAILED " + check.getKey());
        System.out.println(e);
        for (StackTraceElement frame : e.getStackTrace()) {
          if (frame.getFileName() != null && (frame.getFileName().startsWith("Checks") || frame.getFileName().startsWith("Newest"))) {
            System.out.println("  at " + frame);
          }
        }
      }
    }
    System.exit(failed == 0 ? 0 : 1);
  }

  void add() {
    for (String acks : Arrays.asList("0", "1", "all")) {
      checks.put("producer acks=" + acks, () -> producesWith("acks" + acks, Map.of("acks", acks, "enable.idempotence", "false")));
    }
    for (String codec : Arrays.asList("gzip", "snappy", "lz4", "zstd")) {
      checks.put("producer compression.type=" + codec, () -> producesWith(codec, Map.of("compression.type", codec, "linger.ms", "20")));
    }
    checks.put("producer enable.idempotence=true, 5 in flight", () -> producesWith("idem", Map.of("enable.idempotence", "true", "acks", "all", "batch.size", "1000")));
    checks.put("producer: custom partitioner", this::partitions);
    checks.put("producer: callbacks with offsets in order", this::callsBack);
    checks.put("producer: a record too large is refused, the next is taken", this::refusesTooLarge);
    checks.put("producer: headers, null key, null value, timestamp", this::carriesEverything);
    for (String assignor : Arrays.asList("RangeAssignor", "RoundRobinAssignor", "StickyAssignor", "CooperativeStickyAssignor")) {
      checks.put("consumer group classic, " + assignor,
          () -> rebalances("c" + assignor, Map.of("partition.assignment.strategy", "org.apache.kafka.clients.consumer." + assignor)));
    }
    addConsumerChecks("");
    checks.put("admin: topics", this::administersTopics);
    checks.put("admin: configurations", this::administersConfigurations);
    checks.put("admin: offsets, records, groups", this::administersOffsets);
    checks.put("admin: cluster", this::describesCluster);
  }

  void addConsumerChecks(String suffix) {
    checks.put("consumer assign, seek, position, end and beginning offsets, times" + suffix, this::seeks);
    checks.put("consumer: pattern subscription sees new topics" + suffix, this::followsPattern);
    checks.put("consumer wakeup" + suffix, this::wakesUp);
    checks.put("consumer commitSync, commitAsync, metadata" + suffix, this::commits);
    checks.put("consumer auto-commit" + suffix, this::commitsByItself);
    checks.put("consumer static membership" + suffix, this::staysStatic);
    checks.put("consumer pause and resume" + suffix, this::pauses);
    checks.put("consumer auto.offset.reset=none" + suffix, this::refusesToReset);
    checks.put("consumer: partitions added are found" + suffix, this::findsAddedPartitions);
  }

  // producers

  void producesWith(String name, Map<String, String> options) throws Exception {
    String topic = topic(name, 3);
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (KafkaProducer<String, String> producer = producer(options)) {
      for (int i = 0; i < 1000; i++) {
        sent.add(producer.send(new ProducerRecord<>(topic, "k" + i % 11, "v" + i)));
      }
      producer.flush();
      for (Future<RecordMetadata> future : sent) {
        future.get();
      }
    }
    Map<String, List<String>> byKey = new TreeMap<>();
    for (ConsumerRecord<String, String> record : readAll(topic, 1000)) {
      byKey.computeIfAbsent(record.key(), key -> new ArrayList<>()).add(record.value());
    }
    for (int k = 0; k < 11; k++) {
      List<String> expected = new ArrayList<>();
      for (int i = k; i < 1000; i += 11) {
        expected.add("v" + i);
      }
      equal(expected, byKey.get("k" + k));
    }
  }

  public static class BananaPartitioner implements Partitioner {
    @Override
    public int partition(String topic, Object key, byte[] keyBytes, Object value, byte[] valueBytes, Cluster cluster) {
      int partitions = cluster.partitionCountForTopic(topic);
      return key.equals("Banana") ? partitions - 1 : Math.floorMod(key.hashCode(), partitions - 1);
    }

    @Override
    public void configure(Map<String, ?> options) {}

    @Override
    public void close() {}
  }

  void partitions() throws Exception {
    String topic = topic("banana", 4);
    try (KafkaProducer<String, String> producer = producer(Map.of("partitioner.class", BananaPartitioner.class.getName()))) {
      for (int i = 0; i < 50; i++) {
        equal(3, producer.send(new ProducerRecord<>(topic, "Banana", "v")).get().partition());
        yes(producer.send(new ProducerRecord<>(topic, "other" + i, "v")).get().partition() < 3, "others elsewhere");
      }
    }
  }

  void callsBack() throws Exception {
    String topic = topic("callback", 1);
    List<Long> offsets = Collections.synchronizedList(new ArrayList<>());
    try (KafkaProducer<String, String> producer = producer(Map.of())) {
      for (int i = 0; i < 100; i++) {
        producer.send(new ProducerRecord<>(topic, "v" + i), (metadata, error) -> offsets.add(error == null ? metadata.offset() : -1L));
      }
      producer.flush();
    }
    List<Long> expected = new ArrayList<>();
    for (long i = 0; i < 100; i++) {
      expected.add(i);
    }
    equal(expected, offsets);
  }

  void refusesTooLarge() throws Exception {
    String topic = topic("large", 1);
    try (KafkaProducer<String, String> producer = producer(Map.of("max.request.size", "5000000"))) {
      try {
        producer.send(new ProducerRecord<>(topic, "x".repeat(2_000_000))).get();
        throw new AssertionError("taken");
      } catch (ExecutionException e) {
        yes(e.getCause() instanceof RecordTooLargeException, "refused as too large, not " + e.getCause());
      }
      equal(0L, producer.send(new ProducerRecord<>(topic, "small")).get().offset());
    }
  }

  void carriesEverything() throws Exception {
    String topic = topic("everything", 1);
    try (KafkaProducer<String, String> producer = producer(Map.of())) {
      ProducerRecord<String, String> record = new ProducerRecord<>(topic, 0, 1_700_000_000_000L, null, "v");
      record.headers().add("h", new byte[] {1, 2}).add("h", null);
      equal(1_700_000_000_000L, producer.send(record).get().timestamp());
      producer.send(new ProducerRecord<>(topic, "gone", null)).get();
    }
    List<ConsumerRecord<String, String>> read = readAll(topic, 2);
    equal(null, read.get(0).key());
    equal(1_700_000_000_000L, read.get(0).timestamp());
    equal(2, read.get(0).headers().toArray().length);
    equal(null, read.get(0).headers().toArray()[1].value());
    equal("gone", read.get(1).key());
    equal(null, read.get(1).value());
  }

  // groups

  /** Two members share, one leaves, the other takes over; no partition is ever owned by both. */
  void rebalances(String name, Map<String, String> options) throws Exception {
    String topic = topic(name, 6);
    String group = "g-" + topic;
    Map<TopicPartition, String> owners = new ConcurrentHashMap<>();
    List<String> violations = Collections.synchronizedList(new ArrayList<>());
    Set<String> read = ConcurrentHashMap.newKeySet();
    try (Member first = new Member("first", topic, group, options, owners, violations, read)) {
      await("the first owns all", () -> first.owned == 6);
      try (Member second = new Member("second", topic, group, options, owners, violations, read)) {
        await("both own half", () -> first.owned == 3 && second.owned == 3);
        send(topic, 300);
        await("everything is read", () -> read.size() == 300);
        first.close();
        await("the second owns all", () -> second.owned == 6);
      }
    }
    equal(Collections.emptyList(), violations);
  }

  /** A consumer on a thread of its own. */
  class Member implements ConsumerRebalanceListener, AutoCloseable {
    final String name;
    final KafkaConsumer<String, String> consumer;
    final Map<TopicPartition, String> owners;
    final List<String> violations;
    final Thread thread;
    volatile int owned;
    volatile boolean closing;

    Member(String name, String topic, String group, Map<String, String> options, Map<TopicPartition, String> owners, List<String> violations, Set<String> read) {
      this.name = name;
      this.owners = owners;
      this.violations = violations;
      this.consumer = consumer(group, options);
      thread = new Thread(() -> {
        try (KafkaConsumer<String, String> closes = consumer) {
          consumer.subscribe(List.of(topic), this);
          while (!closing) {
            consumer.poll(SHORT).forEach(record -> read.add(record.value()));
          }
        } catch (Throwable e) {
          violations.add(name + ": " + e);
        }
      });
      thread.start();
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      for (TopicPartition partition : partitions) {
        String before = owners.put(partition, name);
        if (before != null) {
          violations.add(partition + " is owned by " + before + " and " + name);
        }
      }
      owned += partitions.size();
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      partitions.forEach(owners::remove);
      owned -= partitions.size();
    }

    @Override
    public void close() throws InterruptedException {
      closing = true;
      thread.join(LIMIT_MS);
    }
  }

  void seeks() throws Exception {
    String topic = topic("seek", 1);
    TopicPartition partition = new TopicPartition(topic, 0);
    send(topic, 100);
    try (KafkaConsumer<String, String> consumer = consumer(null, Map.of())) {
      consumer.assign(List.of(partition));
      equal(100L, consumer.endOffsets(List.of(partition)).get(partition));
      equal(0L, consumer.beginningOffsets(List.of(partition)).get(partition));
      consumer.seek(partition, 42);
      ConsumerRecord<String, String> record = poll(consumer, 1).get(0);
      equal(42L, record.offset());
      consumer.seekToEnd(List.of(partition));
      equal(100L, consumer.position(partition));
      consumer.seekToBeginning(List.of(partition));
      equal(0L, poll(consumer, 1).get(0).offset());
      OffsetAndTimestamp found = consumer.offsetsForTimes(Map.of(partition, record.timestamp())).get(partition);
      yes(found.offset() <= 42 && found.timestamp() >= record.timestamp(), "offset by time: " + found);
      equal(null, consumer.offsetsForTimes(Map.of(partition, System.currentTimeMillis() + 1_000_000)).get(partition));
    }
  }

  void followsPattern() throws Exception {
    String prefix = "pattern-" + tag + "-" + checks.size() + "-" + groupOptions.size();
    topicNamed(prefix + "-a", 1);
    send(prefix + "-a", 5);
    try (KafkaConsumer<String, String> consumer = consumer("g-" + prefix, Map.of("metadata.max.age.ms", "500"))) {
      consumer.subscribe(Pattern.compile(prefix + "-.*"), new NoListener());
      equal(5, poll(consumer, 5).size());
      consumer.commitSync();
      topicNamed(prefix + "-b", 1);
      send(prefix + "-b", 5);
      equal(prefix + "-b", poll(consumer, 5).get(0).topic());
    }
  }

  static class NoListener implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}
  }

  void wakesUp() throws Exception {
    String topic = topic("wakeup", 1);
    try (KafkaConsumer<String, String> consumer = consumer("g-" + topic, Map.of())) {
      consumer.subscribe(List.of(topic));
      await("the assignment", () -> {
        consumer.poll(SHORT);
        return consumer.assignment().size() == 1;
      });
      Thread waker = new Thread(consumer::wakeup);
      waker.start();
      try {
        consumer.poll(Duration.ofSeconds(30));
        throw new AssertionError("no wakeup");
      } catch (WakeupException expected) {
        waker.join();
      }
      consumer.poll(SHORT);
    }
  }

  void commits() throws Exception {
    String topic = topic("commit", 1);
    TopicPartition partition = new TopicPartition(topic, 0);
    send(topic, 20);
    Map<String, String> byHand = Map.of("enable.auto.commit", "false");
    try (KafkaConsumer<String, String> consumer = consumer("g-" + topic, byHand)) {
      consumer.subscribe(List.of(topic));
      equal(20, poll(consumer, 20).size());
      consumer.commitSync(Map.of(partition, new OffsetAndMetadata(7, "seven")));
      equal("seven", consumer.committed(Set.of(partition)).get(partition).metadata());
      AtomicInteger called = new AtomicInteger();
      consumer.commitAsync(Map.of(partition, new OffsetAndMetadata(9)), (offsets, error) -> called.addAndGet(error == null ? 1 : 100));
      await("the callback", () -> {
        consumer.poll(Duration.ofMillis(20));
        return called.get() == 1;
      });
    }
    try (KafkaConsumer<String, String> consumer = consumer("g-" + topic, byHand)) {
      consumer.subscribe(List.of(topic));
      equal(9L, poll(consumer, 1).get(0).offset());
    }
  }

  void commitsByItself() throws Exception {
    String topic = topic("auto", 1);
    TopicPartition partition = new TopicPartition(topic, 0);
    send(topic, 10);
    try (KafkaConsumer<String, String> consumer = consumer("g-" + topic, Map.of("enable.auto.commit", "true", "auto.commit.interval.ms", "100"));
        KafkaConsumer<String, String> other = consumer("g-" + topic, Map.of())) {
      consumer.subscribe(List.of(topic));
      equal(10, poll(consumer, 10).size());
      await("the commit", () -> {
        consumer.poll(Duration.ofMillis(50));
        OffsetAndMetadata committed = other.committed(Set.of(partition)).get(partition);
        return committed != null && committed.offset() == 10;
      });
    }
  }

  /** A static member that comes back within its session gets its partitions again, and nobody is disturbed. */
  void staysStatic() throws Exception {
    String topic = topic("static", 2);
    String group = "g-" + topic;
    Map<TopicPartition, String> owners = new ConcurrentHashMap<>();
    List<String> violations = Collections.synchronizedList(new ArrayList<>());
    Set<String> read = ConcurrentHashMap.newKeySet();
    try (Member other = new Member("other", topic, group, Map.of("group.instance.id", "other"), owners, violations, read)) {
      await("the other owns all", () -> other.owned == 2);
      Set<TopicPartition> before;
      try (KafkaConsumer<String, String> consumer = consumer(group, Map.of("group.instance.id", "me"))) {
        consumer.subscribe(List.of(topic));
        await("each owns one", () -> {
          consumer.poll(SHORT);
          return consumer.assignment().size() == 1 && other.owned == 1;
        });
        before = new HashSet<>(consumer.assignment());
      }
      equal(1, other.owned);
      try (KafkaConsumer<String, String> consumer = consumer(group, Map.of("group.instance.id", "me"))) {
        consumer.subscribe(List.of(topic));
        await("it owns the same again", () -> {
          consumer.poll(SHORT);
          return consumer.assignment().equals(before);
        });
      }
      equal(1, other.owned);
    }
  }

  void pauses() throws Exception {
    String topic = topic("pause", 1);
    TopicPartition partition = new TopicPartition(topic, 0);
    try (KafkaConsumer<String, String> consumer = consumer("g-" + topic, Map.of())) {
      consumer.subscribe(List.of(topic));
      await("the assignment", () -> {
        consumer.poll(SHORT);
        return consumer.assignment().size() == 1;
      });
      consumer.pause(List.of(partition));
      send(topic, 3);
      equal(0, consumer.poll(Duration.ofMillis(500)).count());
      consumer.resume(List.of(partition));
      equal(3, poll(consumer, 3).size());
    }
  }

  void refusesToReset() throws Exception {
    String topic = topic("none", 1);
    TopicPartition partition = new TopicPartition(topic, 0);
    send(topic, 3);
    try (KafkaConsumer<String, String> consumer = consumer(null, Map.of("auto.offset.reset", "none"))) {
      consumer.assign(List.of(partition));
      consumer.seek(partition, 1000);
      await("the refusal", () -> {
        try {
          consumer.poll(SHORT);
          return false;
        } catch (OffsetOutOfRangeException expected) {
          return true;
        }
      });
    }
  }

  void findsAddedPartitions() throws Exception {
    String topic = topic("added", 1);
    try (Admin admin = admin(); KafkaConsumer<String, String> consumer = consumer("g-" + topic, Map.of("metadata.max.age.ms", "500"))) {
      consumer.subscribe(List.of(topic));
      await("one partition", () -> {
        consumer.poll(SHORT);
        return consumer.assignment().size() == 1;
      });
      admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(4))).all().get();
      await("four partitions", () -> {
        consumer.poll(SHORT);
        return consumer.assignment().size() == 4;
      });
    }
  }

  // admin

  void administersTopics() throws Exception {
    String topic = "admin-" + tag;
    try (Admin admin = admin()) {
      admin.createTopics(List.of(new NewTopic(topic, 2, (short) 1))).all().get();
      fails(TopicExistsException.class, () -> admin.createTopics(List.of(new NewTopic(topic, 2, (short) 1))).all().get());
      yes(admin.listTopics().names().get().contains(topic), "listed");
      admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(5))).all().get();
      try (KafkaConsumer<String, String> consumer = consumer(null, Map.of())) {
        equal(5, consumer.partitionsFor(topic).size());
      }
      admin.deleteTopics(List.of(topic)).all().get();
      yes(!admin.listTopics().names().get().contains(topic), "gone");
      fails(UnknownTopicOrPartitionException.class, () -> admin.deleteTopics(List.of(topic)).all().get());
    }
  }

  void administersConfigurations() throws Exception {
    String topic = topic("config", 1);
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    try (Admin admin = admin()) {
      Config before = admin.describeConfigs(List.of(resource)).all().get().get(resource);
      equal("604800000", before.get("retention.ms").value());
      yes(before.get("retention.ms").isDefault(), "a default");
      admin.incrementalAlterConfigs(Map.of(resource, List.of(
          new AlterConfigOp(new ConfigEntry("retention.ms", "1000000"), AlterConfigOp.OpType.SET),
          new AlterConfigOp(new ConfigEntry("cleanup.policy", "compact"), AlterConfigOp.OpType.APPEND)))).all().get();
      Config after = admin.describeConfigs(List.of(resource)).all().get().get(resource);
      equal("1000000", after.get("retention.ms").value());
      equal(Set.of("compact", "delete"), Set.of(after.get("cleanup.policy").value().split(",")));
      admin.incrementalAlterConfigs(Map.of(resource, List.of(
          new AlterConfigOp(new ConfigEntry("cleanup.policy", "compact"), AlterConfigOp.OpType.SUBTRACT),
          new AlterConfigOp(new ConfigEntry("retention.ms", null), AlterConfigOp.OpType.DELETE)))).all().get();
      Config last = admin.describeConfigs(List.of(resource)).all().get().get(resource);
      equal("604800000", last.get("retention.ms").value());
      equal("delete", last.get("cleanup.policy").value());
      ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER,
          Integer.toString(admin.describeCluster().nodes().get().iterator().next().id()));
      yes(admin.describeConfigs(List.of(broker)).all().get().get(broker).entries().size() > 20, "the broker's settings");
    }
  }

  void administersOffsets() throws Exception {
    String topic = topic("records", 1);
    String group = "g-" + topic;
    TopicPartition partition = new TopicPartition(topic, 0);
    send(topic, 30);
    try (Admin admin = admin(); KafkaConsumer<String, String> consumer = consumer(group, Map.of())) {
      consumer.subscribe(List.of(topic));
      equal(30, poll(consumer, 30).size());
      consumer.commitSync();
      yes(admin.listConsumerGroups().all().get().stream().anyMatch(listing -> listing.groupId().equals(group)), "listed");
      equal(1, admin.describeConsumerGroups(List.of(group)).all().get().get(group).members().size());
      equal(30L, admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().get(partition).offset());
      admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(10))).all().get();
      equal(10L, admin.listOffsets(Map.of(partition, OffsetSpec.earliest())).all().get().get(partition).offset());
      equal(30L, admin.listOffsets(Map.of(partition, OffsetSpec.latest())).all().get().get(partition).offset());
    }
    try (Admin admin = admin()) {
      admin.alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(12))).all().get();
      equal(12L, admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().get(partition).offset());
      admin.deleteConsumerGroupOffsets(group, Set.of(partition)).all().get();
      admin.deleteConsumerGroups(List.of(group)).all().get();
      yes(admin.listConsumerGroups().all().get().stream().noneMatch(listing -> listing.groupId().equals(group)), "gone");
    }
  }

  void describesCluster() throws Exception {
    try (Admin admin = admin()) {
      equal(1, admin.describeCluster().nodes().get().size());
      equal(admin.describeCluster().controller().get().id(), admin.describeCluster().nodes().get().iterator().next().id());
      yes(!admin.describeCluster().clusterId().get().isEmpty(), "a cluster id");
    }
  }

  // what they share

  String topic(String name, int partitions) throws Exception {
    return topicNamed(name + "-" + tag + "-" + groupOptions.size(), partitions);
  }

  String topicNamed(String name, int partitions) throws Exception {
    try (Admin admin = admin()) {
      admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1))).all().get();
    }
    return name;
  }

  void send(String topic, int count) throws Exception {
    try (KafkaProducer<String, String> producer = producer(Map.of())) {
      for (int i = 0; i < count; i++) {
        producer.send(new ProducerRecord<>(topic, "k" + i, "v" + i));
      }
      producer.flush();
    }
  }

  List<ConsumerRecord<String, String>> readAll(String topic, int count) {
    try (KafkaConsumer<String, String> consumer = consumer(null, Map.of())) {
      List<TopicPartition> partitions = new ArrayList<>();
      consumer.partitionsFor(topic).forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      return poll(consumer, count);
    }
  }

  /** At least this many; fails if they do not come in time. */
  List<ConsumerRecord<String, String>> poll(KafkaConsumer<String, String> consumer, int count) {
    List<ConsumerRecord<String, String>> read = new ArrayList<>();
    await(count + " records", () -> {
      consumer.poll(SHORT).forEach(read::add);
      return read.size() >= count;
    });
    return read;
  }

  Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", bootstrap));
  }

  KafkaProducer<String, String> producer(Map<String, String> options) {
    Properties all = new Properties();
    all.put("bootstrap.servers", bootstrap);
    all.putAll(options);
    return new KafkaProducer<>(all, new StringSerializer(), new StringSerializer());
  }

  KafkaConsumer<String, String> consumer(String group, Map<String, String> options) {
    Map<String, Object> all = new HashMap<>();
    all.put("bootstrap.servers", bootstrap);
    all.put("auto.offset.reset", "earliest");
    all.put("enable.auto.commit", "false");
    if (group != null) {
      all.put("group.id", group);
      all.putAll(groupOptions);
    }
    all.putAll(options);
    return new KafkaConsumer<>(all, new StringDeserializer(), new StringDeserializer());
  }

  static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + LIMIT_MS * 1_000_000;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("not within " + LIMIT_MS + " ms: " + what);
      }
      try {
        Thread.sleep(5);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  static void equal(Object expected, Object actual) {
    if (expected == null ? actual != null : !expected.equals(actual)) {
      throw new AssertionError("expected " + expected + ", was " + actual);
    }
  }

  static void yes(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }

  static void fails(Class<?> with, Check check) throws Exception {
    try {
      check.run();
    } catch (ExecutionException e) {
      yes(with.isInstance(e.getCause()), "expected " + with.getSimpleName() + ", was " + e.getCause());
      return;
    }
    throw new AssertionError("expected " + with.getSimpleName());
  }
}
