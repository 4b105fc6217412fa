package io.millrace.log.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.log.NioDisk;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Two processes, one data directory. */
final class DataDirectoryLockIT {
  @TempDir Path temp;

  @Test
  void shouldBelongToOneProcessUntilThatIsKilled() throws Exception {
    // given
    Path path = temp.resolve("data");
    Process holder = start(path);
    try (BufferedReader output = new BufferedReader(holder.inputReader(StandardCharsets.UTF_8))) {
      assertThat(output.readLine()).isEqualTo("held");
      // when / then
      assertThatThrownBy(() -> DataDirectory.open(new NioDisk(), path, new LocalMachine()))
          .isInstanceOf(StreamException.class)
          .hasMessageContaining("pid " + holder.pid())
          .extracting(error -> ((StreamException) error).code())
          .isEqualTo(ErrorCode.DATA_DIRECTORY_IN_USE);
    } finally {
      holder.destroyForcibly();
    }
    assertThat(holder.waitFor(30, TimeUnit.SECONDS)).isTrue();
    DataDirectory.open(new NioDisk(), path, new LocalMachine()).close();
  }

  private static Process start(Path path) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            classPath(Holder.class, NioDisk.class, LoggerFactory.class),
            Holder.class.getName(),
            path.toString())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static String classPath(Class<?>... classes) {
    return Arrays.stream(classes)
        .map(type -> type.getProtectionDomain().getCodeSource().getLocation().getPath())
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Holds a data directory until it is killed. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] arguments) throws IOException {
      try (DataDirectory held =
          DataDirectory.open(new NioDisk(), Path.of(arguments[0]), new LocalMachine())) {
        System.out.println("held");
        int input = System.in.read();
        throw new IllegalStateException("input " + input + " for " + held.path());
      }
    }
  }
}
