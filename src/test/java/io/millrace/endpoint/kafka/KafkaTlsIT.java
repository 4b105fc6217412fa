package io.millrace.endpoint.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.endpoint.TestTls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka's own clients over TLS. */
final class KafkaTlsIT {
  private static final String[] TLS = {
    "kafka.tls.enable", "true",
    "tls.certificate.file", TestTls.pem("server", "cert"),
    "tls.key.file", TestTls.pem("server", "key")
  };

  @TempDir Path data;

  private KafkaBroker broker(String... more) {
    return new KafkaBroker(
        data, Stream.of(List.of(TLS), List.of(more)).flatMap(List::stream).toArray(String[]::new));
  }

  private static Properties client(KafkaBroker broker) {
    Properties properties = broker.client();
    properties.put("security.protocol", "SSL");
    properties.put("ssl.truststore.type", "PEM");
    properties.put("ssl.truststore.location", TestTls.pem("ca", "cert"));
    return properties;
  }

  private static Properties clientWithCertificate(KafkaBroker broker) throws IOException {
    Properties properties = client(broker);
    properties.put("ssl.keystore.type", "PEM");
    properties.put("ssl.keystore.key", Files.readString(Path.of(TestTls.pem("client", "key"))));
    properties.put(
        "ssl.keystore.certificate.chain", Files.readString(Path.of(TestTls.pem("client", "cert"))));
    return properties;
  }

  private static List<String> sendAndRead(Properties client) {
    List<String> read = new ArrayList<>();
    try (KafkaProducer<String, String> producer =
            new KafkaProducer<>(client, new StringSerializer(), new StringSerializer());
        KafkaConsumer<String, String> consumer =
            new KafkaConsumer<>(client, new StringDeserializer(), new StringDeserializer())) {
      for (int i = 0; i < 500; i++) {
        producer.send(new ProducerRecord<>("t", 0, "k", "v" + i));
      }
      producer.flush();
      TopicPartition partition = new TopicPartition("t", 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      while (read.size() < 500) {
        consumer.poll(Duration.ofSeconds(20)).forEach(record -> read.add(record.value()));
      }
    }
    return read;
  }

  @Test
  void shouldServeKafkasClientsOverTls() {
    // given
    try (KafkaBroker broker = broker()) {
      // when
      List<String> read = sendAndRead(client(broker));

      // then
      assertThat(read).hasSize(500).startsWith("v0").endsWith("v499");
    }
  }

  @Test
  void shouldAskForCertificatesOfClients() throws Exception {
    // given
    try (KafkaBroker broker =
        broker("tls.client.auth", "required", "tls.client.ca.file", TestTls.pem("ca", "cert"))) {
      // when
      List<String> read = sendAndRead(clientWithCertificate(broker));

      // then
      assertThat(read).hasSize(500);
      try (Admin stranger = Admin.create(client(broker))) {
        assertThatThrownBy(() -> stranger.describeCluster().nodes().get())
            .isInstanceOf(ExecutionException.class)
            .hasCauseInstanceOf(SslAuthenticationException.class);
      }
    }
  }
}
