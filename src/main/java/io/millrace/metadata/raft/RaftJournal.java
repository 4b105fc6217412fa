package io.millrace.metadata.raft;

import io.millrace.metadata.MemberId;
import io.millrace.metadata.file.DamagedLogException;
import io.millrace.metadata.file.FileLogRemains;
import io.millrace.metadata.file.FrameFile;
import io.millrace.metadata.file.MetadataDirectory;
import io.millrace.metadata.file.MetadataDirectory.AppendFile;
import io.millrace.metadata.file.MetadataDirectory.DiskFullException;
import io.millrace.metadata.file.WholeFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a member, {@code <number>.raft}: {@link FrameFile frames} of {@link RaftRecord
 * records}. It only grows, until another one with the next number and less in it takes its place,
 * whole, durable and named before the old one is deleted. So the one with the highest number is all
 * there is to read, at whatever moment the power goes.
 *
 * <p>Threading: one thread at a time; every method blocks. After any IOException but {@link
 * DiskFullException} nothing is known of the file and nothing may be written any more.
 */
final class RaftJournal implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(RaftJournal.class);
  private static final int MAGIC = 0x4D525246;
  private static final int FRAME_BYTES = 1024 * 1024;
  private static final long FIRST_ITEM = 1;

  private final MetadataDirectory directory;
  private final FrameFile<RaftRecord> frames;
  private final List<RaftRecord> recovered;
  private long number;
  private long nextItem;
  private long sizeBytes;
  private AppendFile current;

  /**
   * Opens the newest file, or makes the first one.
   *
   * @param first what the first one begins with
   */
  private RaftJournal(MetadataDirectory directory, MemberId self, List<byte[]> first)
      throws IOException {
    this.directory = directory;
    this.frames = new FrameFile<>(MAGIC, "a member's log", body -> RaftRecord.read(body, self));
    WholeFile.deleteUnfinished(directory);
    List<Long> numbers = numbers(directory);
    if (numbers.isEmpty()) {
      this.recovered = List.of();
      this.current = begin(1, first);
    } else {
      this.number = numbers.get(numbers.size() - 1);
      FrameFile.Content<RaftRecord> content = read();
      this.recovered = content.items();
      this.nextItem = content.nextIndex();
      this.sizeBytes = content.validBytes();
      this.current = directory.append(name(number));
      cutTail(content);
      confirmNames(directory);
      deleteOlder();
    }
  }

  /** Whether a member has written here. */
  static boolean isIn(MetadataDirectory directory) throws IOException {
    return !numbers(directory).isEmpty();
  }

  /**
   * Opens what a member has written, or begins anew.
   *
   * @throws DamagedLogException if it is not what was once durable; then nothing was changed
   */
  static RaftJournal open(MetadataDirectory directory, MemberId self) throws IOException {
    return new RaftJournal(directory, self, List.of());
  }

  /** Makes the first file, with these records in it, and leaves it closed. */
  static void create(MetadataDirectory directory, MemberId self, List<byte[]> records)
      throws IOException {
    new RaftJournal(directory, self, records).close();
  }

  /** What a dead process named and did not sync keeps its name from here on. */
  static void confirmNames(MetadataDirectory directory) throws IOException {
    directory.sync();
  }

  private static String name(long number) {
    return FileLogRemains.clusteredName(number);
  }

  private static List<Long> numbers(MetadataDirectory directory) throws IOException {
    List<Long> numbers = new ArrayList<>();
    for (String name : directory.names()) {
      if (name.matches("\\d{19,20}\\.raft")) {
        numbers.add(Long.parseLong(name.substring(0, name.indexOf('.'))));
      }
    }
    numbers.sort(null);
    return numbers;
  }

  private FrameFile.Content<RaftRecord> read() throws IOException {
    return frames.read(name(number), directory.read(name(number)), true);
  }

  private void cutTail(FrameFile.Content<RaftRecord> content) throws IOException {
    if (content.isTorn()) {
      LOGGER.warn(
          "{} ends in bytes that nobody was told of: cut to {} bytes",
          name(number),
          content.validBytes());
    }
    // Also when it is whole: what a dead process wrote and did not sync is shown from here on.
    current.truncate(content.validBytes());
    current.sync();
  }

  /** What was written before, in order. */
  List<RaftRecord> recovered() {
    return recovered;
  }

  /**
   * Appends records as one frame and makes them durable.
   *
   * @throws DiskFullException if there is no space; then nothing was appended, and it may be tried
   *     again
   */
  void append(List<byte[]> records) throws IOException {
    ByteBuffer frame = FrameFile.frame(nextItem, records);
    int frameBytes = frame.remaining();
    try {
      current.append(frame);
    } catch (DiskFullException e) {
      current.truncate(sizeBytes);
      throw e;
    }
    current.sync();
    sizeBytes += frameBytes;
    nextItem += records.size();
  }

  /**
   * Puts a file with only these records in the place of this one.
   *
   * @throws DiskFullException if there is no space; then all is as it was
   */
  void replace(List<byte[]> records) throws IOException {
    AppendFile next = begin(number + 1, records);
    current.close();
    current = next;
    deleteOlder();
  }

  private AppendFile begin(long newNumber, List<byte[]> records) throws IOException {
    List<ByteBuffer> content = new ArrayList<>();
    content.add(ByteBuffer.wrap(frames.header(FIRST_ITEM)));
    long item = FIRST_ITEM;
    int from = 0;
    for (int to = 0, bytes = 0; to < records.size(); to++) {
      bytes += records.get(to).length;
      if (bytes >= FRAME_BYTES || to == records.size() - 1) {
        content.add(FrameFile.frame(item, records.subList(from, to + 1)));
        item += to + 1 - from;
        from = to + 1;
        bytes = 0;
      }
    }
    long newBytes = content.stream().mapToLong(ByteBuffer::remaining).sum();
    WholeFile.write(directory, name(newNumber), content);
    directory.sync();
    AppendFile begun = directory.append(name(newNumber));
    number = newNumber;
    nextItem = item;
    sizeBytes = newBytes;
    return begun;
  }

  private void deleteOlder() throws IOException {
    for (long older : numbers(directory)) {
      if (older < number) {
        directory.delete(name(older));
      }
    }
  }

  @Override
  public void close() throws IOException {
    current.close();
  }
}
