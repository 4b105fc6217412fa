import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A member that is Apache Kafka's consumer, of the KIP-848 protocol: KafkaMember BOOTSTRAP TOPIC GROUP NAME. It leaves when its standard
 * input ends. What it reads it says before it commits it.
 */
final class KafkaMember implements ConsumerRebalanceListener {
  private final KafkaConsumer<byte[], byte[]> consumer;
  private volatile boolean leaving;
  private int epoch = -1;

  private KafkaMember(String bootstrap, String topic, String group, String name) {
    Properties properties = new Properties();
    properties.putAll(Map.of("bootstrap.servers", bootstrap, "group.id", group, "client.id", name, "group.protocol", "consumer",
        "auto.offset.reset", "earliest", "enable.auto.commit", "false", "reconnect.backoff.max.ms", "200"));
    consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    consumer.subscribe(List.of(topic), this);
  }

  public static void main(String[] arguments) {
    KafkaMember member = new KafkaMember(arguments[0], arguments[1], arguments[2], arguments[3]);
    Thread input = new Thread(member::awaitEndOfInput);
    input.setDaemon(true);
    input.start();
    member.run();
  }

  private void awaitEndOfInput() {
    try {
      while (System.in.read() >= 0) {
        // Nothing is told this way but the end.
      }
    } catch (IOException e) {
      Says.remark(e.toString());
    }
    leaving = true;
    consumer.wakeup();
  }

  private void run() {
    try (consumer) {
      while (!leaving) {
        try {
          take(consumer.poll(Duration.ofMillis(200)));
        } catch (CommitFailedException | RebalanceInProgressException e) {
          Says.remark(e.toString());
        }
      }
    } catch (WakeupException e) {
      Says.remark("leaves");
    }
  }

  private void take(ConsumerRecords<byte[], byte[]> records) {
    int now = consumer.groupMetadata().generationId();
    if (now != epoch) {
      epoch = now;
      Says.epoch(epoch);
    }
    for (TopicPartition partition : records.partitions()) {
      List<ConsumerRecord<byte[], byte[]>> read = records.records(partition);
      Says.read(partition.partition(), read.get(0).offset(), read.get(read.size() - 1).offset());
    }
    if (!records.isEmpty()) {
      Map<TopicPartition, OffsetAndMetadata> positions = records.nextOffsets();
      consumer.commitSync(positions);
      Map<Integer, Long> committed = new HashMap<>();
      positions.forEach((partition, position) -> committed.put(partition.partition(), position.offset()));
      Says.committed(committed);
    }
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    epoch = consumer.groupMetadata().generationId();
    Says.assigned(epoch, numbers(partitions));
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    Says.revoked(numbers(partitions));
  }

  @Override
  public void onPartitionsLost(Collection<TopicPartition> partitions) {
    Says.lost(numbers(partitions));
  }

  private static Set<Integer> numbers(Collection<TopicPartition> partitions) {
    return partitions.stream().map(TopicPartition::partition).collect(Collectors.toCollection(TreeSet::new));
  }
}
