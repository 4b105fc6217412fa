package io.millrace.endpoint.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bus.MemoryBudget;
import io.millrace.endpoint.ConnectionLimits;
import io.millrace.endpoint.InMemoryMetadata;
import io.millrace.endpoint.InMemoryPartitions;
import io.millrace.model.Metrics;
import io.millrace.model.TimeSource;
import io.millrace.model.TopicName;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.image.TopicImage;
import io.netty.util.ResourceLeakDetector;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A Kafka endpoint on a free port, before partitions in memory and scripted coordinators. */
final class KafkaFixture implements AutoCloseable {
  static {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
  }

  final InMemoryPartitions partitions = new InMemoryPartitions();
  final InMemoryMetadata metadata = new InMemoryMetadata(partitions);
  final ScriptedGroups groups = new ScriptedGroups();
  final TopicImage topic;
  private final Vertx vertx = Vertx.vertx();
  final MemoryBudget memory;
  final ConnectionLimits limits;
  final FetchSessionSlots fetchSessions;
  private final KafkaEndpoint endpoint;
  private final String deployment;

  KafkaFixture(String... keyValues) {
    this(64 << 20, keyValues);
  }

  KafkaFixture(long memoryBytes, String... keyValues) {
    memory = new MemoryBudget(memoryBytes);
    Map<String, String> given = new HashMap<>();
    given.put("kafka.port", "0");
    given.put("kafka.host", "127.0.0.1");
    for (int i = 0; i < keyValues.length; i += 2) {
      given.put(keyValues[i], keyValues[i + 1]);
    }
    SettingValues settings = BrokerSettings.of(given);
    limits = new ConnectionLimits(settings);
    fetchSessions = new FetchSessionSlots(settings);
    endpoint =
        new KafkaEndpoint(
            new KafkaServices(
                settings,
                limits,
                memory,
                Metrics.NONE,
                TimeSource.SYSTEM,
                () -> partitions,
                () -> metadata,
                Optional.of(() -> groups),
                fetchSessions,
                () -> 0));
    deployment = await(vertx.deployVerticle(endpoint));
    topic = await(metadata.createTopic(new TopicName("t"), 3, Map.of(), false));
  }

  int port() {
    return endpoint.port();
  }

  RawKafkaClient connect() throws Exception {
    return new RawKafkaClient("127.0.0.1", endpoint.port());
  }

  static <T> T await(Future<T> future) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(KafkaBroker.TIMEOUT_MS, TimeUnit.MILLISECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Waits until this holds. */
  static void until(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(KafkaBroker.TIMEOUT_MS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("did not happen in " + KafkaBroker.TIMEOUT_MS + " ms");
      }
      Thread.onSpinWait();
    }
  }

  /** Stops, and checks that nothing is held any more. */
  @Override
  public void close() {
    await(vertx.undeploy(deployment));
    until(() -> limits.openNow() == 0);
    until(() -> memory.reservedBytes() == 0);
    until(() -> fetchSessions.sessions() == 0 && fetchSessions.partitions() == 0);
    await(vertx.close());
    assertThat(partitions.slicesHeld()).as("slices held").isZero();
  }
}
