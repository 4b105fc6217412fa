import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * One record at a time with acks=all, while somebody else ends brokers. Prints "RESULT" and the
 * five longest times between two acknowledgements, in ms.
 */
final class Failover {
  private Failover() {}

  static void run(String bootstrap, String topic, int seconds) throws InterruptedException {
    Properties properties = Load.to(bootstrap);
    properties.put("acks", "all");
    properties.put("linger.ms", 0);
    properties.put("retry.backoff.ms", 20);
    properties.put("reconnect.backoff.ms", 20);
    properties.put("reconnect.backoff.max.ms", 100);
    properties.put("request.timeout.ms", 5_000);
    List<Long> gaps = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      long end = System.nanoTime() + seconds * 1_000_000_000L;
      long last = System.nanoTime();
      while (System.nanoTime() - end < 0) {
        try {
          producer.send(new ProducerRecord<>(topic, 0, null, new byte[100])).get();
        } catch (ExecutionException e) {
          System.err.println("not acknowledged: " + e.getCause());
          continue;
        }
        long now = System.nanoTime();
        gaps.add((now - last) / 1_000_000);
        last = now;
      }
    }
    System.out.println(
        gaps.stream()
            .sorted(Comparator.reverseOrder())
            .limit(5)
            .map(Object::toString)
            .collect(Collectors.joining(" ", "RESULT ", "")));
  }
}
