package io.millrace.verticle;

import io.millrace.bus.Admission;
import io.millrace.bus.BusGroupClient;
import io.millrace.bus.BusLimits;
import io.millrace.bus.BusMetadataClient;
import io.millrace.bus.GroupClient;
import io.millrace.group.codec.GroupRecordCodec;
import io.millrace.log.segment.LogLimits;
import io.millrace.model.Metrics;
import io.millrace.model.TimeSource;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.image.TopicImage;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * How long the coordinators of a node take to be there again after many commits through a client,
 * on real verticles and files. One JVM writes, others load, since the JVM of a broker that starts
 * has compiled nothing yet. No test: {@code scripts/bench-groups.sh} runs it.
 */
final class GroupLoadBenchmark {
  private static final int PARTITIONS = 6;
  private static final TopicImage FLIGHTS = TestNode.topic("flights", 2, PARTITIONS, Map.of());
  private static final TopicImage OFFSETS =
      TestNode.topic(
          "__consumer_offsets",
          1,
          50,
          Map.of("segment.bytes", "1048576", "cleanup.policy", "compact"));

  private final SettingValues settings;
  private final SegmentedLogs logs;
  private final Map<String, String> given;
  private TestNode node;
  private String deployment;
  private GroupClient client;

  private GroupLoadBenchmark(Path root, String codec) {
    given = Map.of("offsets.topic.compression.codec", codec);
    settings = BrokerSettings.of(given);
    logs = new SegmentedLogs(root, LogLimits.of(settings));
  }

  /** The directory, and to write also: commits, groups, commits that wait, codec of batches. */
  public static void main(String[] args) throws Exception {
    Path root = Path.of(args[0]);
    if (args.length == 1) {
      new GroupLoadBenchmark(root, "0").load();
    } else {
      new GroupLoadBenchmark(root, args[4])
          .write(
              root, Long.parseLong(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]));
    }
  }

  private void write(Path root, long commits, int groups, int waiting) throws IOException {
    start();
    awaitLoaded();
    long begun = System.nanoTime();
    Writer writer = new Writer(commits, groups);
    node.call(
        () -> {
          for (int i = 0; i < waiting; i++) {
            writer.next();
          }
          return true;
        });
    writer.done.join();
    double seconds = (System.nanoTime() - begun) / 1e9;
    stop();
    System.out.printf(
        Locale.ROOT,
        "%d commits of %d groups, %d at a time: %.0f commits/s, %.1f MB of log left%n",
        commits,
        groups,
        waiting,
        commits / seconds,
        logBytes(root) / 1e6);
  }

  private void load() {
    start();
    long openedNanos = System.nanoTime();
    awaitLoaded();
    System.out.printf(
        Locale.ROOT,
        "restart: all %d coordinators are loaded after %d ms%n",
        OFFSETS.partitions().size(),
        (System.nanoTime() - openedNanos) / 1_000_000);
    stop();
  }

  private void start() {
    node = new TestNode(2, 2, logs, given);
    deployment =
        TestNode.get(
            node.vertx.deployVerticle(
                new GroupVerticle(
                    new GroupEnvironment(
                        TestNode.SELF,
                        node.bus,
                        BusLimits.of(settings),
                        node.admissions,
                        node.latest,
                        TestCoordinators.of(settings),
                        new GroupRecordCodec(),
                        settings,
                        TimeSource.SYSTEM,
                        Metrics.NONE))));
    Admission admission = BusGroupClient.newAdmission(settings);
    client =
        node.call(
            () ->
                new BusGroupClient(
                    node.loopBus,
                    new BusMetadataClient(node.loopBus, node.latest, 20_000),
                    admission,
                    settings));
    TestNode.get(node.publish(FLIGHTS, OFFSETS));
  }

  private void stop() {
    TestNode.get(node.vertx.undeploy(deployment));
    node.close();
  }

  /** A list is answered once every coordinator is loaded. */
  private void awaitLoaded() {
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    while (true) {
      try {
        list().toCompletionStage().toCompletableFuture().join();
        return;
      } catch (CompletionException e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
      }
    }
  }

  private Future<?> list() {
    return node.call(() -> client.list(Set.of(), Set.of(), TestNode.inMs(TestNode.FAR_MS)));
  }

  private static long logBytes(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> file.toString().endsWith(".log"))
          .mapToLong(file -> file.toFile().length())
          .sum();
    }
  }

  /** Commits one position after the other; used on the client's loop. */
  private final class Writer {
    final CompletableFuture<Boolean> done = new CompletableFuture<>();
    private final long commits;
    private final int groups;
    private long sent;
    private long answered;

    Writer(long commits, int groups) {
      this.commits = commits;
      this.groups = groups;
    }

    void next() {
      if (sent == commits) {
        return;
      }
      long number = sent++;
      client
          .ask(
              TestCoordinators.commit(
                  "group-" + number % groups,
                  "flights",
                  (int) (number / groups % PARTITIONS),
                  number / groups),
              TestNode.inMs(TestNode.FAR_MS))
          .answer()
          .onComplete(
              answer -> {
                if (answer.failed()) {
                  done.completeExceptionally(answer.cause());
                } else if (++answered == commits) {
                  done.complete(true);
                } else {
                  next();
                }
              });
    }
  }
}
