package io.millrace.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.BlockingConsumer;
import io.millrace.client.BlockingProducer;
import io.millrace.client.ConsumerRecord;
import io.millrace.client.ProducerRecord;
import io.millrace.client.RecordMetadata;
import io.millrace.client.StartPosition;
import io.millrace.client.Subscription;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code serve} as a process: how it starts, stops, comes back, and refuses to start. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class ServeIT {
  private static final String TOPIC = "events";

  @TempDir private Path temp;
  private Path data;

  @BeforeEach
  void nameDataDirectory() {
    data = temp.resolve("data");
  }

  @Test
  void shouldStopCleanlyOnSigtermAndRecoverAfterSigkill() throws Exception {
    // given
    List<String> first = texts(0, 100);
    List<String> second = texts(100, 200);
    try (BrokerProcess broker = BrokerProcess.start(data)) {
      assertThat(broker.output())
          .contains("previousStop=NEVER_STARTED")
          .containsPattern("millrace is ready: tcp 127\\.0\\.0\\.1:\\d+, http 127\\.0\\.0\\.1:\\d+")
          .contains("data " + data);
      createTopic(broker);
      produce(broker, first);

      // when
      int exitCode = broker.terminate();

      // then
      assertThat(exitCode).as(broker.output()).isZero();
    }
    try (BrokerProcess broker = BrokerProcess.start(data)) {
      assertThat(broker.output()).contains("previousStop=CLEAN");
      assertThat(consume(broker, first.size())).isEqualTo(first);
      produce(broker, second);
      broker.kill();
    }
    try (BrokerProcess broker = BrokerProcess.start(data)) {
      assertThat(broker.output())
          .contains("previousStop=PROCESS_KILLED")
          .containsOnlyOnce("recovered logs=")
          .doesNotContain("recovering from");
      assertThat(consume(broker, first.size() + second.size())).isEqualTo(texts(0, 200));
      assertThat(broker.terminate()).as(broker.output()).isZero();
    }
  }

  @Test
  void shouldLoseAndRepeatNothingOfAProducerInFlightOnSigterm() throws Exception {
    // given
    List<String> texts = texts(0, 5_000);
    List<CompletableFuture<RecordMetadata>> sent = new ArrayList<>();
    BrokerProcess broker = BrokerProcess.start(data);
    String[] ports = {"tcp.port=" + broker.tcpPort(), "http.port=" + broker.httpPort()};
    try (BlockingProducer producer = BlockingProducer.open(settings(broker))) {
      createTopic(broker);
      for (String text : texts) {
        sent.add(producer.send(ProducerRecord.ofText(TOPIC, "key", text)));
      }

      // when
      int exitCode = broker.terminate();
      String output = broker.output();
      broker = BrokerProcess.start(data, ports);

      // then
      assertThat(exitCode).as(output).isZero();
      assertThat(broker.output()).contains("previousStop=CLEAN");
      producer.flush();
      for (int i = 0; i < sent.size(); i++) {
        assertThat(sent.get(i).get(1, TimeUnit.MINUTES).offset()).isEqualTo(i);
      }
      assertThat(consume(broker, texts.size())).isEqualTo(texts);
    } finally {
      broker.close();
    }
  }

  @Test
  void shouldRefuseADataDirectoryThatAnotherProcessHolds() throws Exception {
    // given
    try (BrokerProcess holder = BrokerProcess.start(data)) {
      createTopic(holder);

      // when
      String problem = refusal(data);

      // then
      assertThat(problem)
          .contains("[DATA_DIRECTORY_IN_USE]")
          .contains(data.toString())
          .contains(Long.toString(holder.pid()));
      produce(holder, texts(0, 10));
      assertThat(holder.terminate()).isZero();
    }
  }

  @Test
  void shouldSayThatAPortIsInUse() throws Exception {
    // given
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();

      // when
      String problem = lastLine(failing(data, "tcp.port=" + port, "http.port=0"));

      // then
      assertThat(problem)
          .startsWith("millrace: cannot listen on 127.0.0.1:" + port)
          .contains("set tcp.host and tcp.port");
    }
  }

  @Test
  void shouldSayEverythingThatIsWrongWithTheSettingsALineEach() throws Exception {
    // when
    String problems = failing(data, "tcp.prt=1", "tcp.port=x", "num.partitions=0");

    // then
    assertThat(problems.lines())
        .satisfiesExactlyInAnyOrder(
            line -> assertThat(line).contains("no setting 'tcp.prt'; did you mean tcp.port?"),
            line -> assertThat(line).contains("tcp.port is 'x', expected int, -1 to 65535"),
            line -> assertThat(line).contains("num.partitions is '0', expected int, 1 to 100000"));
    assertThat(data).doesNotExist();
  }

  @Test
  void shouldRefuseADataDirectoryThatCannotBeOne() throws Exception {
    // given
    Path file = Files.writeString(temp.resolve("file"), "something");
    Path orphan = temp.resolve("missing").resolve("data");

    // when
    String inPlace = refusal(file);
    String missing = refusal(orphan);

    // then
    assertThat(inPlace).contains(file.toString(), "it is a file", "[DATA_DIRECTORY_INVALID]");
    assertThat(missing)
        .contains(orphan.toString(), "create it", "[DATA_DIRECTORY_INVALID]")
        .contains(orphan.getParent().toString());
    assertThat(Files.readString(file)).isEqualTo("something");
  }

  @Test
  void shouldNotListenForOtherMachinesUnlessSomebodySaidSo() throws Exception {
    // when
    String problem = refusal(data, "tcp.host=0.0.0.0");

    // then
    assertThat(problem).contains("tcp.host is '0.0.0.0'", "insecure.allow=true");
    try (BrokerProcess broker =
        BrokerProcess.start(data, "tcp.host=0.0.0.0", "insecure.allow=true")) {
      assertThat(broker.output()).contains("WARN").contains("can read and write everything");
      assertThat(broker.terminate()).isZero();
    }
  }

  /** Everything that a broker prints which does not start; its exit code must be 1. */
  private static String failing(Path data, String... settings) throws Exception {
    try (BrokerProcess broker = BrokerProcess.launch(data, settings)) {
      int exitCode = broker.awaitExit();
      String output = broker.awaitOutput();
      assertThat(exitCode).as(output).isEqualTo(1);
      return output;
    }
  }

  /** The only line of a broker that does not start. */
  private static String refusal(Path data, String... settings) throws Exception {
    String output = failing(data, settings);
    assertThat(output.lines()).as(output).hasSize(1);
    return output;
  }

  private static String lastLine(String output) {
    List<String> lines = output.lines().toList();
    return lines.get(lines.size() - 1);
  }

  private static List<String> texts(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "event " + i).toList();
  }

  private static Map<String, String> settings(BrokerProcess broker) {
    return Map.of("bootstrap.servers", "127.0.0.1:" + broker.tcpPort());
  }

  private static void produce(BrokerProcess broker, List<String> texts) throws Exception {
    try (BlockingProducer producer = BlockingProducer.open(settings(broker))) {
      List<CompletableFuture<RecordMetadata>> sent = new ArrayList<>();
      for (String text : texts) {
        sent.add(producer.send(ProducerRecord.ofText(TOPIC, "key", text)));
      }
      producer.flush();
      for (CompletableFuture<RecordMetadata> each : sent) {
        each.get(1, TimeUnit.MINUTES);
      }
    }
  }

  private static List<String> consume(BrokerProcess broker, int count) throws Exception {
    List<String> texts = new ArrayList<>();
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    try (BlockingConsumer consumer = BlockingConsumer.open(settings(broker))) {
      consumer.subscribe(Subscription.topics(TOPIC).from(StartPosition.earliest()));
      while (texts.size() < count && System.nanoTime() - deadline < 0) {
        for (ConsumerRecord record : consumer.poll(Duration.ofSeconds(1))) {
          texts.add(StandardCharsets.UTF_8.decode(record.value().duplicate()).toString());
        }
      }
    }
    return texts;
  }

  private static void createTopic(BrokerProcess broker) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + broker.httpPort() + "/v1/topics/" + TOPIC);
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{\"partitions\":1}"))
            .build();
    HttpResponse<String> response =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isBetween(200, 201);
  }
}
