package io.millrace.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.checker.CheckReport;
import io.millrace.checker.Checker;
import io.millrace.checker.HistoryEvent;
import io.millrace.checker.HistoryReader;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code verify run} against a broker that is killed meanwhile, and {@code verify check} after it.
 */
final class VerifyIT {
  private static final int DAMAGED = 3;
  private static final int TERMINATED = 128 + 15;

  @TempDir private Path folder;

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void shouldFindABrokerCleanThatIsKilledWhileItWrites() throws Exception {
    // given
    int port = freePort();
    String[] ports = {"tcp.port=" + port, "http.port=0", "kafka.port=0"};
    Path data = folder.resolve("data");
    Path history = folder.resolve("history.jsonl");
    BrokerProcess broker = BrokerProcess.start(data, ports);

    // when
    CommandRun.Result run;
    CommandRun.Result check;
    try (CommandRun verify =
        CommandRun.start(
            new byte[0],
            "verify",
            "run",
            "-b",
            "127.0.0.1:" + port,
            "--topic",
            "verified",
            "--seconds",
            "12",
            "--history",
            history.toString(),
            "--output",
            "json")) {
      for (int acknowledged = 100; acknowledged <= 2_000; acknowledged += 1_900) {
        awaitAcknowledged(history, acknowledged);
        broker.kill();
        broker = BrokerProcess.start(data, ports);
      }
      run = verify.result();
      check =
          CommandRun.run(
              "verify",
              "check",
              history.toString(),
              "--replica",
              data.toString(),
              "--output",
              "json");
    } finally {
      broker.close();
    }

    // then
    JsonObject report = new JsonObject(check.out());
    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(check.exitCode()).as(check.out() + check.err()).isZero();
    assertThat(report.getBoolean("clean")).isTrue();
    assertThat(report.getLong("acked")).isGreaterThan(2_000);
    assertThat(report.getLong("polled")).isGreaterThan(report.getLong("acked"));
    assertThat(report.getInteger("replicas")).isEqualTo(6);
    assertThat(report.getLong("longestAckGapMs")).isPositive();
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void shouldCheckWhatWasSentUntilItIsEndedBySignal() throws Exception {
    // given
    int port = freePort();
    Path history = folder.resolve("ended.jsonl");
    BrokerProcess broker =
        BrokerProcess.start(
            folder.resolve("data"), "tcp.port=" + port, "http.port=0", "kafka.port=0");

    // when
    CommandRun.Result run;
    try (CommandRun verify =
        CommandRun.start(
            new byte[0],
            "verify",
            "run",
            "-b",
            "127.0.0.1:" + port,
            "--seconds",
            "3600",
            "--history",
            history.toString(),
            "--output",
            "json")) {
      awaitAcknowledged(history, 500);
      verify.terminate();
      run = verify.result();
    } finally {
      broker.close();
    }

    // then
    JsonObject report = new JsonObject(run.out());
    assertThat(run.exitCode()).as(run.err()).isEqualTo(TERMINATED);
    assertThat(report.getBoolean("clean")).as(run.out()).isTrue();
    assertThat(report.getLong("acked")).isEqualTo(report.getLong("sent"));
    assertThat(report.getLong("inTheEnd")).isEqualTo(report.getLong("sent"));
  }

  @Test
  void shouldSayWhichPromiseWasBroken() throws Exception {
    // given
    Path history = folder.resolve("lost.jsonl");
    Files.write(
        history,
        List.of(
            "{\"event\":\"run\",\"atUs\":0,\"version\":1,\"topic\":\"t\",\"partitions\":1,\"idempotent\":true}",
            "{\"event\":\"sent\",\"atUs\":1,\"producer\":\"p\",\"sequence\":0,\"value\":\"v\",\"partition\":0}",
            "{\"event\":\"acked\",\"atUs\":2,\"value\":\"v\",\"partition\":0,\"offset\":0}",
            "{\"event\":\"ended\",\"atUs\":3,\"partition\":0,\"startOffset\":0,\"endOffset\":0}"));

    // when
    CommandRun.Result check = CommandRun.run("verify", "check", history.toString());

    // then
    assertThat(check.exitCode()).isEqualTo(DAMAGED);
    assertThat(check.out())
        .contains("LOST_WRITE: v was acknowledged at partition 0 offset 0")
        .contains("NOT CLEAN");
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void shouldFindABrokerCleanThatKafkaClientsUseWhileItIsKilled() throws Exception {
    // given
    int port = freePort();
    String[] ports = {"kafka.port=" + port, "tcp.port=0", "http.port=0"};
    Path history = folder.resolve("kafka.jsonl");
    BrokerProcess broker = BrokerProcess.start(folder.resolve("data"), ports);

    // when
    try (KafkaWorkload workload = new KafkaWorkload("127.0.0.1:" + port, "flights", 3, history)) {
      workload.awaitAcknowledged(1_000);
      broker.kill();
      broker = BrokerProcess.start(folder.resolve("data"), ports);
      workload.awaitAcknowledged(workload.acknowledged() + 1_000);
      workload.finish();
    } finally {
      broker.close();
    }
    CheckReport report = Checker.check(read(history));

    // then
    assertThat(report.examples()).isEmpty();
    assertThat(report.isClean()).isTrue();
    assertThat(report.counts().acked()).isGreaterThanOrEqualTo(2_000);
  }

  private static List<HistoryEvent> read(Path history) throws IOException {
    List<HistoryEvent> events = new ArrayList<>();
    try (BufferedReader lines = Files.newBufferedReader(history)) {
      HistoryReader.read(lines, events::add);
    }
    return events;
  }

  private static void awaitAcknowledged(Path history, int count) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (acknowledged(history) < count) {
      assertThat(System.nanoTime()).as("%d are not acknowledged", count).isLessThan(deadline);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }

  private static long acknowledged(Path history) throws IOException {
    if (!Files.exists(history)) {
      return 0;
    }
    try (var lines = Files.lines(history)) {
      return lines.filter(line -> line.contains("\"acked\"")).count();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
