package io.millrace.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.BlockingProducer;
import io.millrace.client.ProducerRecord;
import io.millrace.client.RecordMetadata;
import io.millrace.process.PlainWebSocketReader.Read;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The broker is killed (SIGKILL) and started again at random moments while flights are sent by TCP
 * and read by a WebSocket client that is not ours: nothing acknowledged may be missing, nothing may
 * be there twice, and each airport's flights must keep their order.
 *
 * <p>{@code -Dmillrace.kills=50} sets how often, {@code -Dmillrace.seed=N} replays the moments of a
 * run.
 */
final class KillRestartIT {
  private static final String TOPIC = "flights";
  private static final int PARTITIONS = 6;
  private static final int KILLS = Integer.getInteger("millrace.kills", 4);

  @TempDir private Path data;

  @Test
  @Timeout(value = 20, unit = TimeUnit.MINUTES)
  void shouldLoseNothingAndRepeatNothingWhenTheBrokerIsKilled() throws Exception {
    // given
    long seed = Long.getLong("millrace.seed", System.nanoTime());
    System.out.println("kills=" + KILLS + " seed=" + seed);
    List<String> flights = Flights.lines();
    Set<Integer> killAt = moments(new Random(seed), flights.size());
    int tcpPort = freePort();
    int httpPort = freePort();
    String[] ports = {"tcp.port=" + tcpPort, "http.port=" + httpPort};
    BrokerProcess broker = BrokerProcess.start(data, ports);
    createTopic(httpPort);
    List<CompletableFuture<RecordMetadata>> sent = new ArrayList<>();

    // when
    try (PlainWebSocketReader reader = new PlainWebSocketReader(httpPort, TOPIC, flights.size());
        BlockingProducer producer = BlockingProducer.open(producerSettings(tcpPort))) {
      for (int i = 0; i < flights.size(); i++) {
        String flight = flights.get(i);
        sent.add(producer.send(ProducerRecord.ofText(TOPIC, Flights.origin(flight), flight)));
        if (killAt.contains(i)) {
          sent.get(Math.max(0, i - 50)).get(2, TimeUnit.MINUTES);
          broker.kill();
          broker = BrokerProcess.start(data, ports);
        }
      }
      producer.flush();
      awaitComplete(reader, httpPort);

      // then
      System.out.println("read: " + reader.describe());
      assertThat(reader.connections()).isGreaterThan(1);
      assertComplete(flights, sent, reader.reads());
    } finally {
      broker.close();
    }
  }

  /**
   * If it waits in vain, what another reader gets tells whether the broker or the first one hangs.
   */
  private static void awaitComplete(PlainWebSocketReader reader, int httpPort) throws Exception {
    try {
      reader.complete().get(2, TimeUnit.MINUTES);
    } catch (TimeoutException e) {
      String stuck = reader.describe();
      try (PlainWebSocketReader second =
          new PlainWebSocketReader(httpPort, TOPIC, Flights.lines().size())) {
        second.complete().orTimeout(20, TimeUnit.SECONDS).exceptionally(failure -> null).join();
        throw new AssertionError(
            "the reader got no further: "
                + stuck
                + "; a new reader got "
                + second.describe()
                + "; the first one now: "
                + reader.describe(),
            e);
      }
    }
  }

  private static void assertComplete(
      List<String> flights, List<CompletableFuture<RecordMetadata>> sent, List<Read> reads)
      throws Exception {
    Map<String, Read> byPlace = new HashMap<>();
    Map<Integer, Long> lastOffset = new HashMap<>();
    Map<String, List<String>> readByOrigin = new LinkedHashMap<>();
    for (Read read : reads) {
      assertThat(byPlace.put(place(read.partition(), read.offset()), read))
          .as("read twice: %s", read)
          .isNull();
      Long last = lastOffset.put(read.partition(), read.offset());
      assertThat(read.offset())
          .as("offsets follow each other")
          .isEqualTo(last == null ? 0 : last + 1);
      readByOrigin.computeIfAbsent(read.key(), origin -> new ArrayList<>()).add(read.value());
    }
    for (int i = 0; i < flights.size(); i++) {
      RecordMetadata acknowledged = sent.get(i).get();
      Read read = byPlace.get(place(acknowledged.partition(), acknowledged.offset()));
      assertThat(read).as("acknowledged at %s and missing", acknowledged).isNotNull();
      assertThat(read.value()).isEqualTo(flights.get(i));
    }
    assertThat(reads).hasSameSizeAs(flights);
    assertThat(readByOrigin).isEqualTo(Flights.byOrigin(flights));
    assertThat(new HashSet<>(reads)).hasSameSizeAs(flights);
  }

  private static String place(int partition, long offset) {
    return partition + "@" + offset;
  }

  private static Set<Integer> moments(Random random, int lines) {
    Set<Integer> moments = new TreeSet<>();
    while (moments.size() < KILLS) {
      moments.add(100 + random.nextInt(lines - 200));
    }
    return moments;
  }

  private static Map<String, String> producerSettings(int port) {
    return Map.of(
        "bootstrap.servers", "127.0.0.1:" + port,
        "acks", "all",
        "enable.idempotence", "true",
        "batch.size", "2048",
        "delivery.timeout.ms", "120000",
        "reconnect.backoff.max.ms", "200");
  }

  private static void createTopic(int httpPort) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + "/v1/topics/" + TOPIC))
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"partitions\":" + PARTITIONS + "}", StandardCharsets.UTF_8))
            .build();
    HttpResponse<String> response =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isBetween(200, 201);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
