package io.millrace.log.simulation;

import io.millrace.log.DiskFile;
import io.millrace.log.DiskFullException;
import io.millrace.log.simulation.DiskOperation.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** An open file of the simulated disk; the file lives on while it is open, whatever its name. */
final class SimulatedDiskFile implements DiskFile {
  private final SimulatedDisk disk;
  private final Path path;
  private final SimulatedFile file;
  private final boolean writable;
  private boolean closed;

  SimulatedDiskFile(SimulatedDisk disk, Path path, SimulatedFile file, boolean writable) {
    this.disk = disk;
    this.path = path;
    this.file = file;
    this.writable = writable;
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    synchronized (disk) {
      checkOpen();
      return file.read(target, position);
    }
  }

  @Override
  public void write(ByteBuffer source, long position) throws IOException {
    synchronized (disk) {
      checkWritable();
      disk.step(Kind.WRITE, path);
      long growth = Math.max(0, position + source.remaining() - file.size());
      long missing = Math.max(0, growth - disk.usableBytes(path));
      byte[] bytes = new byte[(int) Math.max(0, source.remaining() - missing)];
      source.get(bytes);
      file.write(bytes, position);
      if (missing > 0) {
        throw new DiskFullException("No space left on device (simulated)", new IOException());
      }
    }
  }

  @Override
  public long size() throws IOException {
    synchronized (disk) {
      checkOpen();
      return file.size();
    }
  }

  @Override
  public void truncate(long sizeBytes) throws IOException {
    synchronized (disk) {
      checkWritable();
      disk.step(Kind.TRUNCATE, path);
      file.truncate(sizeBytes);
    }
  }

  @Override
  public void sync() throws IOException {
    synchronized (disk) {
      checkOpen();
      disk.sync(Kind.SYNC, path, file::sync, file::loseUnsynced);
    }
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
    ByteBuffer bytes;
    synchronized (disk) {
      checkOpen();
      long available = Math.max(0, file.size() - position);
      bytes = ByteBuffer.allocate((int) Math.min(count, available));
      file.read(bytes, position);
    }
    bytes.flip();
    return target.write(bytes);
  }

  @Override
  public void close() {
    synchronized (disk) {
      closed = true;
    }
  }

  private void checkOpen() throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
  }

  private void checkWritable() throws IOException {
    checkOpen();
    if (!writable) {
      throw new NonWritableChannelException();
    }
  }
}
