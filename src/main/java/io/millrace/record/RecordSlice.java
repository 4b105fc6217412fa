package io.millrace.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * Whole, verified record batches of one partition, back to back as they are stored: bytes in a
 * segment file or in memory. A slice starts with one reference, which its receiver releases; while
 * a reference is held, the file it points into stays open and its bytes stay in place. The first
 * batch may begin before the offset that was asked for; readers skip.
 *
 * <p>Threading: safe to read and to release from any thread.
 */
public interface RecordSlice {
  int sizeBytes();

  /** The base offset of the first batch. */
  long baseOffset();

  /** One more than the last offset of the last batch: where the next read begins. */
  long nextOffset();

  /**
   * Moves up to {@code maxBytes} from {@code position} (relative to the slice) to a channel,
   * without copying them through the heap where the platform can.
   *
   * @return how many were taken, 0 if the channel is full
   * @throws IOException if the file or the channel fails
   */
  long transferTo(WritableByteChannel target, long position, long maxBytes) throws IOException;

  /**
   * Copies bytes from {@code position} on until the target is full or the slice ends. May block on
   * a cold page.
   *
   * @return how many bytes were copied
   */
  int read(ByteBuffer target, long position) throws IOException;

  /**
   * The open file that the bytes are in, for a transport that hands files to the kernel by their
   * descriptor; null for bytes in memory. To be used only while a reference is held.
   */
  default @Nullable FileChannel file() {
    return null;
  }

  /** Where in {@link #file} the slice begins, in bytes. */
  default long filePosition() {
    return 0;
  }

  /** Adds a reference. */
  RecordSlice retain();

  /** Gives one reference back; the last one lets the file go. */
  void release();
}
