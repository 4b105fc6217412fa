import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.FeatureMetadata;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.quota.ClientQuotaFilter;

/** What only release 4 of the Java client has: the consumer group protocol of KIP-848 and the newest admin calls. */
public class Newest extends Checks {
  Newest(String bootstrap) {
    super(bootstrap);
    groupOptions = Map.of("group.protocol", "consumer");
  }

  public static void main(String[] args) {
    Newest newest = new Newest(args[0]);
    newest.add();
    newest.runAll(args.length > 1 ? args[1] : "");
  }

  @Override
  void add() {
    checks.put("consumer group consumer, uniform", () -> rebalances("uniform", Map.of("group.remote.assignor", "uniform")));
    checks.put("consumer group consumer, range", () -> rebalances("range", Map.of("group.remote.assignor", "range")));
    addConsumerChecks(", group.protocol=consumer");
    checks.put("consumer: pattern matched by the server", this::followsServerPattern);
    checks.put("classic and consumer members in one group", this::migrates);
    checks.put("admin: describeTopics", this::describesTopics);
    checks.put("admin: describe a group of the consumer protocol", this::describesGroup);
    checks.put("admin: listOffsets by max timestamp", this::listsMaxTimestamp);
    checks.put("admin: log directories, producers, quotas, reassignments, leaders, features", this::describesTheRest);
  }

  void followsServerPattern() throws Exception {
    String prefix = "re2j-" + tag;
    topicNamed(prefix + "-a", 1);
    send(prefix + "-a", 5);
    try (KafkaConsumer<String, String> consumer = consumer("g-" + prefix, Map.of())) {
      consumer.subscribe(new SubscriptionPattern(prefix + "-.*"));
      equal(5, poll(consumer, 5).size());
      topicNamed(prefix + "-b", 1);
      send(prefix + "-b", 5);
      equal(5, poll(consumer, 5).size());
    }
  }

  void migrates() throws Exception {
    String topic = topic("migrate", 4);
    String group = "g-" + topic;
    Map<TopicPartition, String> owners = new java.util.concurrent.ConcurrentHashMap<>();
    List<String> violations = java.util.Collections.synchronizedList(new ArrayList<>());
    Set<String> read = java.util.concurrent.ConcurrentHashMap.newKeySet();
    Map<String, String> classic = Map.of("group.protocol", "classic",
        "partition.assignment.strategy", "org.apache.kafka.clients.consumer.CooperativeStickyAssignor");
    try (Member old = new Member("old", topic, group, classic, owners, violations, read)) {
      await("the old owns all", () -> old.owned == 4);
      try (Member young = new Member("young", topic, group, Map.of(), owners, violations, read)) {
        await("both own half", () -> old.owned == 2 && young.owned == 2);
        send(topic, 100);
        await("everything is read", () -> read.size() == 100);
      }
      await("the old owns all again", () -> old.owned == 4);
    }
    equal(List.of(), violations);
  }

  void describesTopics() throws Exception {
    String topic = topic("describe", 3);
    try (Admin admin = admin()) {
      TopicDescription described = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
      equal(3, described.partitions().size());
      equal(1, described.partitions().get(0).isr().size());
      TopicDescription byId = admin.describeTopics(org.apache.kafka.common.TopicCollection.ofTopicIds(List.of(described.topicId())))
          .allTopicIds().get().get(described.topicId());
      equal(topic, byId.name());
    }
  }

  void describesGroup() throws Exception {
    String topic = topic("group", 2);
    send(topic, 2);
    try (Admin admin = admin(); KafkaConsumer<String, String> consumer = consumer("g-" + topic, Map.of())) {
      consumer.subscribe(List.of(topic));
      equal(2, poll(consumer, 2).size());
      ConsumerGroupDescription described = admin.describeConsumerGroups(List.of("g-" + topic)).all().get().get("g-" + topic);
      equal(GroupType.CONSUMER, described.type());
      equal(2, described.members().iterator().next().assignment().topicPartitions().size());
      equal(org.apache.kafka.common.GroupState.STABLE, described.groupState());
      yes(admin.listGroups().all().get().stream().anyMatch(listing -> listing.groupId().equals("g-" + topic)
          && listing.type().equals(java.util.Optional.of(GroupType.CONSUMER))), "listed with its type");
    }
  }

  void listsMaxTimestamp() throws Exception {
    String topic = topic("maxtime", 1);
    TopicPartition partition = new TopicPartition(topic, 0);
    try (Admin admin = admin(); var producer = producer(Map.of())) {
      for (long time : new long[] {1000, 5000, 3000}) {
        producer.send(new org.apache.kafka.clients.producer.ProducerRecord<>(topic, 0, time, null, "v")).get();
      }
      var found = admin.listOffsets(Map.of(partition, OffsetSpec.maxTimestamp())).all().get().get(partition);
      equal(1L, found.offset());
      equal(5000L, found.timestamp());
    }
  }

  void describesTheRest() throws Exception {
    String topic = topic("rest", 1);
    TopicPartition partition = new TopicPartition(topic, 0);
    try (Admin admin = admin(); var producer = producer(Map.of("enable.idempotence", "true"))) {
      producer.send(new org.apache.kafka.clients.producer.ProducerRecord<>(topic, 0, null, "v")).get();
      int node = admin.describeCluster().nodes().get().iterator().next().id();
      yes(admin.describeLogDirs(List.of(node)).allDescriptions().get().get(node).values().iterator().next()
          .replicaInfos().get(partition).size() > 0, "the size of the log");
      equal(1, admin.describeProducers(List.of(partition)).all().get().get(partition).activeProducers().size());
      admin.describeClientQuotas(ClientQuotaFilter.all()).entities().get();
      equal(Map.of(), admin.listPartitionReassignments().reassignments().get());
      admin.electLeaders(ElectionType.PREFERRED, Set.of(partition)).partitions().get();
      FeatureMetadata features = admin.describeFeatures().featureMetadata().get();
      yes(features.finalizedFeatures().get("group.version").maxVersionLevel() >= 1, "group.version is finalized");
      ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, "g");
      yes(admin.describeConfigs(List.of(group)).all().get().get(group).entries().size() >= 0, "group configurations");
    }
  }
}
