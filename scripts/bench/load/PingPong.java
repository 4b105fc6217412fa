import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** One record at a time, from send to receipt. Prints "RESULT records/s p50 p99 p99.9" in ms. */
final class PingPong {
  private static final int WARM_UP = 3_000;

  private PingPong() {}

  static void run(String bootstrap, String topic, int records, int size) throws Exception {
    TopicPartition partition = new TopicPartition(topic, 0);
    byte[] value = new byte[size];
    ThreadLocalRandom.current().nextBytes(value);
    Latencies latencies = new Latencies();
    long begun = 0;
    try (KafkaProducer<byte[], byte[]> producer = Load.producer(bootstrap, 0);
        KafkaConsumer<byte[], byte[]> consumer = Load.consumer(bootstrap, "")) {
      consumer.assign(List.of(partition));
      consumer.seekToEnd(List.of(partition));
      consumer.position(partition);
      for (int i = -Math.min(WARM_UP, records); i < records; i++) {
        long sent = System.nanoTime();
        begun = i == 0 ? sent : begun;
        producer.send(new ProducerRecord<>(topic, 0, null, value)).get();
        int received = 0;
        while (received == 0) {
          received = consumer.poll(Duration.ofSeconds(5)).count();
        }
        if (i >= 0) {
          latencies.add(System.nanoTime() - sent);
        }
      }
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    System.out.printf(
        Locale.ROOT, "RESULT %.0f %s%n", records / seconds, latencies.percentiles());
  }
}
