package io.millrace.endpoint.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bus.MemoryBudget;
import io.millrace.bus.NoGroups;
import io.millrace.endpoint.ConnectionLimits;
import io.millrace.endpoint.InMemoryMetadata;
import io.millrace.endpoint.InMemoryPartitions;
import io.millrace.endpoint.session.MemberClaims;
import io.millrace.model.Lease;
import io.millrace.model.Metrics;
import io.millrace.model.TimeSource;
import io.millrace.model.TopicName;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.protocol.kafka.ConsumerProtocolCodec;
import io.netty.util.ResourceLeakDetector;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A TCP endpoint on a free port, before partitions in memory. */
final class TcpFixture implements AutoCloseable {
  private static final long TIMEOUT_MS = 20_000;

  static {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
  }

  final InMemoryPartitions partitions = new InMemoryPartitions();
  final InMemoryMetadata metadata = new InMemoryMetadata(partitions);
  final Vertx vertx = Vertx.vertx();
  final MemoryBudget memory;
  final ConnectionLimits limits;
  private final TcpEndpoint endpoint;
  private final String deployment;
  private boolean stopped;

  TcpFixture(String... keyValues) {
    this(64 << 20, keyValues);
  }

  TcpFixture(long memoryBytes, String... keyValues) {
    Map<String, String> given = new HashMap<>();
    given.put("tcp.port", "0");
    for (int i = 0; i < keyValues.length; i += 2) {
      given.put(keyValues[i], keyValues[i + 1]);
    }
    SettingValues settings = BrokerSettings.of(given);
    memory = new MemoryBudget(memoryBytes);
    limits = new ConnectionLimits(settings);
    endpoint =
        new TcpEndpoint(
            new TcpServices(
                settings,
                limits,
                memory,
                Metrics.NONE,
                TimeSource.SYSTEM,
                () -> partitions,
                () -> metadata,
                NoGroups::new,
                new ConsumerProtocolCodec(),
                new MemberClaims(),
                Lease.ALWAYS,
                () -> 0,
                "test"));
    deployment = await(vertx.deployVerticle(endpoint));
    await(metadata.createTopic(new TopicName("t"), 1, Map.of(), false));
  }

  int port() {
    return endpoint.port();
  }

  static <T> T await(Future<T> future) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Waits until this holds. */
  static void until(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("did not happen in " + TIMEOUT_MS + " ms");
      }
      Thread.onSpinWait();
    }
  }

  /** Stops the endpoint as a node that ends does. */
  Future<Void> stop() {
    stopped = true;
    return vertx.undeploy(deployment);
  }

  /** Checks that nothing is held any more. */
  @Override
  public void close() {
    if (!stopped) {
      await(stop());
    }
    until(() -> limits.openNow() == 0);
    until(() -> memory.reservedBytes() == 0);
    await(vertx.close());
    assertThat(partitions.slicesHeld()).as("slices held").isZero();
  }
}
