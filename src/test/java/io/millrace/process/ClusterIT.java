package io.millrace.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.RecordMetadata;
import io.millrace.process.PlainWebSocketReader.Read;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three processes of the jar: a Kafka client and a TCP client send with acks=all, a WebSocket
 * client reads from a node that leads nothing, and leaders and the controller are killed (SIGKILL)
 * in turn and started again.
 *
 * <p>{@code -Dmillrace.cluster.kills=30} sets how often at least, {@code
 * -Dmillrace.cluster.seconds=300} for how long at least.
 */
final class ClusterIT {
  private static final String FLIGHTS = "flights";
  private static final String KAFKA = "kafka";
  private static final int KAFKA_PARTITIONS = 3;
  private static final int NODES = 3;
  private static final int KILLS = Integer.getInteger("millrace.cluster.kills", 3);
  private static final int SECONDS = Integer.getInteger("millrace.cluster.seconds", 0);
  private static final long DEADLINE_NANOS = TimeUnit.MINUTES.toNanos(2);

  @TempDir private Path folder;

  private final List<Kill> kills = new ArrayList<>();

  /** A kill, and until when what it did may show. */
  private record Kill(String kind, long atNanos, long untilNanos) {
    /** What is answered just before has nothing to do with the kill, and what follows has. */
    private static final long BEFORE_NANOS = 200_000_000;

    long gapMs(AckGaps gaps) {
      return gaps.longestMs(atNanos - BEFORE_NANOS, untilNanos - BEFORE_NANOS);
    }
  }

  @Test
  @Timeout(value = 40, unit = TimeUnit.MINUTES)
  void shouldLoseNothingWhenLeadersAndTheControllerAreKilled() throws Exception {
    try (LocalCluster cluster = LocalCluster.start(folder, NODES)) {
      // given
      cluster.createTopic(1, FLIGHTS, 1);
      awaitWhole(cluster, 1);
      int leader = leader(cluster.get(1, "/v1/topics/" + FLIGHTS), 0);
      Path history = folder.resolve("kafka.jsonl");

      // when
      try (PlainWebSocketReader reader =
              new PlainWebSocketReader(
                  cluster.httpPort(idle(cluster, leader)), FLIGHTS, Integer.MAX_VALUE);
          FlightLoad flights = new FlightLoad(cluster.tcpAddresses(), FLIGHTS);
          KafkaWorkload kafka =
              new KafkaWorkload(cluster.kafkaAddresses(), KAFKA, KAFKA_PARTITIONS, history)) {
        goOn(flights, kafka, 500);
        killInTurn(cluster, flights, kafka);
        kafka.finish();
        flights.finish();
        awaitReads(reader, flights.sent().size());

        // then
        print(flights, kafka);
        assertComplete(flights, reader.reads());
      }
      for (int node = 1; node <= NODES; node++) {
        cluster.kill(node);
      }
      assertClean(cluster, history);
    }
  }

  private void killInTurn(LocalCluster cluster, FlightLoad flights, KafkaWorkload kafka)
      throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    int alive = 1;
    while (kills.size() < KILLS || System.nanoTime() - end < 0) {
      int controller = controller(cluster.get(alive, "/v1/cluster"));
      int victim = victim(cluster, alive, controller);
      String kind = victim == controller ? "controller" : "leader";
      alive = victim % NODES + 1;
      kafka.note("kill -9 of node " + victim + ", a " + kind);
      long at = System.nanoTime();
      cluster.kill(victim);
      cluster.launch(victim);
      goOn(flights, kafka, 200);
      cluster.awaitReady(victim);
      awaitWhole(cluster, alive);
      kills.add(new Kill(kind, at, System.nanoTime()));
      System.out.printf(
          "kill %d: %s, node %d; whole again after %d ms%n",
          kills.size(), kind, victim, (System.nanoTime() - at) / 1_000_000);
    }
  }

  /** In turn the leader of the flights, the controller, and a leader of the Kafka client's. */
  private int victim(LocalCluster cluster, int alive, int controller) throws InterruptedException {
    return switch (kills.size() % 3) {
      case 0 -> leader(cluster.get(alive, "/v1/topics/" + FLIGHTS), 0);
      case 1 -> controller;
      default ->
          leader(cluster.get(alive, "/v1/topics/" + KAFKA), kills.size() / 3 % KAFKA_PARTITIONS);
    };
  }

  private static int leader(JsonObject topic, int partition) {
    return topic.getJsonArray("partitions").getJsonObject(partition).getInteger("leader");
  }

  private static int controller(JsonObject cluster) {
    return cluster.getInteger("controller");
  }

  /** A node that leads nothing. */
  private static int idle(LocalCluster cluster, int leader) throws InterruptedException {
    JsonObject seen = cluster.get(leader, "/v1/cluster");
    return seen.getJsonArray("brokers").stream()
        .map(JsonObject.class::cast)
        .filter(broker -> broker.getInteger("leads") == 0)
        .map(broker -> broker.getInteger("nodeId"))
        .findFirst()
        .orElseThrow(() -> new AssertionError("every node leads something: " + seen.encode()));
  }

  /** Until both clients have so many more acknowledgements. */
  private static void goOn(FlightLoad flights, KafkaWorkload kafka, long more) {
    long flightsUntil = flights.gaps().count() + more / 4;
    long kafkaUntil = kafka.acknowledged() + more;
    long deadline = System.nanoTime() + DEADLINE_NANOS;
    while (flights.gaps().count() < flightsUntil || kafka.acknowledged() < kafkaUntil) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError(
            "%d flights and %d values of Kafka's client are acknowledged, expected %d and %d"
                .formatted(flights.gaps().count(), kafka.acknowledged(), flightsUntil, kafkaUntil));
      }
      LockSupport.parkNanos(10_000_000);
    }
  }

  /** Until every node is alive, and every partition has a leader and three replicas in sync. */
  private static void awaitWhole(LocalCluster cluster, int node) throws InterruptedException {
    cluster.await(
        node,
        "/v1/cluster",
        seen ->
            seen.getInteger("offlinePartitionCount") == 0
                && seen.getInteger("underReplicatedPartitionCount") == 0
                && seen.getInteger("controller") >= 0
                && seen.getJsonArray("brokers").stream()
                    .map(JsonObject.class::cast)
                    .noneMatch(broker -> broker.getBoolean("fenced")),
        "every replica is in sync");
    JsonObject topic = cluster.get(node, "/v1/topics/" + FLIGHTS);
    assertThat(topic.getJsonArray("partitions").getJsonObject(0).getJsonArray("replicas"))
        .hasSize(NODES);
  }

  private static void awaitReads(PlainWebSocketReader reader, int count) {
    long deadline = System.nanoTime() + DEADLINE_NANOS;
    while (reader.reads().size() < count) {
      assertThat(reader.complete()).isNotCompletedExceptionally();
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("the reader got no further: " + reader.describe());
      }
      LockSupport.parkNanos(50_000_000);
    }
  }

  private void print(FlightLoad flights, KafkaWorkload kafka) {
    Map<String, List<Long>> gaps = new TreeMap<>();
    for (Kill kill : kills) {
      gaps.computeIfAbsent(kill.kind() + ", TCP client", k -> new ArrayList<>())
          .add(kill.gapMs(flights.gaps()));
      gaps.computeIfAbsent(kill.kind() + ", Kafka client", k -> new ArrayList<>())
          .add(kill.gapMs(kafka.gaps()));
    }
    System.out.printf(
        "%d kills, %,d flights and %,d values of Kafka's client acknowledged%n",
        kills.size(), flights.gaps().count(), kafka.acknowledged());
    gaps.forEach(
        (kind, all) -> {
          List<Long> sorted = all.stream().sorted().toList();
          System.out.printf(
              "longest time without an acknowledgement after the kill of a %s, in ms: p50 %d, p90 %d,"
                  + " most %d of %d: %s%n",
              kind,
              sorted.get(sorted.size() / 2),
              sorted.get(sorted.size() * 9 / 10),
              sorted.get(sorted.size() - 1),
              sorted.size(),
              sorted);
        });
  }

  /** Every flight once, where it was acknowledged; each airport's in their order. */
  private static void assertComplete(FlightLoad flights, List<Read> reads) throws Exception {
    Map<Long, Read> byOffset = new HashMap<>();
    Map<String, List<String>> byOrigin = new LinkedHashMap<>();
    long next = 0;
    for (Read read : reads) {
      assertThat(read.offset()).as("offsets follow each other").isEqualTo(next++);
      byOffset.put(read.offset(), read);
      byOrigin.computeIfAbsent(read.key(), origin -> new ArrayList<>()).add(read.value());
    }
    for (int i = 0; i < flights.sent().size(); i++) {
      RecordMetadata acknowledged = flights.sent().get(i).get();
      Read read = byOffset.get(acknowledged.offset());
      assertThat(read).as("acknowledged at %s and missing", acknowledged).isNotNull();
      assertThat(read.value()).isEqualTo(flights.values().get(i));
    }
    assertThat(reads).hasSameSizeAs(flights.sent());
    assertThat(byOrigin).isEqualTo(Flights.byOrigin(flights.values()));
  }

  /** By the command that anyone can run, together with what is on the disks of the nodes. */
  private static void assertClean(LocalCluster cluster, Path history) throws Exception {
    List<String> check = new ArrayList<>(List.of("verify", "check", history.toString()));
    for (int node = 1; node <= NODES; node++) {
      check.addAll(List.of("--replica", cluster.data(node).toString()));
    }
    check.addAll(List.of("--output", "json"));
    CommandRun.Result checked = CommandRun.run(check.toArray(new String[0]));
    System.out.println(checked.out());
    assertThat(checked.exitCode()).as(checked.out() + checked.err()).isZero();
    JsonObject report = new JsonObject(checked.out());
    assertThat(report.getBoolean("clean")).isTrue();
    assertThat(report.getInteger("replicas")).isEqualTo(NODES * KAFKA_PARTITIONS);
  }
}
