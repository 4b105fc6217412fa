package io.millrace.endpoint;

import io.millrace.record.RecordSlice;
import io.netty.channel.DefaultFileRegion;
import java.nio.channels.FileChannel;

/**
 * A part of a slice of a file on its way to a socket. Netty's native transport takes regions of
 * this kind, and no others, by the file's descriptor; with either transport the kernel moves the
 * bytes (sendfile), and they are never copied into this process.
 *
 * <p>Owns one reference of the slice, which keeps the file open; never closes the file itself.
 */
final class FileSliceRegion extends DefaultFileRegion {
  private final RecordSlice slice;

  /**
   * @param position of the part, relative to the slice
   */
  FileSliceRegion(RecordSlice slice, FileChannel file, int position, int sizeBytes) {
    super(file, slice.filePosition() + position, sizeBytes);
    this.slice = slice;
  }

  @Override
  protected void deallocate() {
    slice.release();
  }
}
