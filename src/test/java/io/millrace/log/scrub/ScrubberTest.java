package io.millrace.log.scrub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.log.PartitionLog;
import io.millrace.log.ReadOutcome;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import io.millrace.record.RecordSlice;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ScrubberTest {
  private static final int PIECE_BYTES = 100;
  private static final long SECOND = 1_000_000_000L;

  private final Scrubber scrubber = new Scrubber(1_000, PIECE_BYTES, 0);
  private final List<Object> released = new ArrayList<>();
  private final List<String> found = new ArrayList<>();
  private long now;

  @Test
  void shouldCheckEverythingColdOfEveryLogInTurn() throws IOException {
    // given
    FakeLog one = new FakeLog(30, 100);
    FakeLog two = new FakeLog(20, 100);
    scrubber.add(id(1), one.asLog());
    scrubber.add(id(2), two.asLog());
    // when
    List<String> checked = check(6);
    // then
    assertThat(checked).containsExactly("1@0", "1@10", "1@20", "2@0", "2@10", "1@0");
    assertThat(released).hasSize(6);
  }

  @Test
  void shouldKeepToItsRate() throws IOException {
    // given
    scrubber.add(id(1), new FakeLog(1_000, 100).asLog());
    // when
    scrubber.checked(scrubber.next(0).orElseThrow().task().run(), SECOND);
    // then
    assertThat(scrubber.next(SECOND + SECOND / 10 - 1)).isEmpty();
    assertThat(scrubber.next(SECOND + SECOND / 10)).isPresent();
    assertThat(scrubber.next(2 * SECOND)).isEmpty();
  }

  @Test
  void shouldHandOutNothingWhenItIsOffOrNothingIsCold() {
    // given
    Scrubber off = new Scrubber(0, PIECE_BYTES, 0);
    off.add(id(1), new FakeLog(30, 100).asLog());
    FakeLog hot = new FakeLog(30, 100);
    hot.hotFrom = 0;
    scrubber.add(id(1), hot.asLog());
    // when / then
    assertThat(off.next(0)).isEmpty();
    assertThat(scrubber.next(0)).isEmpty();
    assertThat(released).isNotEmpty();
  }

  @Test
  void shouldSayWhatIsDamagedAndLeaveThatLogAlone() throws IOException {
    // given
    FakeLog damaged = new FakeLog(30, 100);
    damaged.damagedAt = 10;
    scrubber.add(id(1), damaged.asLog());
    scrubber.add(id(2), new FakeLog(10, 100).asLog());
    // when
    List<String> checked = check(4);
    // then
    assertThat(checked).containsExactly("1@0", "1@10", "2@0", "2@0");
    assertThat(found).containsExactly("CRC");
  }

  @Test
  void shouldReportAFailedReadButNotADeletedFile() {
    // given
    FakeLog log = new FakeLog(30, 100);
    scrubber.add(id(1), log.asLog());
    // when
    scrubber.next(0).orElseThrow();
    Optional<String> deleted = scrubber.failed(new NoSuchFileException("0.log"));
    scrubber.next(0).orElseThrow();
    Optional<String> failed = scrubber.failed(new IOException("Input/output error"));
    // then
    assertThat(deleted).isEmpty();
    assertThat(failed).get().asString().contains("Input/output error");
    assertThat(scrubber.next(0)).isEmpty();
  }

  @Test
  void shouldTakeBackAPieceOfALogThatIsGone() throws IOException {
    // given
    scrubber.add(id(1), new FakeLog(30, 100).asLog());
    scrubber.add(id(2), new FakeLog(30, 100).asLog());
    check(1);
    Scrubber.Piece piece = scrubber.next(now + SECOND).orElseThrow();
    // when
    scrubber.remove(id(1));
    scrubber.checked(piece.task().run(), now);
    // then
    assertThat(check(2)).containsExactly("2@0", "2@10");
    assertThatThrownBy(() -> scrubber.failed(new IOException()))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldStartAtTheLogStartOffset() throws IOException {
    // given
    FakeLog log = new FakeLog(30, 100);
    log.start = 20;
    scrubber.add(id(1), log.asLog());
    // when / then
    assertThat(check(2)).containsExactly("1@20", "1@20");
  }

  private List<String> check(int pieces) throws IOException {
    List<String> checked = new ArrayList<>();
    while (checked.size() < pieces) {
      now += SECOND;
      Scrubber.Piece piece = scrubber.next(now).orElseThrow();
      ReadOutcome outcome = piece.task().run();
      checked.add(piece.partition().partition() + "@" + FakeLog.lastRead);
      scrubber.checked(outcome, now).ifPresent(found::add);
    }
    return checked;
  }

  private static PartitionId id(int partition) {
    return new PartitionId(new TopicId(1, 1), partition);
  }

  /** A log of cold batches of ten records and 100 bytes. */
  private final class FakeLog {
    private static long lastRead;

    private final long end;
    private final int batchBytes;
    private long start;
    private long hotFrom = Long.MAX_VALUE;
    private long damagedAt = -1;

    FakeLog(long end, int batchBytes) {
      this.end = end;
      this.batchBytes = batchBytes;
    }

    PartitionLog asLog() {
      return (PartitionLog)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {PartitionLog.class},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "startOffset" -> start;
                    case "durableEndOffset" -> end;
                    case "damage" -> Optional.empty();
                    case "read" -> read((long) arguments[0]);
                    default -> throw new UnsupportedOperationException(method.getName());
                  });
    }

    private ReadOutcome read(long offset) {
      if (offset >= hotFrom) {
        return new ReadOutcome.Batches(slice(offset));
      }
      return new ReadOutcome.Cold(
          () -> {
            lastRead = offset;
            return offset == damagedAt
                ? new ReadOutcome.Damaged("CRC")
                : new ReadOutcome.Batches(slice(offset));
          });
    }

    private RecordSlice slice(long offset) {
      return (RecordSlice)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {RecordSlice.class},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "sizeBytes" -> batchBytes;
                    case "nextOffset" -> offset + 10;
                    case "release" -> released.add(offset) ? null : null;
                    default -> throw new UnsupportedOperationException(method.getName());
                  });
    }
  }
}
