package io.millrace.process;

import io.millrace.checker.HistoryEvent;
import io.millrace.checker.HistoryEvent.ReadRecord;
import io.millrace.checker.HistoryWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Sends with an idempotent Kafka producer until it is finished, reads with a Kafka consumer that
 * assigns its partitions itself, and writes a history.
 */
final class KafkaWorkload implements AutoCloseable {
  private static final long DEADLINE_NANOS = TimeUnit.MINUTES.toNanos(2);
  private static final long SEND_EVERY_NANOS = 1_000_000;

  private final String bootstrap;
  private final String topic;
  private final int partitions;
  private final HistoryWriter history;
  private final long startNanos = System.nanoTime();
  private final KafkaProducer<String, String> producer;
  private final AtomicLong acknowledged = new AtomicLong();
  private final AckGaps gaps = new AckGaps();
  private final Thread sending = new Thread(this::send, "kafka-workload-producer");
  private final Thread reading = new Thread(this::follow, "kafka-workload-consumer");
  private volatile boolean over;
  private volatile boolean closed;
  private volatile Map<TopicPartition, Long> ends = Map.of();

  KafkaWorkload(String bootstrap, String topic, int partitions, Path file) throws Exception {
    this.bootstrap = bootstrap;
    this.topic = topic;
    this.partitions = partitions;
    this.history = new HistoryWriter(Files.newBufferedWriter(file));
    write(atUs -> new HistoryEvent.Run(atUs, 1, topic, partitions, true));
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      admin.createTopics(List.of(new NewTopic(topic, partitions, (short) -1))).all().get();
    }
    this.producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers", bootstrap,
                "acks", "all",
                "enable.idempotence", "true",
                "reconnect.backoff.max.ms", "200"),
            new StringSerializer(),
            new StringSerializer());
    sending.start();
    reading.start();
  }

  long acknowledged() {
    return acknowledged.get();
  }

  AckGaps gaps() {
    return gaps;
  }

  /** Says in the history what was done to the brokers. */
  void note(String text) {
    write(atUs -> new HistoryEvent.Note(atUs, text));
  }

  void awaitAcknowledged(long count) {
    long deadline = System.nanoTime() + DEADLINE_NANOS;
    while (acknowledged.get() < count) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException(acknowledged + " acknowledged, expected " + count);
      }
      LockSupport.parkNanos(10_000_000);
    }
  }

  private void send() {
    for (long i = 0; !over; i++) {
      long sequence = i;
      int partition = (int) (i % partitions);
      String value = "k-" + i;
      write(atUs -> new HistoryEvent.Sent(atUs, "k", sequence, value, partition));
      producer.send(
          new ProducerRecord<>(topic, partition, "key" + partition, value),
          (metadata, failure) -> onAnswer(value, metadata, failure));
      LockSupport.parkNanos(SEND_EVERY_NANOS);
    }
  }

  private void onAnswer(String value, RecordMetadata metadata, Exception failure) {
    if (failure == null) {
      write(atUs -> new HistoryEvent.Acked(atUs, value, metadata.partition(), metadata.offset()));
      acknowledged.incrementAndGet();
      gaps.acked(metadata.partition());
    } else if (failure instanceof ApiException && !(failure instanceof TimeoutException)) {
      write(atUs -> new HistoryEvent.Failed(atUs, value, failure.toString()));
    } else {
      write(atUs -> new HistoryEvent.Unknown(atUs, value, failure.toString()));
    }
  }

  private void follow() {
    try (KafkaConsumer<String, String> consumer = consumer("kafka-reader")) {
      while (!closed && (ends.isEmpty() || !isAt(consumer, ends))) {
        record("kafka-reader", consumer.poll(Duration.ofMillis(100)));
      }
    }
  }

  private KafkaConsumer<String, String> consumer(String name) {
    KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers", bootstrap,
                "auto.offset.reset", "none",
                "reconnect.backoff.max.ms", "200"),
            new StringDeserializer(),
            new StringDeserializer());
    consumer.assign(all());
    consumer.seekToBeginning(all());
    IntStream.range(0, partitions)
        .forEach(each -> write(atUs -> new HistoryEvent.Began(atUs, name, "", each, 0)));
    return consumer;
  }

  private List<TopicPartition> all() {
    return IntStream.range(0, partitions)
        .mapToObj(partition -> new TopicPartition(topic, partition))
        .toList();
  }

  private void record(String name, ConsumerRecords<String, String> polled) {
    for (TopicPartition partition : polled.partitions()) {
      List<ReadRecord> records = new ArrayList<>();
      for (ConsumerRecord<String, String> record : polled.records(partition)) {
        records.add(new ReadRecord(record.offset(), record.value()));
      }
      write(atUs -> new HistoryEvent.Polled(atUs, name, partition.partition(), records));
    }
  }

  /** Ends sending, waits for every answer, then reads everything. */
  void finish() throws InterruptedException {
    over = true;
    sending.join();
    producer.flush();
    try (KafkaConsumer<String, String> last = consumer(HistoryEvent.FINAL_READER)) {
      ends = last.endOffsets(all());
      long deadline = System.nanoTime() + DEADLINE_NANOS;
      while (!isAt(last, ends) && System.nanoTime() - deadline < 0) {
        record(HistoryEvent.FINAL_READER, last.poll(Duration.ofMillis(100)));
      }
      ends.forEach(
          (partition, end) ->
              write(atUs -> new HistoryEvent.Ended(atUs, partition.partition(), 0, end)));
    }
    reading.join(TimeUnit.NANOSECONDS.toMillis(DEADLINE_NANOS));
  }

  private static boolean isAt(KafkaConsumer<?, ?> consumer, Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
  }

  private void write(LongFunction<HistoryEvent> event) {
    try {
      synchronized (history) {
        history.write(event.apply((System.nanoTime() - startNanos) / 1_000));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    over = true;
    closed = true;
    producer.close(Duration.ZERO);
    history.close();
  }
}
