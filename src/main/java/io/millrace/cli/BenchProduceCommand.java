package io.millrace.cli;

import io.millrace.client.BlockingProducer;
import io.millrace.client.ProducerRecord;
import io.millrace.client.ProducerSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code bench produce}: sends made-up records as fast as it can, or at a rate, and says what it
 * cost.
 */
@Command(
    name = "produce",
    description =
        "Send records of random letters and measure rate, latency and, given --broker-pid, the broker's CPU time.",
    sortOptions = false)
final class BenchProduceCommand implements Callable<Integer> {
  private static final int DISTINCT_VALUES = 1_000;
  private static final long MAX_LATENCY_US = TimeUnit.MINUTES.toMicros(10);

  @Spec private CommandSpec spec;
  @Mixin private ClientOptions client;
  @Mixin private BenchOptions bench;

  @Parameters(
      index = "0",
      paramLabel = "TOPIC",
      description = "Where to send; the topic must exist.")
  private String topic;

  @Option(
      names = "--record-size",
      paramLabel = "BYTES",
      description = "Bytes of each value (default: ${DEFAULT-VALUE}).",
      defaultValue = "1024")
  private int recordSizeBytes;

  @Option(
      names = "--batch-size",
      paramLabel = "BYTES",
      description = "batch.size (default: ${DEFAULT-VALUE}).",
      defaultValue = "16384")
  private int batchSizeBytes;

  @Option(
      names = "--linger",
      paramLabel = "MS",
      description = "linger.ms (default: ${DEFAULT-VALUE}).",
      defaultValue = "0")
  private int lingerMs;

  @Option(
      names = "--acks",
      paramLabel = "0|1|all",
      description = "When a record counts as sent (default: ${DEFAULT-VALUE}).",
      defaultValue = "1")
  private String acks;

  @Option(
      names = "--compression",
      paramLabel = "TYPE",
      description = "none, gzip, snappy, lz4 or zstd (default: ${DEFAULT-VALUE}).",
      defaultValue = "none")
  private String compression;

  @Option(
      names = "--rate",
      paramLabel = "PER_SECOND",
      description = "Records a second; 0 for as many as possible (default: ${DEFAULT-VALUE}).",
      defaultValue = "0")
  private int rate;

  private final ConcurrentHistogram latencyUs = new ConcurrentHistogram(MAX_LATENCY_US, 3);
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  @Override
  public Integer call() throws IOException, InterruptedException {
    ProducerSettings.of(settings());
    AdminSession.requireBroker(settings());
    List<ByteBuffer> values = values();
    try (BlockingProducer producer = BlockingProducer.open(settings())) {
      send(producer, values, bench.warmUp());
      producer.flush();
      latencyUs.reset();
      BrokerCost before = bench.brokerCost();
      long started = System.nanoTime();
      send(producer, values, bench.records());
      producer.flush();
      long nanos = System.nanoTime() - started;
      Throwable cause = failure.get();
      if (cause != null) {
        throw new IllegalStateException("a record was not sent: " + cause.getMessage(), cause);
      }
      BenchResult result =
          new BenchResult(
              bench.records(),
              bench.records() * recordSizeBytes,
              nanos,
              latencyUs,
              bench.brokerCost().since(before));
      result.print(spec.commandLine().getOut(), bench.output());
    }
    return ExitCode.OK;
  }

  private Map<String, String> settings() {
    Map<String, String> chosen = new LinkedHashMap<>();
    chosen.put("acks", acks);
    chosen.put("enable.idempotence", Boolean.toString(acks.equals("all")));
    chosen.put("compression.type", compression);
    chosen.put("batch.size", Integer.toString(batchSizeBytes));
    chosen.put("linger.ms", Integer.toString(lingerMs));
    return client.settings(chosen);
  }

  private List<ByteBuffer> values() {
    SplittableRandom random = new SplittableRandom(7);
    return java.util.stream.IntStream.range(0, DISTINCT_VALUES)
        .mapToObj(
            i -> {
              ByteBuffer value = ByteBuffer.allocate(recordSizeBytes);
              while (value.hasRemaining()) {
                value.put((byte) ('A' + random.nextInt(26)));
              }
              return value.flip();
            })
        .toList();
  }

  private void send(BlockingProducer producer, List<ByteBuffer> values, long records)
      throws InterruptedException {
    long start = System.nanoTime();
    for (long i = 0; i < records && failure.get() == null; i++) {
      long due = rate == 0 ? System.nanoTime() : start + i * TimeUnit.SECONDS.toNanos(1) / rate;
      for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
        LockSupport.parkNanos(wait);
      }
      ProducerRecord record =
          new ProducerRecord(topic, null, values.get((int) (i % DISTINCT_VALUES)).duplicate());
      // Its outcome, also a failure, is seen by acknowledge.
      var unused = producer.send(record).whenComplete((metadata, cause) -> acknowledge(cause, due));
    }
  }

  private void acknowledge(@Nullable Throwable cause, long sentNanos) {
    if (cause == null) {
      latencyUs.recordValue(Math.min(MAX_LATENCY_US, (System.nanoTime() - sentNanos) / 1_000));
    } else {
      failure.compareAndSet(null, cause);
    }
  }
}
