package io.millrace.log.simulation;

import io.millrace.log.Disk;
import io.millrace.log.DiskFile;
import io.millrace.log.simulation.DiskOperation.Kind;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A disk in memory that knows, of every byte and every name, whether it would survive a power loss.
 * It numbers the operations that change something; it can stop at one, show each before it takes
 * effect, fail some, ignore some syncs, and be full. {@link #afterPowerLoss} gives the disk that a
 * machine would find after its power went now; this disk goes on undisturbed.
 *
 * <p>Threading: safe from any thread; deterministic if used by one.
 */
public final class SimulatedDisk implements Disk {
  /** Code that syncs for others; who asked it to is part of the site. */
  private static final Set<String> ON_BEHALF =
      Set.of("WholeFile", "CheckedFile", "IndexFile", "Segment", "PartitionMeta");

  private static final String HERE = SimulatedDisk.class.getPackageName();
  private static final StackWalker STACK = StackWalker.getInstance();

  private final SimulatedDirectory root;
  private final List<DiskOperation> operations = new ArrayList<>();
  private Consumer<DiskOperation> observer = operation -> {};
  private Predicate<DiskOperation> failing = operation -> false;
  private Predicate<DiskOperation> ignoredSyncs = operation -> false;
  private long stopAt = Long.MAX_VALUE;
  private long capacityBytes = Long.MAX_VALUE;

  public SimulatedDisk() {
    this(new SimulatedDirectory());
  }

  private SimulatedDisk(SimulatedDirectory root) {
    this.root = root;
  }

  /** The disk after a power loss at this moment; the same for the same seed. */
  public synchronized SimulatedDisk afterPowerLoss(Loss loss, long seed) {
    return new SimulatedDisk(root.afterPowerLoss(loss, new SplittableRandom(seed)));
  }

  /** The disk after the process was killed: nothing is lost, and nothing is safer than it was. */
  public synchronized SimulatedDisk afterKill() {
    return new SimulatedDisk(root.copy(new IdentityHashMap<>()));
  }

  /** All operations so far, in order. */
  public synchronized List<DiskOperation> operations() {
    return List.copyOf(operations);
  }

  /** Shows every operation before it takes effect. */
  public synchronized void observe(Consumer<DiskOperation> next) {
    observer = next;
  }

  /** Throws {@link PowerLossError} at the operation of this number and at every later one. */
  public synchronized void stopAt(long operationNumber) {
    stopAt = operationNumber;
  }

  /** Makes these operations fail with EIO; a failed sync loses what it should have made durable. */
  public synchronized void failWhen(Predicate<DiskOperation> operation) {
    failing = operation;
  }

  /** Lets these syncs return without having done anything. */
  public synchronized void ignoreSyncs(Predicate<DiskOperation> sync) {
    ignoredSyncs = sync;
  }

  /** Writes that would need more than this in all files together throw DiskFullException. */
  public synchronized void setCapacityBytes(long bytes) {
    capacityBytes = bytes;
  }

  /** XORs one byte of a file, on the medium and in memory. */
  public synchronized void flipByte(Path file, int position) throws IOException {
    fileAt(file).flip(position);
  }

  /** A file's present bytes. */
  public synchronized byte[] bytes(Path file) throws IOException {
    return fileAt(file).presentBytes();
  }

  @Override
  public synchronized DiskFile open(Path file, boolean writable) throws IOException {
    SimulatedDirectory parent = directoryAt(parent(file));
    SimulatedNode node = parent.get(name(file));
    if (node instanceof SimulatedDirectory) {
      throw new IOException(file + " is a directory");
    }
    if (node == null) {
      if (!writable) {
        throw new NoSuchFileException(file.toString());
      }
      step(Kind.CREATE, file);
      node = new SimulatedFile();
      parent.link(name(file), node);
    }
    return new SimulatedDiskFile(this, file, (SimulatedFile) node, writable);
  }

  @Override
  public synchronized List<String> list(Path directory) throws IOException {
    return exists(directory) ? directoryAt(directory).names() : List.of();
  }

  @Override
  public synchronized void createDirectories(Path directory) throws IOException {
    SimulatedDirectory at = root;
    Path path = directory.getRoot();
    for (Path part : directory) {
      path = path.resolve(part);
      SimulatedNode next = at.get(part.toString());
      if (next == null) {
        step(Kind.CREATE_DIRECTORY, path);
        next = new SimulatedDirectory();
        at.link(part.toString(), next);
      }
      if (!(next instanceof SimulatedDirectory found)) {
        throw new FileAlreadyExistsException(path.toString());
      }
      at = found;
    }
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    if (!parent(from).equals(parent(to))) {
      throw new IllegalArgumentException("rename across directories: " + from + " to " + to);
    }
    SimulatedDirectory parent = directoryAt(parent(from));
    if (parent.get(name(from)) == null) {
      throw new NoSuchFileException(from.toString());
    }
    if (parent.get(name(to)) instanceof SimulatedDirectory occupied
        && !occupied.names().isEmpty()) {
      throw new DirectoryNotEmptyException(to.toString());
    }
    step(Kind.RENAME, from);
    parent.rename(name(from), name(to));
  }

  @Override
  public synchronized void delete(Path path) throws IOException {
    if (!exists(path)) {
      return;
    }
    SimulatedDirectory parent = directoryAt(parent(path));
    if (parent.get(name(path)) instanceof SimulatedDirectory tree) {
      for (String child : tree.names()) {
        delete(path.resolve(child));
      }
    }
    step(Kind.DELETE, path);
    parent.unlink(name(path));
  }

  @Override
  public synchronized void syncDirectory(Path directory) throws IOException {
    SimulatedDirectory node = directoryAt(directory);
    sync(Kind.SYNC_DIRECTORY, directory, node::sync, node::loseUnsynced);
  }

  @Override
  public synchronized boolean exists(Path path) throws IOException {
    SimulatedNode at = root;
    for (Path part : path) {
      if (!(at instanceof SimulatedDirectory directory)) {
        return false;
      }
      at = directory.get(part.toString());
    }
    return at != null;
  }

  @Override
  public synchronized long usableBytes(Path path) {
    return capacityBytes == Long.MAX_VALUE
        ? capacityBytes
        : Math.max(0, capacityBytes - usedBytes(root));
  }

  /** Counts an operation, shows it, and throws if it is one to stop at or to fail. */
  synchronized DiskOperation step(Kind kind, Path path) throws IOException {
    DiskOperation operation =
        new DiskOperation(operations.size() + 1L, kind, path, kind.isSync() ? callSite() : "");
    operations.add(operation);
    observer.accept(operation);
    if (operation.number() >= stopAt) {
      throw new PowerLossError(operation);
    }
    if (failing.test(operation)) {
      throw new IOException("Input/output error (simulated) at " + operation);
    }
    return operation;
  }

  synchronized void sync(Kind kind, Path path, Runnable sync, Runnable onFailure)
      throws IOException {
    DiskOperation operation;
    try {
      operation = step(kind, path);
    } catch (IOException e) {
      onFailure.run();
      throw e;
    }
    if (!ignoredSyncs.test(operation)) {
      sync.run();
    }
  }

  private SimulatedDirectory directoryAt(Path path) throws IOException {
    if (nodeAt(path) instanceof SimulatedDirectory directory) {
      return directory;
    }
    throw new java.nio.file.NotDirectoryException(path.toString());
  }

  private SimulatedFile fileAt(Path path) throws IOException {
    if (nodeAt(path) instanceof SimulatedFile file) {
      return file;
    }
    throw new IOException(path + " is not a file");
  }

  private SimulatedNode nodeAt(Path path) throws IOException {
    SimulatedNode at = root;
    for (Path part : path) {
      at = at instanceof SimulatedDirectory directory ? directory.get(part.toString()) : null;
      if (at == null) {
        throw new NoSuchFileException(path.toString());
      }
    }
    return at;
  }

  private static Path parent(Path path) {
    Path parent = path.getParent();
    if (!path.isAbsolute() || parent == null) {
      throw new IllegalArgumentException("not an absolute path below the root: " + path);
    }
    return parent;
  }

  private static String name(Path path) {
    return path.getFileName().toString();
  }

  private static long usedBytes(SimulatedDirectory directory) {
    long used = 0;
    for (SimulatedNode node : directory.nodes()) {
      used +=
          node instanceof SimulatedFile file ? file.size() : usedBytes((SimulatedDirectory) node);
    }
    return used;
  }

  /** Whether a class, by its simple name, syncs for others: those are part of the site. */
  static boolean syncsOnBehalf(String className) {
    return ON_BEHALF.contains(className);
  }

  /** The line of the log's code that syncs, and for whom, so that each can be told apart. */
  private static String callSite() {
    return STACK.walk(frames -> siteOf(frames.iterator()));
  }

  /** Looks at no more frames than it needs: this is asked at every sync of every crash. */
  private static String siteOf(Iterator<StackWalker.StackFrame> frames) {
    StackWalker.StackFrame frame = frames.next();
    while (frame.getClassName().startsWith(HERE)) {
      frame = frames.next();
    }
    StringBuilder site = new StringBuilder();
    while (!frame.getClassName().startsWith(HERE)) {
      String className = frame.getClassName().substring(frame.getClassName().lastIndexOf('.') + 1);
      site.append(site.isEmpty() ? "" : " < ").append(className);
      site.append('.').append(frame.getMethodName()).append(':').append(frame.getLineNumber());
      if (!syncsOnBehalf(className)) {
        break;
      }
      frame = frames.next();
    }
    return site.toString();
  }
}
