package io.millrace.cli;

import io.millrace.client.Consumer;
import io.millrace.client.ConsumerRecord;
import io.millrace.client.ConsumerSettings;
import io.millrace.client.RecordChunk;
import io.millrace.client.StartPosition;
import io.millrace.client.Subscription;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code bench consume}: reads a topic from its start as fast as it can, every record of it, and
 * says what it cost.
 */
@Command(
    name = "consume",
    description =
        "Read records from a topic's start and measure the rate and, given --broker-pid, the broker's CPU time.",
    sortOptions = false)
final class BenchConsumeCommand implements Callable<Integer> {
  private static final long MAX_LATENCY_US = 1_000;

  @Spec private CommandSpec spec;
  @Mixin private ClientOptions client;
  @Mixin private BenchOptions bench;

  @Parameters(
      index = "0",
      paramLabel = "TOPIC",
      description = "What to read; it must hold --warm-up plus --records records.")
  private String topic;

  @Option(
      names = "--via",
      paramLabel = "TRANSPORT",
      description = "tcp or websocket (default: ${DEFAULT-VALUE}).",
      defaultValue = "tcp")
  private String via;

  private final CountDownLatch warm = new CountDownLatch(1);
  private final CountDownLatch done = new CountDownLatch(1);
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private long read;
  private long bytes;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Map<String, String> settings = client.settings(Map.of("via", via));
    ConsumerSettings.of(settings);
    AdminSession.requireBroker(settings);
    Vertx vertx = CommandVertx.open();
    try {
      Consumer consumer = Consumer.create(vertx, settings);
      consumer.exceptionHandler(this::fail).chunkHandler(this::onChunk);
      consumer
          .subscribe(Subscription.topics(topic).from(StartPosition.earliest()))
          .onFailure(this::fail);
      warm.await();
      BrokerCost before = bench.brokerCost();
      long started = System.nanoTime();
      done.await();
      long nanos = System.nanoTime() - started;
      Throwable cause = failure.get();
      if (cause != null) {
        throw new IllegalStateException("reading failed: " + cause.getMessage(), cause);
      }
      new BenchResult(
              read - bench.warmUp(),
              bytes,
              nanos,
              new Histogram(MAX_LATENCY_US, 2),
              bench.brokerCost().since(before))
          .print(spec.commandLine().getOut(), bench.output());
      AdminSession.await(consumer.close());
    } finally {
      vertx.close();
    }
    return ExitCode.OK;
  }

  private void onChunk(RecordChunk chunk) {
    for (ConsumerRecord record : chunk) {
      read++;
      if (read > bench.warmUp() && record.value() != null) {
        bytes += record.value().remaining();
      }
    }
    if (read >= bench.warmUp()) {
      warm.countDown();
    }
    if (read >= bench.warmUp() + bench.records()) {
      done.countDown();
    }
  }

  private void fail(Throwable cause) {
    failure.compareAndSet(null, cause);
    warm.countDown();
    done.countDown();
  }
}
