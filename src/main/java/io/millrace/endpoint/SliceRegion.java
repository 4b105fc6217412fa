package io.millrace.endpoint;

import io.millrace.record.RecordSlice;
import io.netty.channel.FileRegion;
import io.netty.util.AbstractReferenceCounted;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/**
 * A part of a slice that is not a file's, on its way to a socket: the transport hands a channel to
 * {@link #transferTo}, and the slice writes its bytes there.
 *
 * <p>Owns one reference of the slice.
 */
final class SliceRegion extends AbstractReferenceCounted implements FileRegion {
  private final RecordSlice slice;
  private final int position;
  private final int sizeBytes;
  private long transferred;

  SliceRegion(RecordSlice slice, int position, int sizeBytes) {
    this.slice = slice;
    this.position = position;
    this.sizeBytes = sizeBytes;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public long count() {
    return sizeBytes;
  }

  @Override
  public long transferred() {
    return transferred;
  }

  @Override
  @Deprecated
  public long transfered() {
    return transferred;
  }

  @Override
  public long transferTo(WritableByteChannel target, long at) throws IOException {
    if (at < 0 || at > sizeBytes) {
      throw new IllegalArgumentException("position " + at + " of " + sizeBytes + " bytes");
    }
    if (at == sizeBytes) {
      return 0;
    }
    long moved = slice.transferTo(target, position + at, sizeBytes - at);
    transferred += Math.max(0, moved);
    return moved;
  }

  @Override
  protected void deallocate() {
    slice.release();
  }

  @Override
  public FileRegion retain() {
    super.retain();
    return this;
  }

  @Override
  public FileRegion retain(int increment) {
    super.retain(increment);
    return this;
  }

  @Override
  public FileRegion touch() {
    return this;
  }

  @Override
  public FileRegion touch(Object hint) {
    return this;
  }
}
