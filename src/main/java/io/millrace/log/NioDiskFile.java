package io.millrace.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** A file of {@link NioDisk}: positional calls on one channel, so readers share it. */
final class NioDiskFile implements DiskFile {
  /** What the smallest write may need of a file system that is nearly full: one block. */
  private static final int BLOCK_BYTES = 4096;

  private final Path path;
  private final FileChannel channel;

  NioDiskFile(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    int total = 0;
    while (target.hasRemaining()) {
      int count = channel.read(target, position + total);
      if (count < 0) {
        break;
      }
      total += count;
    }
    return total;
  }

  @Override
  public void write(ByteBuffer source, long position) throws IOException {
    long at = position;
    try {
      while (source.hasRemaining()) {
        at += channel.write(source, at);
      }
    } catch (IOException e) {
      throw isFull(e, source.remaining())
          ? new DiskFullException("no space left to write " + path.getFileName(), e)
          : e;
    }
  }

  /**
   * The JDK gives an errno only as the system's text, which may be translated; free space is the
   * second witness.
   */
  private boolean isFull(IOException failure, int missingBytes) {
    if (saysFull(failure)) {
      return true;
    }
    try {
      return Files.getFileStore(path).getUsableSpace() < Math.max(missingBytes, BLOCK_BYTES);
    } catch (IOException unknown) {
      failure.addSuppressed(unknown);
      return false;
    }
  }

  static boolean saysFull(IOException failure) {
    String text = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    return text.contains("no space left") || text.contains("quota exceeded");
  }

  @Override
  public long size() throws IOException {
    return channel.size();
  }

  @Override
  public void truncate(long sizeBytes) throws IOException {
    channel.truncate(sizeBytes);
  }

  @Override
  public void sync() throws IOException {
    channel.force(false);
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
    return channel.transferTo(position, count, target);
  }

  @Override
  public FileChannel channel() {
    return channel;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
