package io.millrace.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.client.BlockingConsumer;
import io.millrace.client.Subscription;
import io.millrace.process.CommandRun.Result;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every command of the jar, against a broker that is a process too. Most of the time a command
 * starts, so some tests run beside each other; each has topics and groups of its own.
 */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class CommandLineIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NOBODY = "127.0.0.1:1";

  @TempDir private static Path data;
  private static BrokerProcess broker;

  @TempDir private Path temp;

  @BeforeAll
  static void startBroker() throws Exception {
    broker = BrokerProcess.start(data.resolve("data"));
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @Test
  void shouldCreateListDescribeAlterAndDeleteTopics() throws Exception {
    // when
    String created = done("topic", "create", "orders", "--partitions", "3");
    String list = done("topic", "list");
    JsonNode listed = JSON.readTree(done("topic", "list", "--output", "json"));
    String altered =
        done("topic", "alter", "orders", "--config", "retention.ms=3600000", "--partitions", "4");
    String described = done("topic", "describe", "orders");
    JsonNode details = JSON.readTree(done("topic", "describe", "orders", "--output", "json"));
    String deleted = done("topic", "delete", "orders");
    Result gone = talk("topic", "describe", "orders");

    // then
    assertThat(created).isEqualTo("created: orders with 3 partitions\n");
    assertThat(list).startsWith("TOPIC").containsPattern("orders +3 +0 +defaults");
    assertThat(listed.findValuesAsText("name")).contains("orders");
    assertThat(altered).contains("retention.ms=3600000").contains("orders has 4 partitions");
    assertThat(described).contains("4 partitions", "retention.ms=3600000", "PARTITION");
    assertThat(details.get("partitions")).hasSize(4);
    assertThat(details.get("settings").get("retention.ms").asText()).isEqualTo("3600000");
    assertThat(deleted).isEqualTo("deleted: orders\n");
    assertFailed(gone, 1, "UNKNOWN_TOPIC_OR_PARTITION");
  }

  @Test
  void shouldGiveBackEveryByteWhateverTheCompressionAndAcks() throws Exception {
    // given
    done("topic", "create", "bytes", "--partitions", "1");
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    lines.writeBytes(new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1, (byte) 0xc3, '\n', '\n', '\n'});
    lines.writeBytes("with a carriage return\r\n\r\nünïcödé\n".getBytes(StandardCharsets.UTF_8));
    lines.writeBytes(("x".repeat(100_000) + "\n").getBytes(StandardCharsets.UTF_8));
    byte[] input = lines.toByteArray();
    Path file = Files.write(temp.resolve("lines"), input);

    // when
    String summary = done("produce", "bytes", file.toString());
    pass(input, "produce", "bytes", "--compression", "gzip", "--acks", "1");
    pass(input, "produce", "bytes", "--compression", "snappy", "--acks", "all");
    pass(input, "produce", "bytes", "--compression", "lz4");
    String last = done("produce", "bytes", file.toString(), "--compression", "zstd", "--acks", "0");
    byte[] output = bytes("consume", "bytes", "--format", "raw", "--follow", "--max", "35");

    // then
    assertThat(summary).contains("7 records").contains("all acknowledged");
    assertThat(last).contains("not acknowledged: acks=0");
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    IntStream.range(0, 5).forEach(i -> expected.writeBytes(input));
    assertThat(output).isEqualTo(expected.toByteArray());
  }

  @Test
  void shouldTakeKeysFromAFieldAndFromBeforeASeparator() throws Exception {
    // given
    done("topic", "create", "keyed", "--partitions", "1");

    // when
    pass(utf8("{\"id\":7,\"n\":1}\n"), "produce", "keyed", "--key-field", "id");
    pass(utf8("ATL::late::very\n"), "produce", "keyed", "--key-separator", "::");
    Result missing = talk(utf8("a:b\nnone\n"), "produce", "keyed", "--key-separator", "=");
    List<String> json = done("consume", "keyed", "--format", "json").lines().toList();
    String text = done("consume", "keyed");

    // then
    assertThat(JSON.readTree(json.get(0)).get("key").asText()).isEqualTo("7");
    assertThat(JSON.readTree(json.get(0)).get("value").asText()).isEqualTo("{\"id\":7,\"n\":1}");
    assertThat(JSON.readTree(json.get(1)).get("key").asText()).isEqualTo("ATL");
    assertThat(text).isEqualTo("0@0\t7\t{\"id\":7,\"n\":1}\n0@1\tATL\tlate::very\n");
    assertFailed(missing, 1, "line 1 has no '='");
  }

  @Test
  void shouldReadFromWhereItIsTold() throws Exception {
    // given
    done("topic", "create", "places", "--partitions", "1");
    pass(utf8(numbers(0, 10)), "produce", "places");

    // then
    assertThat(raw("places")).isEqualTo(numbers(0, 10));
    assertThat(raw("places", "--max", "4")).isEqualTo(numbers(0, 4));
    assertThat(raw("places", "--from", "7", "--partition", "0")).isEqualTo(numbers(7, 10));
    assertThat(raw("places", "--from", "last:2")).isEqualTo(numbers(8, 10));
    assertThat(raw("places", "--from", "timestamp:2001-01-01T00:00:00Z")).isEqualTo(numbers(0, 10));
    assertThat(raw("places", "--from", "latest")).isEmpty();
    Result webSocket =
        CommandRun.run("consume", "places", "--via", "websocket", "--format", "raw", "-b", http());
    assertThat(webSocket.err()).isEmpty();
    assertThat(webSocket.out()).isEqualTo(numbers(0, 10));
    assertFailed(talk("consume", "places", "--from", "somewhere"), 1, "--from is 'somewhere'");
  }

  @Test
  void shouldFollowUpToTheMaximum() throws Exception {
    // given
    done("topic", "create", "followed", "--partitions", "1");
    pass(utf8(numbers(0, 2)), "produce", "followed");

    // when
    try (CommandRun reader =
        CommandRun.start(
            new byte[0],
            withBroker("consume", "followed", "--format", "raw", "--follow", "--max", "5"))) {
      pass(utf8(numbers(2, 5)), "produce", "followed");
      Result result = reader.result();

      // then
      assertThat(result.err()).isEmpty();
      assertThat(result.exitCode()).isZero();
      assertThat(result.out()).isEqualTo(numbers(0, 5));
    }
  }

  @Test
  void shouldListDescribeResetAndDeleteGroups() throws Exception {
    // given
    done("topic", "create", "grouped", "--partitions", "1");
    pass(utf8(numbers(0, 10)), "produce", "grouped");
    String first = raw("grouped", "--group", "readers", "--max", "4");

    // when
    String list = done("group", "list");
    JsonNode described = JSON.readTree(done("group", "describe", "readers", "--output", "json"));
    String tried =
        done("group", "reset", "readers", "--topic", "grouped", "--shift-by", "-3", "--dry-run");
    String rest = raw("grouped", "--group", "readers");
    String reset = done("group", "reset", "readers", "--topic", "grouped", "--to-offset", "8");
    String again = raw("grouped", "--group", "readers");
    String table = done("group", "describe", "readers");
    String forgotten = done("group", "delete-offsets", "readers", "--topic", "grouped");
    String nothing = done("group", "delete-offsets", "readers", "--topic", "grouped");
    String fromStart = raw("grouped", "--group", "readers");
    String deleted = done("group", "delete", "readers");

    // then
    assertThat(first).isEqualTo(numbers(0, 4));
    assertThat(list).startsWith("GROUP").containsPattern("readers +consumer +Empty +0");
    assertThat(described.get("partitions").get(0).get("committed").asLong()).isEqualTo(4);
    assertThat(described.get("partitions").get(0).get("lag").asLong()).isEqualTo(6);
    assertThat(tried).startsWith("would be reset: readers").containsPattern("0 +4 +1 +10 +9");
    assertThat(rest).isEqualTo(numbers(4, 10));
    assertThat(reset).startsWith("reset: readers").containsPattern("0 +10 +8 +10 +2");
    assertThat(again).isEqualTo(numbers(8, 10));
    assertThat(table).contains("no members").containsPattern("grouped +0 +10 +10 +0 +-");
    assertThat(forgotten)
        .startsWith("positions deleted: readers")
        .containsPattern("grouped +0 +10");
    assertThat(nothing).isEqualTo("no positions: readers has none in grouped\n");
    assertThat(fromStart).isEqualTo(numbers(0, 10));
    assertThat(deleted).isEqualTo("deleted: readers\n");
    assertFailed(talk("group", "describe", "readers"), 1, "GROUP_ID_NOT_FOUND");
    assertFailed(talk("group", "delete", "readers"), 1, "GROUP_ID_NOT_FOUND");
  }

  @Test
  void shouldRefuseToResetOrDeleteAGroupThatHasMembers() throws Exception {
    // given
    done("topic", "create", "busy", "--partitions", "2");
    pass(utf8(numbers(0, 1)), "produce", "busy");
    try (BlockingConsumer member =
        BlockingConsumer.open(
            Map.of(
                "bootstrap.servers",
                "127.0.0.1:" + broker.tcpPort(),
                "group.id",
                "workers",
                "client.id",
                "worker",
                "auto.offset.reset",
                "earliest"))) {
      member.subscribe(Subscription.topics("busy"));
      assertThat(member.poll(Duration.ofSeconds(30))).hasSize(1);

      // when
      JsonNode described = JSON.readTree(done("group", "describe", "workers", "--output", "json"));
      String table = done("group", "describe", "workers");
      Result reset = talk("group", "reset", "workers", "--topic", "busy", "--to-latest");
      Result forgotten = talk("group", "delete-offsets", "workers", "--topic", "busy");
      Result deleted = talk("group", "delete", "workers");

      // then
      JsonNode found = described.get("members").get(0);
      assertThat(found.get("clientId").asText()).isEqualTo("worker");
      assertThat(found.get("clientHost").asText()).contains("127.0.0.1");
      assertThat(found.get("assignment")).hasSize(2);
      assertThat(described.get("partitions").findValuesAsText("memberId"))
          .containsOnly(found.get("memberId").asText());
      assertThat(table).contains("busy 0,1").contains("last rebalance: ");
      assertFailed(reset, 1, "group 'workers' has 1 member");
      assertThat(reset.err()).contains("[NON_EMPTY_GROUP]");
      assertFailed(forgotten, 1, "GROUP_SUBSCRIBED_TO_TOPIC");
      assertFailed(deleted, 1, "NON_EMPTY_GROUP");
    }
  }

  @Test
  void shouldSayWhatIsWrongWithAGroupCommand() throws Exception {
    // given
    done("topic", "create", "plain", "--partitions", "1");

    // then
    assertThat(CommandRun.run("group").exitCode()).isEqualTo(2);
    Result nowhere = CommandRun.run("group", "reset", "g", "--topic", "plain");
    assertThat(nowhere.exitCode()).isEqualTo(2);
    assertThat(nowhere.err()).contains("--to-earliest");
    Result time =
        CommandRun.run("group", "reset", "g", "--topic", "plain", "--to-datetime", "yesterday");
    assertThat(time.exitCode()).isEqualTo(2);
    assertThat(time.err()).contains("expected a time with a zone");
    assertThat(CommandRun.run("consume", "plain", "--group", "g", "--partition", "0").exitCode())
        .isEqualTo(2);
    assertFailed(
        talk("group", "reset", "g", "--topic", "plain", "--partitions", "0,3", "--to-latest"),
        1,
        "has no partition 3");
    assertFailed(
        talk("group", "reset", "g", "--topic", "plain", "--shift-by", "1"), 1, "no position in");
    assertThat(CommandRun.run("group", "delete-offsets", "g").exitCode()).isEqualTo(2);
    assertFailed(
        talk("group", "delete-offsets", "g", "--topic", "plain", "--partitions", "7"),
        1,
        "has no partition 7");
    assertFailed(talk("group", "delete-offsets", "g", "--topic", "plain"), 1, "GROUP_ID_NOT_FOUND");
  }

  @Test
  void shouldEndQuietlyWhenNobodyReadsItsOutputAnyMore() throws Exception {
    // given
    done("topic", "create", "piped", "--partitions", "1");
    String lines =
        IntStream.range(0, 20_000)
            .mapToObj(i -> i + "x".repeat(100))
            .collect(Collectors.joining("\n"));
    pass(utf8(lines), "produce", "piped");

    // when
    Result result = CommandRun.pipe("head -n 1", withBroker("consume", "piped", "--format", "raw"));

    // then
    assertThat(result.err()).isEmpty();
    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).isEqualTo("0" + "x".repeat(100) + "\n");
  }

  @Test
  void shouldMeasureProducingAndConsuming() throws Exception {
    // given
    done("topic", "create", "measured", "--partitions", "2");

    // when
    String produced =
        done(
            "bench",
            "produce",
            "measured",
            "--records",
            "300",
            "--warm-up",
            "100",
            "--record-size",
            "50",
            "--output",
            "json");
    String consumed =
        done(
            "bench",
            "consume",
            "measured",
            "--records",
            "300",
            "--warm-up",
            "100",
            "--output",
            "json");

    // then
    assertThat(JSON.readTree(produced).get("records").asLong()).isEqualTo(300);
    assertThat(JSON.readTree(consumed).get("records").asLong()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "avro"})
  void shouldMeasureHowMuchReachesManyConsumers(String format) throws Exception {
    // given
    done("topic", "create", "fanned-" + format, "--partitions", "2");

    // when
    JsonNode result =
        JSON.readTree(done(fanout("fanned-" + format, "--http", http(), "--format", format)));
    Result wrong = talk(fanout("fanned-" + format, "--format", "xml"));
    Result nobody = talk(fanout("fanned-" + format, "--http", NOBODY));

    // then
    assertThat(result.get("deliveries").asLong()).isEqualTo(20 * 50);
    assertThat(result.get("lost").asLong() + result.get("repeated").asLong()).isZero();
    assertThat(result.get("latencyMs").get("p50").asDouble()).isPositive();
    assertThat(wrong.exitCode()).isEqualTo(2);
    assertThat(wrong.err()).contains("'--format': expected json or avro");
    assertFailed(nobody, 4, "no broker answers HTTP at " + NOBODY);
  }

  private static String[] fanout(String topic, String... more) {
    String[] usual = {"bench", "fanout", "--topic", topic, "--output", "json"};
    String[] small = {"--consumers", "20", "--rate", "50", "--seconds", "1", "--warm-up", "0"};
    return Stream.of(usual, small, more).flatMap(Stream::of).toArray(String[]::new);
  }

  @Test
  void shouldShowAndCheckTheFilesOfALog() throws Exception {
    // given
    Path stopped = temp.resolve("stopped");
    try (BrokerProcess other = BrokerProcess.start(stopped)) {
      String address = "127.0.0.1:" + other.tcpPort();
      CommandRun.run("topic", "create", "files", "--partitions", "1", "-b", address);
      CommandRun.run(utf8(numbers(0, 10)), "produce", "files", "-b", address);
      assertThat(other.terminate()).isZero();
    }

    // when
    Result dump = CommandRun.run("log", "dump", "--records", stopped.toString());
    Result good = CommandRun.run("log", "verify", stopped.toString());
    flipLastByte(stopped);
    Result bad = CommandRun.run("log", "verify", stopped.toString());
    Result nothing = CommandRun.run("log", "verify", temp.resolve("nothing").toString());

    // then
    assertThat(dump.exitCode()).as(dump.err()).isZero();
    assertThat(dump.out()).contains(".log");
    assertThat(good.out()).contains("10 records").contains("all good");
    assertThat(good.exitCode()).isZero();
    assertThat(bad.exitCode()).as(bad.out()).isEqualTo(3);
    assertThat(bad.out()).contains("1 damaged places");
    assertFailed(nothing, 1, "there is nothing at");
  }

  @Test
  void shouldSayThatTheCommandLineIsWrong() throws Exception {
    // then
    assertThat(CommandRun.run("version").out()).startsWith("millrace ");
    assertThat(CommandRun.run("topic").exitCode()).isEqualTo(2);
    Result unknown = CommandRun.run("consume", "places", "--form", "raw");
    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.err()).startsWith("millrace: ").contains("--form");
    assertThat(CommandRun.run("produce").exitCode()).isEqualTo(2);
  }

  @Test
  void shouldEndAReadWhoseBrokerDiesInTheMiddle() throws Exception {
    // given
    done("topic", "create", "cut", "--partitions", "1");
    String line = "x".repeat(1_000) + "\n";
    pass(
        line.repeat(5_000).getBytes(StandardCharsets.UTF_8),
        "produce",
        "cut",
        "--compression",
        "none");
    try (CutProxy proxy = new CutProxy(broker.tcpPort(), 1_000_000)) {
      // when
      Result result =
          CommandRun.run(
              "consume",
              "cut",
              "--format",
              "raw",
              "-b",
              "127.0.0.1:" + proxy.port(),
              "--property",
              "reconnect.timeout.ms=1000");

      // then
      assertThat(proxy.isCut()).isTrue();
      assertThat(result.err()).contains("no broker was reached for 1000 ms", "[CONNECTION_LOST]");
      assertThat(result.err().lines()).hasSize(1);
      assertThat(result.exitCode()).isEqualTo(4);
      assertThat(result.bytes().length).isPositive().isLessThan(1_000_000);
    }
  }

  @Test
  void shouldSayThatNoBrokerAnswers() throws Exception {
    // given
    try (CommandRun list = CommandRun.start(new byte[0], "topic", "list", "-b", NOBODY);
        CommandRun consume = CommandRun.start(new byte[0], "consume", "x", "-b", NOBODY);
        CommandRun produce = CommandRun.start(utf8("x\n"), "produce", "x", "-b", NOBODY)) {
      // then
      for (CommandRun run : List.of(list, consume, produce)) {
        assertFailed(run.result(), 4, "no broker answered (" + NOBODY);
      }
    }
  }

  /** A failure is one line, on standard error. */
  private static void assertFailed(Result result, int exitCode, String reason) {
    assertThat(result.err().lines()).as(result.err()).hasSize(1);
    assertThat(result.err()).startsWith("millrace: ").contains(reason);
    assertThat(result.exitCode()).isEqualTo(exitCode);
    assertThat(result.out()).isEmpty();
  }

  private static void flipLastByte(Path directory) throws Exception {
    try (Stream<Path> files = Files.walk(directory)) {
      Path log =
          files
              .filter(file -> file.toString().endsWith(".log"))
              .filter(CommandLineIT::holdsTheNumbers)
              .findFirst()
              .orElseThrow();
      byte[] bytes = Files.readAllBytes(log);
      bytes[bytes.length - 1] ^= 1;
      Files.write(log, bytes);
    }
  }

  private static boolean holdsTheNumbers(Path log) {
    try {
      return Files.readString(log, StandardCharsets.ISO_8859_1).contains("n9");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String http() {
    return "127.0.0.1:" + broker.httpPort();
  }

  private static String[] withBroker(String... arguments) {
    return Stream.concat(Stream.of(arguments), Stream.of("-b", "127.0.0.1:" + broker.tcpPort()))
        .toArray(String[]::new);
  }

  private static Result talk(String... arguments) throws Exception {
    return CommandRun.run(withBroker(arguments));
  }

  private static Result talk(byte[] input, String... arguments) throws Exception {
    return CommandRun.run(input, withBroker(arguments));
  }

  private static void pass(byte[] input, String... arguments) throws Exception {
    Result result = talk(input, arguments);
    assertThat(result.err()).isEmpty();
    assertThat(result.exitCode()).isZero();
  }

  private static byte[] bytes(String... arguments) throws Exception {
    Result result = talk(arguments);
    assertThat(result.err()).isEmpty();
    assertThat(result.exitCode()).isZero();
    return result.bytes();
  }

  private static String done(String... arguments) throws Exception {
    return new String(bytes(arguments), StandardCharsets.UTF_8);
  }

  private static String raw(String topic, String... options) throws Exception {
    return done(
        Stream.concat(Stream.of("consume", topic, "--format", "raw"), Stream.of(options))
            .toArray(String[]::new));
  }

  private static String numbers(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "n" + i + "\n").collect(Collectors.joining());
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
