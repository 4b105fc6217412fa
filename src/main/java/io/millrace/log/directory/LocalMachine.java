package io.millrace.log.directory;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * This machine: Linux's boot id, and an advisory lock of the operating system on a file that holds
 * the owner's process id for people to read.
 */
public final class LocalMachine implements HostMachine {
  static final String LOCK_FILE = ".lock";
  private static final Path LINUX_BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  private final Path bootIdFile;

  public LocalMachine() {
    this(LINUX_BOOT_ID);
  }

  LocalMachine(Path bootIdFile) {
    this.bootIdFile = bootIdFile;
  }

  @Override
  public Optional<String> bootId() {
    try {
      String id = Files.readString(bootIdFile).trim();
      return id.isEmpty() ? Optional.empty() : Optional.of(id);
    } catch (IOException notLinux) {
      return Optional.empty();
    }
  }

  @Override
  public Closeable lock(Path directory) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve(LOCK_FILE),
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE);
    try {
      if (tryLock(channel) == null) {
        throw inUse(directory, channel);
      }
      channel.truncate(0);
      byte[] owner = Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8);
      channel.write(ByteBuffer.wrap(owner), 0);
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException heldByThisProcess) {
      return null;
    }
  }

  private static StreamException inUse(Path directory, FileChannel channel) throws IOException {
    ByteBuffer owner = ByteBuffer.allocate(20);
    channel.read(owner, 0);
    String pid = new String(owner.array(), 0, owner.position(), StandardCharsets.UTF_8).trim();
    return new StreamException(
        ErrorCode.DATA_DIRECTORY_IN_USE,
        "data directory "
            + directory
            + " is in use by another process"
            + (pid.isEmpty() ? "" : " (pid " + pid + ")")
            + "; stop it, or give this server a directory of its own");
  }
}
