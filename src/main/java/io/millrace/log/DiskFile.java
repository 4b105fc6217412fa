package io.millrace.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/** One open file of a {@link Disk}. Positions are in bytes from its start. */
public interface DiskFile extends Closeable {
  /** Reads until the target is full or the file ends; the number of bytes read, 0 at the end. */
  int read(ByteBuffer target, long position) throws IOException;

  /** Writes all that remains in the source. If it throws, any part of it may have been written. */
  void write(ByteBuffer source, long position) throws IOException;

  long size() throws IOException;

  void truncate(long sizeBytes) throws IOException;

  /** Makes the bytes and the size durable (fdatasync). */
  void sync() throws IOException;

  /** Moves bytes to a channel, without copying where the platform can; how many it took. */
  long transferTo(long position, long count, WritableByteChannel target) throws IOException;

  /** The open channel of a file of the operating system; null for any other disk. */
  default @Nullable FileChannel channel() {
    return null;
  }

  @Override
  void close() throws IOException;
}
