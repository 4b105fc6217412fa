package io.millrace.log.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.log.LogTask;
import io.millrace.log.NioDisk;
import io.millrace.log.segment.LastStop;
import io.millrace.log.segment.LogLimits;
import io.millrace.log.segment.OpenRequest;
import io.millrace.log.segment.SegmentFiles;
import io.millrace.log.segment.SegmentedLog;
import io.millrace.model.TimeSource;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.config.TopicSettings;
import io.millrace.record.CompressionType;
import io.millrace.record.RecordBatchBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogInspectorTest {
  private static final int BATCHES = 20;

  @TempDir Path temp;
  private Path partition;

  @BeforeEach
  void writeSomeSegments() throws IOException {
    partition = temp.resolve("t-0");
    SegmentedLog log =
        SegmentedLog.open(
            new OpenRequest(
                new NioDisk(),
                partition,
                new TopicPartition(new TopicName("t"), 0),
                new TopicId(1, 2),
                TopicSettings.of(Map.of("segment.bytes", "1024", "index.interval.bytes", "100")),
                LogLimits.DEFAULTS,
                TimeSource.SYSTEM,
                LastStop.CLEAN,
                OpenRequest.UNKNOWN_OFFSET,
                OpenRequest.UNKNOWN_OFFSET));
    for (int i = 0; i < BATCHES; i++) {
      log.append(batch(i), 3);
    }
    LogTask<?> close = log.close();
    close.run();
  }

  private static ByteBuffer batch(int i) {
    try (RecordBatchBuilder builder = new RecordBatchBuilder(CompressionType.NONE, 1024)) {
      builder.producer(7, (short) 0, i * 2);
      builder.append(1_000 + i, null, ByteBuffer.wrap(new byte[100]), List.of());
      builder.append(1_000 + i, ByteBuffer.wrap(new byte[3]), null, List.of());
      return builder.build();
    }
  }

  @Test
  void shouldShowEverythingThatWasWritten() throws IOException {
    // given
    List<Entry> entries = new ArrayList<>();
    // when
    new LogInspector(new NioDisk(), true).inspect(partition, entries::add);
    // then
    List<Entry.Batch> batches = only(entries, Entry.Batch.class);
    assertThat(batches).hasSize(BATCHES);
    assertThat(batches.get(5).baseOffset()).isEqualTo(10);
    assertThat(batches.get(5).lastOffset()).isEqualTo(11);
    assertThat(batches.get(5).leaderEpoch()).isEqualTo(3);
    assertThat(batches.get(5).producerId()).isEqualTo(7);
    assertThat(batches.get(5).baseSequence()).isEqualTo(10);
    assertThat(batches.get(5).compression()).isEqualTo("none");
    List<Entry.StoredRecord> records = only(entries, Entry.StoredRecord.class);
    assertThat(records).hasSize(2 * BATCHES);
    assertThat(records.get(1)).isEqualTo(new Entry.StoredRecord(1, 1_000, 3, -1, 0));
    assertThat(only(entries, Entry.EpochBegins.class)).containsExactly(new Entry.EpochBegins(3, 0));
    assertThat(only(entries, Entry.Owner.class))
        .containsExactly(new Entry.Owner(new TopicId(1, 2).toString()));
    assertThat(only(entries, Entry.OffsetIndexEntry.class)).isNotEmpty();
    assertThat(only(entries, Entry.TimeIndexEntry.class)).isNotEmpty();
    assertThat(only(entries, Entry.RememberedBatch.class)).isNotEmpty();
    assertThat(only(entries, Entry.Damage.class)).isEmpty();
  }

  @Test
  void shouldFindAFlippedBitInAnyByteOfAnyFile() throws IOException {
    // given
    assertThat(verify(partition).isGood()).isTrue();
    for (String name : new NioDisk().list(partition)) {
      Path file = partition.resolve(name);
      byte[] good = Files.readAllBytes(file);
      for (int i = 0; i < good.length; i += 1 + good.length / 40) {
        if (name.endsWith(SegmentFiles.LOG_SUFFIX) && isLeaderEpoch(good, i)) {
          continue; // Outside the CRC; recovery holds it against the epochs' file.
        }
        byte[] bad = good.clone();
        bad[i] ^= 0x10;
        Files.write(file, bad);
        // when
        Verdict verdict = verify(partition);
        // then
        assertThat(verdict.damage()).as("%s at %d", name, i).isNotEmpty();
        assertThat(verdict.damage().get(0).file()).isEqualTo(file);
      }
      Files.write(file, good);
    }
  }

  /** Bytes 12 to 15 of a batch; all batches but those with longer variable numbers are alike. */
  private static boolean isLeaderEpoch(byte[] log, int position) {
    ByteBuffer bytes = ByteBuffer.wrap(log);
    int at = 0;
    while (at + 12 + bytes.getInt(at + 8) <= position) {
      at += 12 + bytes.getInt(at + 8);
    }
    return position - at >= 12 && position - at < 16;
  }

  @Test
  void shouldSayWhereATornTailBegins() throws IOException {
    // given
    List<String> names = new ArrayList<>(new NioDisk().list(partition));
    names.removeIf(name -> !name.endsWith(SegmentFiles.LOG_SUFFIX));
    names.sort(null);
    Path first = partition.resolve(names.get(0));
    byte[] bytes = Files.readAllBytes(first);
    Files.write(first, java.util.Arrays.copyOf(bytes, bytes.length - 37));
    // when
    Verdict verdict = verify(first);
    // then
    assertThat(verdict.damage()).hasSize(1);
    assertThat(verdict.damage().get(0).position()).isPositive();
    assertThat(verdict.damage().get(0).what()).contains("bytes are left");
  }

  @Test
  void shouldSayWhenASegmentIsMissing() throws IOException {
    // given
    List<String> names = new ArrayList<>(new NioDisk().list(partition));
    names.removeIf(name -> !name.endsWith(SegmentFiles.LOG_SUFFIX));
    names.sort(null);
    Files.delete(partition.resolve(names.get(1)));
    // when
    Verdict verdict = verify(partition);
    // then
    assertThat(verdict.damage()).extracting(Entry.Damage::what).anyMatch(w -> w.contains("before"));
  }

  @Test
  void shouldRefuseWhatIsNotOfALog() throws IOException {
    // given
    Path other = Files.writeString(temp.resolve("notes.txt"), "x");
    // when / then
    assertThatThrownBy(() -> verify(other))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("neither a file of a log");
    assertThatThrownBy(() -> verify(temp.resolve("none"))).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> verify(Files.createFile(temp.resolve("x.log"))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("20 digits");
  }

  private static Verdict verify(Path path) throws IOException {
    return Verdict.of(new NioDisk(), path);
  }

  private static <E extends Entry> List<E> only(List<Entry> entries, Class<E> type) {
    return entries.stream().filter(type::isInstance).map(type::cast).toList();
  }
}
