package io.millrace.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.BlockingConsumer;
import io.millrace.client.BlockingProducer;
import io.millrace.client.ConsumerRecord;
import io.millrace.client.ProducerRecord;
import io.millrace.client.StartPosition;
import io.millrace.client.Subscription;
import io.millrace.endpoint.StrictWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A WebSocket consumer that reads nothing while a topic is filled ({@code millrace.stopped.mib})
 * and read by another: the broker keeps no more for it than {@code connection.outstanding.bytes},
 * the other is not slowed down, and afterwards it gets everything.
 */
final class StoppedReaderIT {
  private static final String TOPIC = "filled";
  private static final int VALUE_BYTES = 1_024;
  private static final int MIB = Integer.getInteger("millrace.stopped.mib", 48);
  private static final int RECORDS = MIB * 1_024;
  private static final long MAX_GROWTH_BYTES = 32L << 20;
  private static final double LEAST_RATE = 0.9;

  /** Shorter runs say nothing about rates. */
  private static final int MIB_FOR_RATES = 1_024;

  private static final int RATE_ROUNDS = 7;

  @TempDir private Path data;

  private BrokerProcess broker;

  @Test
  @Timeout(value = 20, unit = TimeUnit.MINUTES)
  void shouldKeepLittleForAReaderThatStopsAndGiveItEverythingLater() throws Exception {
    try (BrokerProcess started = BrokerProcess.start(data)) {
      // given
      broker = started;
      createTopic("warm-up");
      createTopic(TOPIC);
      fill("warm-up");
      readAll("warm-up");
      StrictWebSocket stopped = subscribe();
      long before = residentBytes();

      // when
      long sent = fill(TOPIC);
      assertThat(readAll(TOPIC)).isEqualTo(sent);
      long growth = residentBytes() - before;
      assertThat(checksumOfAll(stopped)).isEqualTo(sent);
      stopped.close();

      // then
      System.out.printf("%d MiB beside a stopped reader: resident %+d KiB%n", MIB, growth / 1_024);
      assertThat(growth).isLessThan(MAX_GROWTH_BYTES);
      if (MIB >= MIB_FOR_RATES) {
        assertThat(shareOfTheRateAlone(sent)).isGreaterThan(LEAST_RATE);
      }
    }
  }

  /** Rounds in turn, so that what else the machine does meets both alike; the shares' median. */
  private double shareOfTheRateAlone(long sent) throws Exception {
    double[] shares = new double[RATE_ROUNDS];
    for (int i = 0; i < RATE_ROUNDS; i++) {
      double alone = rate(sent);
      StrictWebSocket stopped = subscribe();
      double beside = rate(sent);
      stopped.close();
      shares[i] = beside / alone;
      System.out.printf("fast reader MB/s %.0f, alone %.0f%n", beside, alone);
    }
    Arrays.sort(shares);
    return shares[RATE_ROUNDS / 2];
  }

  private void createTopic(String name) throws Exception {
    CommandRun.Result created =
        CommandRun.run("topic", "create", name, "-b", "127.0.0.1:" + broker.tcpPort());
    assertThat(created.exitCode()).as(created.err()).isZero();
  }

  private static byte[] value(int number) {
    String text = number + " ";
    return (text + "x".repeat(VALUE_BYTES - text.length())).getBytes(StandardCharsets.US_ASCII);
  }

  /** Sends all values; their checksum. */
  private long fill(String topic) throws Exception {
    CRC32C sum = new CRC32C();
    try (BlockingProducer producer = BlockingProducer.open(address())) {
      for (int i = 0; i < RECORDS; i++) {
        byte[] value = value(i);
        sum.update(value);
        // That one failed is seen by who reads.
        var unused = producer.send(new ProducerRecord(topic, null, value));
      }
      producer.flush();
    }
    return sum.getValue();
  }

  private Map<String, String> address() {
    return Map.of("bootstrap.servers", "127.0.0.1:" + broker.tcpPort(), "acks", "1");
  }

  /** MB/s. */
  private double rate(long sent) throws Exception {
    long started = System.nanoTime();
    assertThat(readAll(TOPIC)).isEqualTo(sent);
    return (double) RECORDS * VALUE_BYTES * 1_000 / (System.nanoTime() - started);
  }

  /** By TCP, from the start; the checksum of the values. */
  private long readAll(String topic) throws Exception {
    CRC32C sum = new CRC32C();
    try (BlockingConsumer consumer =
        BlockingConsumer.open(Map.of("bootstrap.servers", "127.0.0.1:" + broker.tcpPort()))) {
      consumer.subscribe(Subscription.topics(topic).from(StartPosition.earliest()));
      for (long next = 0; next < RECORDS; ) {
        for (ConsumerRecord record : consumer.poll(Duration.ofSeconds(20))) {
          assertThat(record.offset()).isEqualTo(next++);
          sum.update(ByteBuffer.wrap(bytes(record)));
        }
      }
    }
    return sum.getValue();
  }

  private static byte[] bytes(ConsumerRecord record) {
    byte[] bytes = new byte[VALUE_BYTES];
    record.value().duplicate().get(bytes);
    return bytes;
  }

  /** A reader that has nothing but what its socket holds. */
  private StrictWebSocket subscribe() {
    URI uri =
        URI.create(
            "http://127.0.0.1:" + broker.httpPort() + "/v1/topics/" + TOPIC + "?from=earliest");
    return StrictWebSocket.open(uri, "millrace.json.v1", 1 << 16);
  }

  private static long checksumOfAll(StrictWebSocket reader) {
    CRC32C sum = new CRC32C();
    for (long next = 0; next < RECORDS; ) {
      JsonObject message = new JsonObject(new String(reader.message(), StandardCharsets.UTF_8));
      assertThat(message.getString("type")).isIn("subscribed", "caughtUp", "records");
      JsonArray records = message.getJsonArray("records", new JsonArray());
      for (int i = 0; i < records.size(); i++) {
        JsonObject record = records.getJsonObject(i);
        assertThat(record.getString("offset")).isEqualTo(Long.toString(next++));
        sum.update(record.getString("value").getBytes(StandardCharsets.UTF_8));
      }
    }
    return sum.getValue();
  }

  private long residentBytes() throws Exception {
    return Files.readAllLines(Path.of("/proc", Long.toString(broker.pid()), "status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1_024)
        .findFirst()
        .orElseThrow();
  }
}
