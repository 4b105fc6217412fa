import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Consumers of an empty topic, each of all its partitions: IdleConsumers BOOTSTRAP PARTITIONS CONSUMERS. Says "idle" once all wait. */
final class IdleConsumers {
  public static void main(String[] arguments) throws Exception {
    int partitions = Integer.parseInt(arguments[1]);
    int consumers = Integer.parseInt(arguments[2]);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", arguments[0]))) {
      admin.createTopics(List.of(new NewTopic("idle", partitions, (short) 1))).all().get();
    }
    List<TopicPartition> all = IntStream.range(0, partitions).mapToObj(number -> new TopicPartition("idle", number)).toList();
    CountDownLatch waiting = new CountDownLatch(consumers);
    for (int i = 0; i < consumers; i++) {
      new Thread(() -> wait(arguments[0], all, waiting)).start();
    }
    waiting.await();
    System.out.println("idle");
  }

  private static void wait(String bootstrap, List<TopicPartition> all, CountDownLatch waiting) {
    Map<String, Object> settings = Map.of("bootstrap.servers", bootstrap, "auto.offset.reset", "earliest");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(all);
      all.forEach(consumer::position);
      waiting.countDown();
      while (true) {
        consumer.poll(Duration.ofSeconds(1));
      }
    }
  }
}
