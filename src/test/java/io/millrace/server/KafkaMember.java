package io.millrace.server;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringDeserializer;

/** A member of a group that is Kafka's own consumer, of the KIP-848 protocol. */
final class KafkaMember implements ConsumerRebalanceListener, AutoCloseable {
  private final String name;
  private final GroupTally tally;
  private final KafkaConsumer<String, String> consumer;
  private final Thread poller;
  private volatile boolean closed;

  KafkaMember(int port, String name, String group, GroupTally tally) {
    this.name = name;
    this.tally = tally;
    Properties properties = new Properties();
    properties.put("bootstrap.servers", "127.0.0.1:" + port);
    properties.put("group.id", group);
    properties.put("client.id", name);
    properties.put("group.protocol", "consumer");
    properties.put("auto.offset.reset", "earliest");
    properties.put("auto.commit.interval.ms", "200");
    this.consumer =
        new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer());
    consumer.subscribe(List.of("t"), this);
    this.poller = new Thread(this::run, name);
    poller.setDaemon(true);
    poller.start();
  }

  private void run() {
    try (consumer) {
      while (!closed) {
        consumer.poll(Duration.ofMillis(200)).forEach(record -> tally.read(name, record.value()));
      }
    } catch (WakeupException e) {
      if (!closed) {
        tally.failed(name, e.toString());
      }
    } catch (RuntimeException e) {
      tally.failed(name, e.toString());
    } finally {
      tally.ended(name);
    }
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    tally.assigned(name, numbers(partitions));
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    tally.gone(name, numbers(partitions));
  }

  private static TreeSet<Integer> numbers(Collection<TopicPartition> partitions) {
    return partitions.stream()
        .map(TopicPartition::partition)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Commits and leaves. */
  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
    try {
      poller.join(20_000);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
