import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Load on any broker of the Kafka protocol, with Kafka's own client: one command, one result. */
final class Load {
  private static final String USAGE =
      """
      create BOOTSTRAP TOPIC PARTITIONS REPLICAS [NAME=VALUE]   a topic, if it is not there
      delete BOOTSTRAP TOPIC                           one that is there
      ping-pong BOOTSTRAP TOPIC RECORDS SIZE           one record at a time: sent (acks=all) until it is received
      flow BOOTSTRAP TOPIC GROUPS RATE SECONDS SIZE    records at a rate, read by each of the groups
      connections BOOTSTRAP COUNT                      opens them, asks one question each, holds them until stdin ends
      ready HOST PORT                                  reads when a broker was started (ms since 1970), waits for it
      failover BOOTSTRAP TOPIC SECONDS                 one record at a time; the longest times between two answers
      profile FILE...                                  where the time of collapsed stacks went, as Markdown
      table FILE...                                    medians, ranges and ratios of results, as Markdown
      """;

  private Load() {}

  public static void main(String[] args) throws Exception {
    String command = args.length == 0 ? "" : args[0];
    switch (command) {
      case "create" -> create(
              args[1],
              args[2],
              number(args[3]),
              number(args[4]),
              List.of(args).subList(5, args.length));
      case "delete" -> delete(args[1], args[2]);
      case "ping-pong" -> PingPong.run(args[1], args[2], number(args[3]), number(args[4]));
      case "flow" ->
          new Flow(args[1], args[2], number(args[3]), number(args[4]), number(args[5]), number(args[6]))
              .run();
      case "connections" -> Connections.hold(args[1], number(args[2]));
      case "ready" -> Ready.await(args[1], number(args[2]));
      case "failover" -> Failover.run(args[1], args[2], number(args[3]));
      case "profile" -> Profile.print(List.of(args).subList(1, args.length));
      case "table" -> Table.print(List.of(args).subList(1, args.length));
      default -> {
        System.err.print(USAGE);
        System.exit(2);
      }
    }
  }

  private static int number(String text) {
    return Integer.parseInt(text);
  }

  static Properties to(String bootstrap) {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", bootstrap);
    return properties;
  }

  static void create(
      String bootstrap, String topic, int partitions, int replicas, List<String> settings)
      throws Exception {
    Map<String, String> configs = new HashMap<>();
    if (replicas > 1) {
      configs.put("min.insync.replicas", "2");
    }
    for (String setting : settings) {
      String[] pair = setting.split("=", 2);
      configs.put(pair[0], pair[1]);
    }
    try (Admin admin = Admin.create(to(bootstrap))) {
      NewTopic created = new NewTopic(topic, partitions, (short) replicas).configs(configs);
      try {
        admin.createTopics(List.of(created)).all().get();
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw e;
        }
      }
    }
  }

  private static void delete(String bootstrap, String topic) throws Exception {
    try (Admin admin = Admin.create(to(bootstrap))) {
      admin.deleteTopics(List.of(topic)).all().get();
    }
  }

  static KafkaProducer<byte[], byte[]> producer(String bootstrap, int lingerMs) {
    Properties properties = to(bootstrap);
    properties.put("acks", "all");
    properties.put("linger.ms", lingerMs);
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /**
   * @param group its group, which commits by itself; "" for none
   */
  static KafkaConsumer<byte[], byte[]> consumer(String bootstrap, String group) {
    Properties properties = to(bootstrap);
    properties.put("auto.offset.reset", "latest");
    properties.put("enable.auto.commit", !group.isEmpty());
    if (!group.isEmpty()) {
      properties.put("group.id", group);
    }
    return new KafkaConsumer<>(
        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }
}
