package io.millrace.log.inspect;

import io.millrace.log.Disk;
import io.millrace.log.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads the indexes of one segment and holds them against its batches. */
final class IndexCheck {
  private static final int OFFSET_ENTRY_BYTES = 8;
  private static final int TIME_ENTRY_BYTES = 12;
  private static final int MAX_BYTES = 256 * 1024 * 1024;

  private final Disk disk;
  private final long baseOffset;
  private final @Nullable BatchWalk batches;
  private final Consumer<Entry> sink;

  /**
   * @param batches of the same segment; null if they are not there or damaged, and cannot be asked
   */
  IndexCheck(Disk disk, long baseOffset, @Nullable BatchWalk batches, Consumer<Entry> sink) {
    this.disk = disk;
    this.baseOffset = baseOffset;
    this.batches = batches;
    this.sink = sink;
  }

  /** An {@code .index}: relative offset (4 bytes) and position (4 bytes) of some batches. */
  void offsets(Path file) throws IOException {
    ByteBuffer bytes = read(file).orElse(ByteBuffer.allocate(0));
    Entry.OffsetIndexEntry last = new Entry.OffsetIndexEntry(baseOffset - 1, -1);
    while (bytes.remaining() >= OFFSET_ENTRY_BYTES) {
      int at = bytes.position();
      Entry.OffsetIndexEntry entry =
          new Entry.OffsetIndexEntry(baseOffset + bytes.getInt(), bytes.getInt());
      sink.accept(entry);
      if (entry.offset() <= last.offset() || entry.position() <= last.position()) {
        damage(file, at, entry + " does not come after " + last);
        return;
      }
      if (batches != null && !batches.hasBatch(entry.offset(), entry.position())) {
        damage(file, at, entry + " is not the place of a batch");
      }
      last = entry;
    }
    trailing(file, bytes);
  }

  /** A {@code .timeindex}: timestamp (8 bytes) and relative offset (4 bytes). */
  void times(Path file) throws IOException {
    ByteBuffer bytes = read(file).orElse(ByteBuffer.allocate(0));
    Entry.TimeIndexEntry last = new Entry.TimeIndexEntry(Long.MIN_VALUE, baseOffset - 1);
    while (bytes.remaining() >= TIME_ENTRY_BYTES) {
      int at = bytes.position();
      Entry.TimeIndexEntry entry =
          new Entry.TimeIndexEntry(bytes.getLong(), baseOffset + bytes.getInt());
      sink.accept(entry);
      if (entry.timestampMs() <= last.timestampMs() || entry.offset() <= last.offset()) {
        damage(file, at, entry + " does not come after " + last);
        return;
      }
      if (batches != null) {
        check(file, at, entry, batches);
      }
      last = entry;
    }
    trailing(file, bytes);
  }

  private void check(Path file, int at, Entry.TimeIndexEntry entry, BatchWalk walk) {
    if (entry.offset() >= walk.nextOffset()) {
      damage(file, at, entry + " is past the last offset, " + (walk.nextOffset() - 1));
    } else if (walk.newestTimestampUpTo(entry.offset()) != entry.timestampMs()) {
      damage(
          file,
          at,
          entry
              + " is not the newest timestamp up to there, which is "
              + walk.newestTimestampUpTo(entry.offset()));
    }
  }

  /** The bytes of a file; empty if there is none, which only costs readers time. */
  private Optional<ByteBuffer> read(Path file) throws IOException {
    try (DiskFile open = disk.open(file, false)) {
      long size = open.size();
      sink.accept(new Entry.FileBegins(file, size));
      if (size > MAX_BYTES) {
        damage(file, -1, "it has " + size + " bytes, expected at most " + MAX_BYTES);
        return Optional.empty();
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) size);
      open.read(bytes, 0);
      return Optional.of(bytes.flip());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private void trailing(Path file, ByteBuffer bytes) {
    if (bytes.hasRemaining()) {
      damage(file, bytes.position(), bytes.remaining() + " bytes of an incomplete entry");
    }
  }

  private void damage(Path file, long position, String what) {
    sink.accept(new Entry.Damage(file, position, what));
  }
}
