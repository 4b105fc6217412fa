package io.millrace.cluster;

import io.millrace.bus.Address;
import io.millrace.bus.Addresses;
import io.millrace.bus.LoopMail;
import io.millrace.bus.Peers;
import io.millrace.bus.ShardReply;
import io.millrace.bus.TypedBus;
import io.millrace.metrics.MicrometerMetrics;
import io.millrace.model.NodeId;
import io.millrace.model.config.BrokerSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** One node of a cluster in this process: discovery and bus, nothing above them. */
public final class BusNode implements AutoCloseable {
  static final long PATIENCE_SECONDS = 40;
  private static final long IN_FLIGHT_BYTES = 1 << 20;

  private final MicrometerMetrics metrics = new MicrometerMetrics(1, 1_000);
  private final ClusterNode node;
  private final Vertx vertx;
  private final TypedBus bus;
  private final BlockingQueue<PeerHint> hints = new LinkedBlockingQueue<>();
  private volatile boolean reachesOthers = true;
  private final BlockingQueue<Long> received = new LinkedBlockingQueue<>();

  public BusNode(int id, long starts, List<HostPort> seeds, Map<String, String> more) {
    List<String> all = new ArrayList<>(seeds.stream().map(HostPort::toString).toList());
    all.add("127.0.0.1:1");
    Map<String, String> settings = new java.util.HashMap<>(more);
    settings.putIfAbsent("node.id", Integer.toString(id));
    settings.putIfAbsent("cluster.seeds", String.join(",", all));
    settings.putIfAbsent("cluster.port", "0");
    settings.putIfAbsent("cluster.bus.port", "0");
    this.node =
        new ClusterNode(
            ClusterConfig.of(BrokerSettings.of(settings)),
            Optional.empty(),
            Optional.of(new NodeId(id)),
            new NodeStarts("dir-" + id, starts, Optional.empty()));
    node.onHint(hints::add);
    this.vertx =
        await(
            node.start(
                new VertxOptions().setEventLoopPoolSize(1),
                options -> Vertx.builder().with(options)));
    this.bus =
        new TypedBus(
            vertx,
            new Peers() {
              @Override
              public String selfKey() {
                return node.routes().selfKey();
              }

              @Override
              public boolean hasRoute(String key) {
                return node.routes().isSelf(key) || reachesOthers && node.routes().hasRoute(key);
              }
            },
            IN_FLIGHT_BYTES,
            metrics);
  }

  static Map<String, String> tls(String certificate) {
    return Map.of(
        "cluster.tls.certificate", file("cluster-node-" + certificate + "-test-only.cert.pem"),
        "cluster.tls.key", file("cluster-node-" + certificate + "-test-only.key.pem"),
        "cluster.tls.ca", file("cluster-ca-test-only.cert.pem"));
  }

  static String file(String name) {
    return Path.of("src/test/resources/tls", name).toAbsolutePath().toString();
  }

  public static <T> T await(Future<T> future) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  public static void until(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("did not happen in " + PATIENCE_SECONDS + " s");
      }
      Thread.onSpinWait();
    }
  }

  public ClusterNode node() {
    return node;
  }

  public Vertx vertx() {
    return vertx;
  }

  public TypedBus bus() {
    return bus;
  }

  public HostPort discovery() {
    return node.config().discovery();
  }

  HostPort busAddress() {
    return node.config().bus();
  }

  private Address<LoopMail> loop(int number) {
    return Addresses.nodeLoop(node.routes().selfKey(), number);
  }

  /** Whether what this node sends from now on reaches others. */
  public void setReachesOthers(boolean reaches) {
    reachesOthers = reaches;
  }

  /** Takes what is sent to one of its loops. */
  void listen(int loop) {
    bus.consume(loop(loop), mail -> mail.replies().forEach(r -> received.add(r.correlationId())));
  }

  /** Sends to a loop of another node; false if that is refused. */
  boolean send(int node, int loop, long what) {
    return bus.sender(Addresses.nodeLoop(Integer.toString(node), loop))
        .send(new LoopMail(List.of(new ShardReply.Woken(what))));
  }

  long receive() throws InterruptedException {
    Long next = received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("nothing came in " + PATIENCE_SECONDS + " s");
    }
    return next;
  }

  boolean isSilent() {
    return received.isEmpty();
  }

  PeerHint hint(PeerHint.Kind kind) throws InterruptedException {
    while (true) {
      PeerHint next = hints.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("no hint came in " + PATIENCE_SECONDS + " s");
      }
      if (next.kind() == kind) {
        return next;
      }
    }
  }

  /** What it has measured. */
  String meters() {
    return metrics.scrape();
  }

  @Override
  public void close() {
    await(vertx.close());
    metrics.close();
  }
}
