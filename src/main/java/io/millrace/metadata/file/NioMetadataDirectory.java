package io.millrace.metadata.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A directory of the machine's file system. */
public final class NioMetadataDirectory implements MetadataDirectory {
  private final Path directory;

  private NioMetadataDirectory(Path directory) {
    this.directory = directory;
  }

  /** Opens a directory, creating it durably if it is missing. */
  public static NioMetadataDirectory open(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(directory);
      Path parent = directory.toAbsolutePath().normalize().getParent();
      if (parent != null) {
        new NioMetadataDirectory(parent).sync();
      }
    }
    return new NioMetadataDirectory(directory);
  }

  @Override
  public List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> String.valueOf(file.getFileName())).toList();
    }
  }

  @Override
  public byte[] read(String name) throws IOException {
    return Files.readAllBytes(directory.resolve(name));
  }

  @Override
  public AppendFile append(String name) throws IOException {
    try {
      return new NioAppendFile(
          FileChannel.open(
              directory.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.WRITE));
    } catch (IOException e) {
      throw explained(e);
    }
  }

  /** Java has no other sign of a full disk than the system's words. */
  private static IOException explained(IOException e) {
    String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    boolean isFull =
        message.contains("no space left")
            || message.contains("not enough space")
            || message.contains("disk quota exceeded");
    return isFull ? new DiskFullException("the disk is full", e) : e;
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Files.move(
        directory.resolve(from),
        directory.resolve(to),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void delete(String name) throws IOException {
    Files.deleteIfExists(directory.resolve(name));
  }

  @Override
  public void sync() throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public String toString() {
    return directory.toString();
  }

  private static final class NioAppendFile implements AppendFile {
    private final FileChannel channel;

    NioAppendFile(FileChannel channel) throws IOException {
      this.channel = channel;
      channel.position(channel.size());
    }

    @Override
    public void append(ByteBuffer bytes) throws IOException {
      try {
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      } catch (IOException e) {
        throw explained(e);
      }
    }

    @Override
    public void truncate(long sizeBytes) throws IOException {
      channel.truncate(sizeBytes);
      channel.position(sizeBytes);
    }

    @Override
    public void sync() throws IOException {
      channel.force(false);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
