package io.millrace.process;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/** Nodes of one cluster, each a process of its own, numbered from 1. */
final class LocalCluster implements AutoCloseable {
  private static final long DEADLINE_NANOS = TimeUnit.MINUTES.toNanos(2);
  private static final Duration ANSWER = Duration.ofSeconds(5);

  private record Ports(int tcp, int http, int kafka, int discovery, int bus) {}

  private final Path folder;
  private final Map<Integer, Ports> ports = new TreeMap<>();
  private final Map<Integer, BrokerProcess> nodes = new TreeMap<>();
  private final HttpClient http = HttpClient.newHttpClient();

  private LocalCluster(Path folder) {
    this.folder = folder;
  }

  /** Starts so many nodes and waits until all are ready and know each other. */
  static LocalCluster start(Path folder, int size) throws IOException, InterruptedException {
    LocalCluster cluster = new LocalCluster(folder);
    try {
      for (int node = 1; node <= size; node++) {
        cluster.ports.put(node, freePorts());
      }
      // None is ready before it has heard from the others.
      for (int node = 1; node <= size; node++) {
        cluster.launch(node);
      }
      for (int node = 1; node <= size; node++) {
        cluster.awaitReady(node);
      }
      cluster.await(1, "/v1/cluster", seen -> alive(seen) == size, "all nodes are alive");
      return cluster;
    } catch (IOException | InterruptedException | RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  private static long alive(JsonObject cluster) {
    return cluster.getJsonArray("brokers").stream()
        .map(JsonObject.class::cast)
        .filter(broker -> !broker.getBoolean("fenced"))
        .count();
  }

  /** Starts a node, and does not wait for it. */
  void launch(int node) throws IOException {
    Ports own = ports.get(node);
    nodes.put(
        node,
        BrokerProcess.launch(
            data(node),
            "node.id=" + node,
            "tcp.port=" + own.tcp(),
            "http.port=" + own.http(),
            "kafka.port=" + own.kafka(),
            "cluster.seeds=" + addresses(Ports::discovery),
            "cluster.port=" + own.discovery(),
            "cluster.bus.port=" + own.bus()));
  }

  void awaitReady(int node) throws InterruptedException {
    nodes.get(node).awaitReady();
  }

  private static Ports freePorts() throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < 5; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      int[] free = sockets.stream().mapToInt(ServerSocket::getLocalPort).toArray();
      return new Ports(free[0], free[1], free[2], free[3], free[4]);
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
  }

  private String addresses(ToIntFunction<Ports> port) {
    return ports.values().stream()
        .map(each -> "127.0.0.1:" + port.applyAsInt(each))
        .collect(Collectors.joining(","));
  }

  String tcpAddresses() {
    return addresses(Ports::tcp);
  }

  String kafkaAddresses() {
    return addresses(Ports::kafka);
  }

  int httpPort(int node) {
    return ports.get(node).http();
  }

  int size() {
    return ports.size();
  }

  Path data(int node) {
    return folder.resolve("node-" + node);
  }

  /** What a node prints. */
  String output(int node) {
    return nodes.get(node).output();
  }

  /** SIGKILL. */
  void kill(int node) throws InterruptedException {
    nodes.get(node).kill();
  }

  /** What a node answers over HTTP; empty if it does not. */
  JsonObject get(int node, String path) throws InterruptedException {
    try {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(uri(node, path)).timeout(ANSWER).GET().build(),
              HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() == 200 ? new JsonObject(answer.body()) : new JsonObject();
    } catch (IOException e) {
      return new JsonObject(); // It is down, or goes down at this moment.
    }
  }

  private URI uri(int node, String path) {
    return URI.create("http://127.0.0.1:" + httpPort(node) + path);
  }

  /** Waits until what a node answers is as wanted; returns it. */
  JsonObject await(int node, String path, Predicate<JsonObject> wanted, String what)
      throws InterruptedException {
    long deadline = System.nanoTime() + DEADLINE_NANOS;
    while (true) {
      JsonObject answer = get(node, path);
      if (!answer.isEmpty() && wanted.test(answer)) {
        return answer;
      }
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError(
            "not so in 2 minutes: %s; node %d says %s".formatted(what, node, answer.encode()));
      }
      LockSupport.parkNanos(50_000_000);
    }
  }

  /** Creates a topic at a node. */
  void createTopic(int node, String topic, int partitions) throws Exception {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(uri(node, "/v1/topics/" + topic))
                .header("Content-Type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        "{\"partitions\":%d}".formatted(partitions)))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() / 100 != 2) {
      throw new AssertionError(answer.statusCode() + " " + answer.body());
    }
  }

  @Override
  public void close() {
    nodes.values().forEach(BrokerProcess::close);
  }
}
