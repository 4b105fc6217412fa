package io.millrace.cli;

import io.millrace.client.TopicDetails;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code bench fanout}: many WebSocket consumers of one topic and one producer at a rate; every
 * consumer must get every message once.
 */
@Command(
    name = "fanout",
    description = {
      "Measure how one topic reaches many WebSocket consumers.",
      "",
      "One producer sends messages by TCP at a steady rate (acks=1, no linger); every consumer has a WebSocket of its own and "
          + "subscribes by URL, from=latest. First they are sent messages that do not count, until each consumer gets "
          + "some and --warm-up is over; then --rate x --seconds messages that do.",
      "",
      "Latency is measured in this process, from when a message was due to be sent (so waiting to send it counts) until its "
          + "bytes were read from a consumer's socket; over all deliveries. Lost is what a consumer did not get although later messages of "
          + "its partition came, or until nothing came any more for --patience; repeated is what came twice or out of order. "
          + "The consumers look for the messages in the frames and decode nothing else; their CPU time is printed too, to show whether "
          + "they held the broker back.",
      "",
      "With --system nats or jetstream the same messages go to a NATS server, for comparison: a stream FANOUT in files stores and "
          + "acknowledges each; --bootstrap-server is its client address, --http that of its WebSocket. Its consumers subscribe to "
          + "the subject (nats), or each is a push consumer of the stream (jetstream).",
      "",
      "The exit code is 1 if anything was lost or repeated."
    },
    sortOptions = false)
final class BenchFanoutCommand implements Callable<Integer> {
  private static final String MILLRACE = "millrace";
  private static final String NATS = "nats";
  private static final String JETSTREAM = "jetstream";
  private static final int DEFAULT_HTTP_PORT = 8080;
  private static final int DEFAULT_NATS_PORT = 4222;
  private static final int MAX_CONSUMERS = 60_000;

  @Spec private CommandSpec spec;
  @Mixin private ClientOptions client;

  @Option(
      names = "--http",
      paramLabel = "HOST:PORT",
      description = "The broker's HTTP address, for the consumers (default: ${DEFAULT-VALUE}).",
      defaultValue = "127.0.0.1:8080")
  private String http;

  @Option(
      names = "--system",
      paramLabel = "NAME",
      description = "millrace, nats or jetstream (default: ${DEFAULT-VALUE}).",
      defaultValue = MILLRACE)
  private String system;

  @Option(
      names = "--topic",
      paramLabel = "NAME",
      description =
          "Where to send; made, with one partition, if it does not exist (default: ${DEFAULT-VALUE}).",
      defaultValue = "bench-fanout")
  private String topic;

  @Option(
      names = "--consumers",
      paramLabel = "N",
      description = "WebSockets (default: ${DEFAULT-VALUE}).",
      defaultValue = "1000")
  private int consumers;

  @Option(
      names = "--rate",
      paramLabel = "PER_SECOND",
      description = "Messages sent a second; each is delivered to all (default: ${DEFAULT-VALUE}).",
      defaultValue = "100")
  private int rate;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "How long it is measured (default: ${DEFAULT-VALUE}).",
      defaultValue = "30")
  private int seconds;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      description = "How long before that it is not (default: ${DEFAULT-VALUE}).",
      defaultValue = "10")
  private int warmUpSeconds;

  @Option(
      names = "--size",
      paramLabel = "BYTES",
      description = "Bytes of each value (default: ${DEFAULT-VALUE}).",
      defaultValue = "100")
  private int sizeBytes;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "json or avro: the consumers' sub-protocol (default: ${DEFAULT-VALUE}).",
      defaultValue = "json")
  private String format;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that read for all consumers (default: ${DEFAULT-VALUE}).",
      defaultValue = "1")
  private int threads;

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      description =
          "When nothing was delivered for so long, what is missing is lost (default: ${DEFAULT-VALUE}).",
      defaultValue = "10")
  private int patienceSeconds;

  @Option(
      names = "--broker-pid",
      paramLabel = "PID",
      description = "Also measure this process: CPU seconds and memory (Linux).",
      defaultValue = "0")
  private long brokerPid;

  @Option(
      names = "--output",
      paramLabel = "FORM",
      description = "text or json (default: ${DEFAULT-VALUE}).",
      defaultValue = "text")
  private OutputForm output;

  @Override
  public Integer call() throws IOException, InterruptedException {
    requireUsable();
    if (!system.equals(MILLRACE)) {
      InetSocketAddress nats =
          address(client.bootstrapServer(), "--bootstrap-server", DEFAULT_NATS_PORT);
      FanoutTarget target = FanoutNats.target(http(), topic, system.equals(JETSTREAM));
      try (FanoutSink sink = FanoutNats.open(nats, topic)) {
        return run(sink, target);
      }
    }
    int partitions = partitions();
    FanoutTarget target =
        FanoutTarget.topic(http(), topic, "millrace." + format + ".v1", partitions);
    try (FanoutSink sink = FanoutTopic.open(producerSettings(), new TopicName(topic))) {
      return run(sink, target);
    }
  }

  private int run(FanoutSink sink, FanoutTarget target) throws IOException, InterruptedException {
    FanoutMarker marker = new FanoutMarker(new SplittableRandom().nextInt());
    int partitions = target.partitions();
    try (FanoutReaders readers = FanoutReaders.open(threads, consumers, target, marker)) {
      FanoutProducer source = new FanoutProducer(sink, partitions, marker, sizeBytes, rate);
      warmUp(source, readers, partitions);
      FanoutResult result = measure(source, readers);
      result.print(spec.commandLine().getOut(), output);
      return result.isComplete() ? ExitCode.OK : ExitCode.FAILED;
    }
  }

  private void requireUsable() {
    require(consumers > 0 && consumers <= MAX_CONSUMERS, "--consumers", "1 to " + MAX_CONSUMERS);
    require(rate > 0, "--rate", "at least 1");
    require(seconds > 0, "--seconds", "at least 1");
    require(warmUpSeconds >= 0, "--warm-up", "at least 0");
    require(patienceSeconds > 0, "--patience", "at least 1");
    require(threads > 0 && threads <= consumers, "--threads", "1 to the number of consumers");
    require(
        sizeBytes >= FanoutMarker.SIZE_BYTES,
        "--size",
        "at least " + FanoutMarker.SIZE_BYTES + ", the room for number and time");
    require(
        List.of(MILLRACE, NATS, JETSTREAM).contains(system),
        "--system",
        "millrace, nats or jetstream");
    require(format.equals("json") || format.equals("avro"), "--format", "json or avro");
  }

  private void require(boolean fine, String name, String expected) {
    if (!fine) {
      throw new ParameterException(
          spec.commandLine(), "Invalid value for option '" + name + "': expected " + expected);
    }
  }

  private InetSocketAddress http() {
    return address(http, "--http", DEFAULT_HTTP_PORT);
  }

  private InetSocketAddress address(String text, String option, int defaultPort) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? text : text.substring(0, colon);
    String port = colon < 0 ? Integer.toString(defaultPort) : text.substring(colon + 1);
    require(!host.isEmpty() && port.matches("[0-9]{1,5}"), option, "HOST:PORT");
    int number = Integer.parseInt(port);
    require(number > 0 && number <= 0xFFFF, option, "a port of 1 to 65535");
    return new InetSocketAddress(host, number);
  }

  private Map<String, String> producerSettings() {
    return client.settings(Map.of("acks", "1", "enable.idempotence", "false", "linger.ms", "0"));
  }

  /** How many the topic has, once it exists. */
  private int partitions() throws InterruptedException {
    TopicName name = new TopicName(topic);
    try (AdminSession session = new AdminSession(client)) {
      try {
        AdminSession.await(session.admin().createTopic(name, 1, Map.of(), false));
      } catch (StreamException e) {
        if (e.code() != ErrorCode.TOPIC_ALREADY_EXISTS) {
          throw e;
        }
      }
      List<TopicDetails> details =
          AdminSession.await(session.admin().describeTopics(List.of(name)));
      return details.get(0).partitions().size();
    }
  }

  private void warmUp(FanoutProducer source, FanoutReaders readers, int partitions)
      throws InterruptedException {
    long started = System.nanoTime();
    long wanted = (long) consumers * partitions;
    long patienceNanos = TimeUnit.SECONDS.toNanos(warmUpSeconds + (long) patienceSeconds);
    source.send((long) rate * warmUpSeconds);
    while (readers.joined() < wanted) {
      readers.requireHealthy();
      if (System.nanoTime() - started > patienceNanos) {
        throw new IllegalStateException(
            (wanted - readers.joined())
                + " of "
                + wanted
                + " consumers (times partitions) got no message at all");
      }
      source.send(partitions);
    }
  }

  private FanoutResult measure(FanoutProducer source, FanoutReaders readers)
      throws IOException, InterruptedException {
    long messages = (long) rate * seconds;
    readers.measureFrom(source.nextSequence());
    BrokerCost brokerBefore = BrokerCost.of(brokerPid);
    double clientBefore = ownCpuSeconds();
    long started = System.nanoTime();
    source.send(messages);
    double sendSeconds = (System.nanoTime() - started) / 1e9;
    readers.awaitDeliveries(messages * consumers, TimeUnit.SECONDS.toNanos(patienceSeconds));
    BrokerCost broker = BrokerCost.of(brokerPid).since(brokerBefore);
    double clientCpuSeconds = ownCpuSeconds() - clientBefore;
    source.requireAllSent();
    readers.end();
    return FanoutResult.of(
        readers, consumers, messages, started, sendSeconds, broker, clientCpuSeconds);
  }

  /** What this process has used; 0 where the system does not say. */
  private static double ownCpuSeconds() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
  }
}
