package io.millrace.cli;

import io.millrace.client.BlockingConsumer;
import io.millrace.client.Consumer;
import io.millrace.client.ConsumerRecord;
import io.millrace.client.ConsumerSettings;
import io.millrace.client.Subscription;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.vertx.core.Vertx;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code consume}: writes a topic's records to standard output. */
@Command(
    name = "consume",
    description =
        "Write a topic's records to standard output, up to its end, or on and on with --follow.",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace consume flights --max 3",
      "  millrace consume flights --from latest --follow --format json",
      "  millrace consume flights --via websocket --from last:10",
      "  millrace consume flights --group delays --follow",
      "",
      "Without --follow a member of a group ends when it has read what it was assigned.",
      "Without --follow it fails if there is no broker for 10 s; --property reconnect.timeout.ms=MS",
      "sets another time, 0 for ever."
    })
final class ConsumeCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofMillis(200);
  private static final String NO_BROKER_MS = "10000";
  private static final int OUTPUT_BUFFER_BYTES = 1 << 16;

  @Spec private CommandSpec spec;
  @Mixin private ClientOptions client;

  @Parameters(index = "0", paramLabel = "TOPIC", description = "What to read.")
  private String topic;

  @Option(
      names = "--from",
      paramLabel = "WHERE",
      defaultValue = "earliest",
      description =
          "earliest, latest, an offset (with --partition), last:N, timestamp:T or resume:TOKEN (default: ${DEFAULT-VALUE}).")
  private String from;

  @Option(
      names = "--partition",
      paramLabel = "N",
      description = "Only this partition; may be repeated.")
  private List<Integer> partitions = new ArrayList<>();

  @Option(
      names = "--group",
      paramLabel = "GROUP",
      description =
          "As a member of this consumer group: reads its share from where the group is, or from"
              + " --from, and commits what it has written.")
  private @Nullable String group;

  @Option(names = "--max", paramLabel = "N", description = "Stop after so many records.")
  private long max = Long.MAX_VALUE;

  @Option(
      names = {"-f", "--follow"},
      description = "At the end wait for more, until --max or Ctrl-C.")
  private boolean follow;

  @Option(
      names = "--format",
      paramLabel = "FORM",
      defaultValue = "text",
      description =
          "text (partition@offset, key, value), json, or raw (values only) (default: ${DEFAULT-VALUE}).")
  private RecordForm form;

  @Option(
      names = "--via",
      paramLabel = "TRANSPORT",
      description = "tcp or websocket (default: ${DEFAULT-VALUE}).",
      defaultValue = "tcp")
  private String via;

  private final AtomicBoolean caughtUp = new AtomicBoolean();
  private long written;

  @Override
  public Integer call() throws InterruptedException {
    Subscription subscription = subscription();
    // Who follows waits for a broker that is away for a while; who reads to the end wants to know.
    String reconnectTimeoutMs = follow ? "0" : NO_BROKER_MS;
    Map<String, String> chosen = new HashMap<>();
    chosen.put("via", via);
    chosen.put("reconnect.timeout.ms", reconnectTimeoutMs);
    if (group != null) {
      chosen.put("group.id", group);
    }
    Map<String, String> settings = client.settings(chosen);
    ConsumerSettings.of(settings);
    AdminSession.requireBroker(settings);
    Vertx vertx = CommandVertx.open();
    // Not closed here: that would write once more to a reader that may be gone.
    OutputStream out =
        new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), OUTPUT_BUFFER_BYTES);
    try (BlockingConsumer consumer = BlockingConsumer.of(reader(vertx, settings))) {
      consumer.subscribe(subscription);
      copy(consumer, out);
    } finally {
      vertx.close();
    }
    return ExitCode.OK;
  }

  private Subscription subscription() {
    if (group != null && !partitions.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "--group gives out the partitions: leave --partition out");
    }
    Subscription all = Subscription.topics(topic);
    Subscription wanted =
        partitions.isEmpty()
            ? all
            : Subscription.partitions(topic, partitions.toArray(Integer[]::new));
    return wanted.from(StartOption.parse(from, topic, partitions));
  }

  private Consumer reader(Vertx vertx, Map<String, String> settings) {
    PrintWriter err = spec.commandLine().getErr();
    return Consumer.create(vertx, settings)
        .caughtUpHandler(end -> caughtUp.set(true))
        .gapHandler(
            gap -> {
              err.printf(
                  "millrace: %s-%d has no records from offset %d to %d any more (%s)%n",
                  gap.topic(), gap.partition(), gap.fromOffset(), gap.toOffset(), gap.cause());
              err.flush();
            });
  }

  private void copy(BlockingConsumer consumer, OutputStream out) throws InterruptedException {
    boolean atEnd = false;
    boolean isRead = true;
    while (written < max && !atEnd && isRead) {
      // Read before the poll: what was there when the end was reached is polled before the end is
      // believed.
      boolean endSeen = caughtUp.get();
      List<ConsumerRecord> records =
          consumer.poll(PATIENCE, (int) Math.min(Integer.MAX_VALUE, max - written));
      isRead = write(records, out);
      atEnd = !follow && endSeen && records.isEmpty();
    }
  }

  /**
   * False if nobody reads what is written any more, as when {@code head} has seen enough: an end
   * like any other.
   */
  private boolean write(List<ConsumerRecord> records, OutputStream out) {
    try {
      for (ConsumerRecord record : records) {
        form.write(record, out);
        written++;
      }
      out.flush();
      return true;
    } catch (IOException e) {
      if (String.valueOf(e.getMessage()).contains("Broken pipe")) {
        return false;
      }
      throw new StreamException(
          ErrorCode.STORAGE_ERROR, "standard output cannot be written: " + e.getMessage(), e);
    }
  }
}
