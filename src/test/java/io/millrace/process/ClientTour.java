package io.millrace.process;

import io.millrace.client.BlockingConsumer;
import io.millrace.client.BlockingProducer;
import io.millrace.client.ConsumerRecord;
import io.millrace.client.ProducerRecord;
import io.millrace.client.RecordMetadata;
import io.millrace.client.StartPosition;
import io.millrace.client.Subscription;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Map;

/** The Java part of the README's tour; {@link ReadmeIT} runs it and holds the page to it. */
final class ClientTour {
  private ClientTour() {}

  static void run(String address, PrintStream out) throws Exception {
    Map<String, String> settings = Map.of("bootstrap.servers", address);
    try (BlockingProducer producer = BlockingProducer.open(settings)) {
      RecordMetadata stored =
          producer.send(ProducerRecord.ofText("flights", "ATL", "boarding")).get();
      out.println("stored as " + stored.partition() + "@" + stored.offset());
    }
    try (BlockingConsumer consumer = BlockingConsumer.open(settings)) {
      consumer.subscribe(Subscription.topics("flights").from(StartPosition.earliest()));
      for (ConsumerRecord record : consumer.poll(Duration.ofSeconds(10))) {
        out.println(record.keyText() + " " + record.valueText());
      }
    }
  }
}
