package io.millrace.endpoint.kafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;

/** Whole brokers in this process that form a cluster: numbers from 1, each in a rack of its own. */
final class KafkaCluster implements AutoCloseable {
  private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final Path folder;
  private final List<KafkaBroker> brokers = new ArrayList<>();
  private final Admin admin;

  KafkaCluster(Path folder, int size, String... keyValues) {
    this.folder = folder;
    List<Integer> ports = freePorts(3 * size);
    StringBuilder seeds = new StringBuilder();
    for (int i = 0; i < size; i++) {
      seeds.append(i == 0 ? "" : ",").append("127.0.0.1:").append(ports.get(i));
    }
    // None is ready before it has heard from the others.
    ExecutorService starting = Executors.newFixedThreadPool(size);
    List<Future<KafkaBroker>> started = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      List<String> settings = new ArrayList<>(List.of(keyValues));
      settings.addAll(List.of("node.id", Integer.toString(i + 1), "broker.rack", rack(i + 1)));
      settings.addAll(List.of("cluster.seeds", seeds.toString()));
      settings.addAll(List.of("cluster.port", ports.get(i).toString()));
      settings.addAll(List.of("cluster.bus.port", ports.get(size + i).toString()));
      settings.addAll(List.of("kafka.port", ports.get(2 * size + i).toString()));
      Path data = data(i + 1);
      started.add(starting.submit(() -> new KafkaBroker(data, settings.toArray(new String[0]))));
    }
    starting.shutdown();
    until("all brokers are ready", () -> areReady(started));
    started.forEach(broker -> brokers.add(KafkaBroker.await(broker)));
    admin = Admin.create(client());
    until("all brokers are known", () -> nodes().size() == size);
  }

  /** Fails if one could not start. */
  private static boolean areReady(List<Future<KafkaBroker>> brokers) throws Exception {
    boolean all = true;
    for (Future<KafkaBroker> broker : brokers) {
      all &= broker.isDone();
      if (broker.isDone()) {
        broker.get();
      }
    }
    return all;
  }

  private static List<Integer> freePorts(int count) {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      List<Integer> ports = sockets.stream().map(ServerSocket::getLocalPort).toList();
      for (ServerSocket socket : sockets) {
        socket.close();
      }
      return ports;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String rack(int node) {
    return "rack-" + node;
  }

  Path data(int node) {
    return folder.resolve("node-" + node);
  }

  int port(int node) {
    return brokers.get(node - 1).port();
  }

  Admin admin() {
    return admin;
  }

  /** The least that a client of the cluster needs to know. */
  Properties client() {
    Properties properties = new Properties();
    List<String> addresses = brokers.stream().map(broker -> "127.0.0.1:" + broker.port()).toList();
    properties.put("bootstrap.servers", String.join(",", addresses));
    properties.put("metadata.max.age.ms", "1000");
    properties.put("retry.backoff.ms", "50");
    return properties;
  }

  private List<Node> nodes() {
    return List.copyOf(KafkaBroker.await(admin.describeCluster().nodes()));
  }

  /** The first partition of a topic, once every broker knows it and sees it so. */
  MetadataResponsePartition partition(String topic, Predicate<MetadataResponsePartition> wanted) {
    AtomicReference<MetadataResponsePartition> seen = new AtomicReference<>();
    until(
        "every broker sees " + topic + " as wanted",
        () -> {
          for (KafkaBroker broker : brokers) {
            seen.set(seenBy(broker, topic));
            if (!wanted.test(seen.get())) {
              return false;
            }
          }
          return true;
        });
    return seen.get();
  }

  MetadataResponsePartition partition(String topic) {
    return partition(topic, any -> true);
  }

  private static MetadataResponsePartition seenBy(KafkaBroker broker, String topic)
      throws IOException {
    MetadataRequestData request =
        new MetadataRequestData()
            .setAllowAutoTopicCreation(false)
            .setTopics(List.of(new MetadataRequestTopic().setName(topic)));
    try (RawKafkaClient client = new RawKafkaClient("127.0.0.1", broker.port())) {
      client.send(ApiMessageType.METADATA, 9, 1, request);
      MetadataResponseData answer =
          (MetadataResponseData) client.receive(ApiMessageType.METADATA, 9, 1);
      return answer.topics().find(topic).partitions().stream()
          .filter(partition -> partition.partitionIndex() == 0)
          .findFirst()
          .orElseThrow();
    }
  }

  /** Something that may throw anything. */
  @FunctionalInterface
  interface Condition {
    boolean holds() throws Exception;
  }

  /** Waits until this holds; what it throws on the way counts as no. */
  static void until(String what, Condition condition) {
    long deadline = System.nanoTime() + DEADLINE_NANOS;
    AssertionError last = new AssertionError("not so in a minute: " + what);
    while (System.nanoTime() - deadline < 0) {
      try {
        if (condition.holds()) {
          return;
        }
      } catch (ExecutionException e) {
        throw new AssertionError(what, e);
      } catch (Exception | AssertionError e) {
        last = new AssertionError("not so in a minute: " + what, e);
      }
      LockSupport.parkNanos(20_000_000);
    }
    throw last;
  }

  @Override
  public void close() {
    admin.close();
    brokers.forEach(KafkaBroker::close);
  }
}
