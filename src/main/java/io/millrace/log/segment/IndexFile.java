package io.millrace.log.segment;

import io.millrace.log.Disk;
import io.millrace.log.DiskFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Entries of one size in a file that only grows at its end. New entries collect in memory and are
 * written some hundred at a time: an index is derived from its log, so nothing is lost with them,
 * and a search that does not see them scans a little more. Synced once its segment is closed: from
 * then on nobody makes it again, and retention believes the newest timestamp in it.
 *
 * <p>Threading: written by one thread at a time; readers on any thread see what is in the file.
 */
final class IndexFile {
  private static final int PENDING_BYTES = 2_400; // Whole entries of 8 and of 12 bytes.

  private static final int NOT_LOADED = -1;

  private final Disk disk;
  private final Path name;
  private final int entryBytes;
  private volatile Path path;
  private volatile int writtenEntries = NOT_LOADED;
  private ByteBuffer pending = ByteBuffer.allocate(0);

  IndexFile(Disk disk, Path path, int entryBytes) {
    this.disk = disk;
    this.name = path;
    this.path = path;
    this.entryBytes = entryBytes;
  }

  /** Entries in the file and in memory. */
  int entries() throws IOException {
    return written() + pending.position() / entryBytes;
  }

  int sizeBytes() throws IOException {
    return entries() * entryBytes;
  }

  /** Entries in the file; a missing file has none, a partial last one does not count. */
  private synchronized int written() throws IOException {
    if (writtenEntries == NOT_LOADED) {
      load();
    }
    return writtenEntries;
  }

  private void load() throws IOException {
    try (DiskFile file = disk.open(path, false)) {
      writtenEntries = (int) Math.min(file.size() / entryBytes, Integer.MAX_VALUE / entryBytes);
    } catch (NoSuchFileException e) {
      writtenEntries = 0;
    }
  }

  /** Where the next entry goes: exactly one entry is to be put. */
  ByteBuffer nextEntry() throws IOException {
    if (pending.remaining() < entryBytes) {
      writePending();
      if (pending.capacity() == 0) {
        pending = ByteBuffer.allocate(PENDING_BYTES);
      }
    }
    return pending;
  }

  boolean hasPending() {
    return pending.position() > 0;
  }

  /** Writes what is in memory to the file; after a failure it is in memory still. */
  void writePending() throws IOException {
    if (pending.position() == 0) {
      return;
    }
    ByteBuffer source = pending.duplicate().flip();
    int count = source.remaining() / entryBytes;
    try (DiskFile file = disk.open(path, true)) {
      file.write(source, (long) written() * entryBytes);
    }
    writtenEntries = written() + count;
    pending.clear();
  }

  /** Makes what is in the file durable; its name is once the directory is synced. Blocking. */
  void sync() throws IOException {
    try (DiskFile file = disk.open(path, false)) {
      file.sync();
    } catch (NoSuchFileException e) {
      SegmentLog.LOG.trace("{} has no entries", path);
    }
  }

  /** Keeps the first {@code entries} entries. */
  void truncateTo(int entries) throws IOException {
    writePending();
    if (entries < written()) {
      try (DiskFile file = disk.open(path, true)) {
        file.truncate((long) entries * entryBytes);
      }
      writtenEntries = entries;
    }
  }

  /**
   * Starts over with no entries, in a file beside the one that readers find: until {@link
   * #takePlace} a crash leaves none or the old one.
   */
  void startOverBeside() throws IOException {
    pending = ByteBuffer.allocate(0);
    path = name.resolveSibling(name.getFileName() + CheckedFile.TEMPORARY_SUFFIX);
    disk.delete(path);
    writtenEntries = 0;
  }

  /** Makes what was written since {@link #startOverBeside} durable, then gives it its name. */
  void takePlace() throws IOException {
    writePending();
    if (writtenEntries == 0) {
      disk.delete(name);
    } else {
      sync();
      disk.rename(path, name);
    }
    path = name;
  }

  /** Frees the memory of entries that were written. */
  void freeMemory() {
    if (pending.position() == 0) {
      pending = ByteBuffer.allocate(0);
    }
  }

  Reader read() throws IOException {
    return new Reader(written());
  }

  /** Reads entries of the file, a page at a time. One thread; close it. */
  final class Reader implements Closeable {
    private static final int PAGE_BYTES = 4_080; // Whole entries of 8 and of 12 bytes.

    private final ByteBuffer page = ByteBuffer.allocate(PAGE_BYTES);
    private final int entries;
    private int pageFirst;
    private int pageEntries;
    private @Nullable DiskFile file;

    private Reader(int entries) {
      this.entries = entries;
    }

    int entries() {
      return entries;
    }

    /** A buffer in which this entry begins at {@link #positionOf}. */
    ByteBuffer page(int entry) throws IOException {
      if (entry < pageFirst || entry >= pageFirst + pageEntries) {
        int perPage = PAGE_BYTES / entryBytes;
        pageFirst = entry - entry % perPage;
        page.clear();
        DiskFile open = file;
        if (open == null) {
          open = disk.open(path, false);
          file = open;
        }
        int read = open.read(page, (long) pageFirst * entryBytes);
        pageEntries = read / entryBytes;
        if (entry >= pageFirst + pageEntries) {
          throw new IOException(path.getFileName() + " ends before its entry " + entry);
        }
      }
      return page;
    }

    int positionOf(int entry) {
      return (entry - pageFirst) * entryBytes;
    }

    @Override
    public void close() throws IOException {
      if (file != null) {
        file.close();
      }
    }
  }
}
