package io.millrace.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.checker.CheckReport;
import io.millrace.checker.Checker;
import io.millrace.checker.HistoryEvent;
import io.millrace.checker.HistoryReader;
import io.millrace.client.BlockingProducer;
import io.millrace.client.ProducerRecord;
import io.millrace.client.RecordMetadata;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three processes of the jar: a Kafka client and a TCP client send, a WebSocket client reads from a
 * node that leads nothing, and the leader is killed.
 */
final class ClusterIT {
  private static final String TOPIC = "flights";

  @TempDir private Path folder;

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void shouldLoseNothingWhenALeaderIsKilled() throws Exception {
    try (LocalCluster cluster = LocalCluster.start(folder, 3)) {
      // given
      List<String> flights = Flights.lines();
      createTopic(cluster.httpPort(1));
      int leader = leader(cluster.httpPort(1));
      int idle = leader % 3 + 1;
      List<CompletableFuture<RecordMetadata>> sent = new ArrayList<>();

      // when
      try (PlainWebSocketReader reader =
              new PlainWebSocketReader(cluster.httpPort(idle), TOPIC, flights.size());
          BlockingProducer producer =
              BlockingProducer.open(
                  Map.of("bootstrap.servers", cluster.tcpAddresses(), "acks", "all"));
          KafkaWorkload kafka =
              new KafkaWorkload(
                  cluster.kafkaAddresses(), "kafka", 3, folder.resolve("kafka.jsonl"))) {
        for (int i = 0; i < flights.size(); i++) {
          String flight = flights.get(i);
          sent.add(producer.send(ProducerRecord.ofText(TOPIC, Flights.origin(flight), flight)));
          if (i == flights.size() / 3) {
            kafka.awaitAcknowledged(500);
            sent.get(i - 50).get(2, TimeUnit.MINUTES);
            cluster.kill(leader);
          }
          if (i == flights.size() * 2 / 3) {
            sent.get(i - 50).get(2, TimeUnit.MINUTES);
            cluster.restart(leader);
          }
        }
        producer.flush();
        kafka.awaitAcknowledged(kafka.acknowledged() + 500);
        kafka.finish();
        reader.complete().get(2, TimeUnit.MINUTES);

        // then
        for (CompletableFuture<RecordMetadata> each : sent) {
          assertThat(each.get().hasOffset()).isTrue();
        }
        assertThat(reader.reads()).hasSameSizeAs(flights);
        assertThat(new HashSet<>(reader.reads())).hasSameSizeAs(flights);
      }
      CheckReport report = Checker.check(read(folder.resolve("kafka.jsonl")));
      assertThat(report.examples()).isEmpty();
      assertThat(report.isClean()).isTrue();
    }
  }

  private static List<HistoryEvent> read(Path history) throws Exception {
    List<HistoryEvent> events = new ArrayList<>();
    try (BufferedReader lines = Files.newBufferedReader(history)) {
      HistoryReader.read(lines, events::add);
    }
    return events;
  }

  private static void createTopic(int httpPort) throws Exception {
    HttpResponse<String> answer =
        send(
            HttpRequest.newBuilder(topic(httpPort))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"partitions\":1}")));
    assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 201);
  }

  private static int leader(int httpPort) throws Exception {
    HttpResponse<String> answer = send(HttpRequest.newBuilder(topic(httpPort)).GET());
    return new JsonObject(answer.body())
        .getJsonArray("partitions")
        .getJsonObject(0)
        .getInteger("leader");
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static URI topic(int httpPort) {
    return URI.create("http://127.0.0.1:" + httpPort + "/v1/topics/" + TOPIC);
  }
}
