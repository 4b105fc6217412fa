package io.millrace.process;

import io.millrace.client.BlockingProducer;
import io.millrace.client.ProducerRecord;
import io.millrace.client.RecordMetadata;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/** Sends flights, over and over, with the TCP client and acks=all, until it is finished. */
final class FlightLoad implements AutoCloseable {
  private static final long SEND_EVERY_NANOS = 4_000_000;

  private final String topic;
  private final List<String> flights;
  private final BlockingProducer producer;
  private final List<String> values = new ArrayList<>();
  private final List<CompletableFuture<RecordMetadata>> sent = new ArrayList<>();
  private final AckGaps gaps = new AckGaps();
  private final Thread sending = new Thread(this::send, "flight-load");
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private volatile boolean over;

  FlightLoad(String bootstrap, String topic) throws IOException {
    this.topic = topic;
    this.flights = Flights.lines();
    this.producer =
        BlockingProducer.open(
            Map.of(
                "bootstrap.servers",
                bootstrap,
                "acks",
                "all",
                "enable.idempotence",
                "true",
                "delivery.timeout.ms",
                "120000",
                "reconnect.backoff.max.ms",
                "200"));
    sending.start();
  }

  private void send() {
    try {
      for (int i = 0; !over; i++) {
        String flight = flights.get(i % flights.size());
        CompletableFuture<RecordMetadata> answer =
            producer.send(ProducerRecord.ofText(topic, Flights.origin(flight), flight));
        values.add(flight);
        sent.add(answer.thenApply(this::acked));
        LockSupport.parkNanos(SEND_EVERY_NANOS);
      }
      ended.complete(null);
    } catch (InterruptedException | RuntimeException e) {
      ended.completeExceptionally(e);
    }
  }

  private RecordMetadata acked(RecordMetadata acknowledged) {
    gaps.acked(acknowledged.partition());
    return acknowledged;
  }

  AckGaps gaps() {
    return gaps;
  }

  /** Ends sending and waits for every answer. */
  void finish() throws InterruptedException {
    over = true;
    ended.join();
    producer.flush();
  }

  /** What was sent, in order; once it is finished. */
  List<String> values() {
    return values;
  }

  /** What was answered, in the order of the values. */
  List<CompletableFuture<RecordMetadata>> sent() {
    return sent;
  }

  @Override
  public void close() {
    over = true;
    producer.close();
  }
}
