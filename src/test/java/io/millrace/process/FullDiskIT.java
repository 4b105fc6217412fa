package io.millrace.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.millrace.process.CommandRun.Result;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is really full: a small one in memory, mounted for the test. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class FullDiskIT {
  private static final int LINES = 8_000;
  private static final int FILLER_BYTES = 4 << 20;

  @TempDir private Path temp;
  private Path disk;
  private boolean mounted;

  @BeforeEach
  void mount() throws Exception {
    disk = Files.createDirectory(temp.resolve("disk"));
    mounted =
        Files.isExecutable(Path.of("/bin/mount"))
            && exitCode("/bin/mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk.toString())
                == 0;
    assumeThat(mounted).as("a small disk can be mounted here").isTrue();
  }

  @AfterEach
  void unmount() throws Exception {
    if (mounted) {
      assertThat(exitCode("/bin/umount", disk.toString())).isZero();
    }
  }

  @Test
  void shouldRefuseRecordsWhileTheDiskIsFullAndServeReads() throws Exception {
    // given
    Path filler = Files.write(disk.resolve("filler"), new byte[FILLER_BYTES]);
    byte[] lines =
        IntStream.range(0, LINES)
            .mapToObj(i -> i + "x".repeat(1_000) + "\n")
            .collect(Collectors.joining())
            .getBytes(StandardCharsets.UTF_8);
    try (BrokerProcess broker = BrokerProcess.start(disk.resolve("data"))) {
      String address = "127.0.0.1:" + broker.tcpPort();
      CommandRun.run("topic", "create", "full", "--partitions", "1", "-b", address);

      // when
      Result refused =
          CommandRun.run(
              lines,
              "produce",
              "full",
              "-b",
              address,
              "--property",
              "delivery.timeout.ms=3000",
              "--property",
              "request.timeout.ms=1000");
      Result read = CommandRun.run("consume", "full", "--format", "raw", "-b", address);
      Files.delete(filler);
      Result accepted =
          CommandRun.run(
              "after\n".getBytes(StandardCharsets.UTF_8), "produce", "full", "-b", address);
      Result last =
          CommandRun.run("consume", "full", "--format", "raw", "--from", "last:1", "-b", address);

      // then
      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused.err())
          .contains("the disk of full-0 is full; nothing was written", "[DISK_FULL]");
      assertThat(read.exitCode()).as(read.err()).isZero();
      assertThat(read.bytes()).isNotEmpty().isEqualTo(Arrays.copyOf(lines, read.bytes().length));
      String acknowledged = read.out().lines().count() + " records were acknowledged before";
      assertThat(refused.err()).contains(acknowledged);
      assertThat(accepted.exitCode()).as(accepted.err()).isZero();
      assertThat(last.out()).isEqualTo("after\n");
      assertThat(broker.terminate()).as(broker.output()).isZero();
    }
  }

  private static int exitCode(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getInputStream().readAllBytes();
    return process.waitFor();
  }
}
