package io.millrace.metadata.file;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * A directory that stops at a chosen call, and after a power loss keeps of what was not synced
 * whatever chance keeps: any of the changes of names, any sectors of the bytes.
 */
public final class SimulatedDirectory implements MetadataDirectory {
  private static final int SECTOR_BYTES = 16;

  private static final class Content {
    byte[] now = new byte[0];
    byte[] durable = new byte[0];

    Content copy() {
      Content copy = new Content();
      copy.now = now;
      copy.durable = durable;
      return copy;
    }

    void afterPowerLoss(RandomGenerator random) {
      if (!Arrays.equals(now, durable)) {
        int size = random.nextBoolean() ? now.length : random.nextInt(now.length + 1);
        byte[] left = Arrays.copyOf(durable, Math.max(size, Math.min(durable.length, now.length)));
        for (int at = 0; at < left.length; at += SECTOR_BYTES) {
          int end = Math.min(Math.min(at + SECTOR_BYTES, left.length), now.length);
          if (random.nextBoolean() && end > at) {
            System.arraycopy(now, at, left, at, end - at);
          }
        }
        now = left;
        durable = left;
      }
    }
  }

  /** A change of a name that is not durable yet: content gets a name, or a name goes. */
  private record NameChange(String name, Content content, String formerName) {}

  private final Map<String, Content> names = new LinkedHashMap<>();
  private final Map<String, Content> durableNames = new LinkedHashMap<>();
  private final List<NameChange> unsynced = new ArrayList<>();
  private int calls;
  private int stopAtCall = Integer.MAX_VALUE;
  private boolean stopped;
  private long freeBytes = Long.MAX_VALUE;
  private final Set<String> syncSites = new TreeSet<>();
  private Predicate<String> ignoredSyncs = what -> false;

  /** How many calls changed or synced something. */
  public int calls() {
    return calls;
  }

  public boolean isStopped() {
    return stopped;
  }

  public void stopAtCall(int call) {
    stopAtCall = call;
  }

  /** Where the code synced, and what: {@code Class:line kind of file}, or "directory". */
  public Set<String> syncSites() {
    return syncSites;
  }

  /** Counts a sync; whether it has its effect. */
  private boolean syncs(String what) throws IOException {
    String suffix = what.replaceFirst("\\d+\\.", "");
    String site = callSite() + " " + suffix;
    syncSites.add(site);
    call();
    return !ignoredSyncs.test(site);
  }

  /** The line of the code that called this directory, as {@code Class:line}. */
  private static String callSite() {
    return StackWalker.getInstance()
        .walk(
            stack ->
                stack
                    .dropWhile(
                        frame ->
                            frame.getClassName().startsWith(SimulatedDirectory.class.getName()))
                    .findFirst())
        .map(frame -> frame.getClassName().replaceFirst(".*\\.", "") + ":" + frame.getLineNumber())
        .orElseThrow();
  }

  /** From here on these syncs do nothing. */
  public void ignoreSyncs(Predicate<String> which) {
    ignoredSyncs = which;
  }

  public void setFreeBytes(long bytes) {
    freeBytes = bytes;
  }

  /** The process died, the machine lives on: everything written is there. */
  public SimulatedDirectory afterKill() {
    SimulatedDirectory next = new SimulatedDirectory();
    Map<Content, Content> copies = new java.util.IdentityHashMap<>();
    names.forEach((name, c) -> next.names.put(name, copies.computeIfAbsent(c, Content::copy)));
    durableNames.forEach(
        (name, c) -> next.durableNames.put(name, copies.computeIfAbsent(c, Content::copy)));
    for (NameChange change : unsynced) {
      Content content =
          change.content == null ? null : copies.computeIfAbsent(change.content, Content::copy);
      next.unsynced.add(new NameChange(change.name, content, change.formerName));
    }
    next.ignoredSyncs = ignoredSyncs;
    return next;
  }

  /** The machine lost power. */
  public SimulatedDirectory afterPowerLoss(RandomGenerator random) {
    SimulatedDirectory next = afterKill();
    for (NameChange change : next.unsynced) {
      if (random.nextBoolean()) {
        if (change.formerName != null) {
          next.durableNames.remove(change.formerName);
        }
        if (change.content == null) {
          next.durableNames.remove(change.name);
        } else {
          next.durableNames.put(change.name, change.content);
        }
      }
    }
    next.unsynced.clear();
    next.names.clear();
    next.names.putAll(next.durableNames);
    next.names.values().forEach(content -> content.afterPowerLoss(random));
    return next;
  }

  /** Flips a bit of a file. */
  public void damage(String name, int position) {
    Content content = names.get(name);
    content.now = content.now.clone();
    content.now[position] ^= 0x10;
    content.durable = content.now;
  }

  public int size(String name) {
    return names.get(name).now.length;
  }

  private void call() throws IOException {
    calls++;
    if (stopped || calls >= stopAtCall) {
      stopped = true;
      throw new IOException("stopped at call " + calls);
    }
  }

  @Override
  public List<String> names() {
    return List.copyOf(names.keySet());
  }

  @Override
  public byte[] read(String name) throws IOException {
    Content content = names.get(name);
    if (content == null) {
      throw new FileNotFoundException(name);
    }
    return content.now.clone();
  }

  @Override
  public AppendFile append(String name) throws IOException {
    if (!names.containsKey(name)) {
      call();
      Content created = new Content();
      names.put(name, created);
      unsynced.add(new NameChange(name, created, null));
    }
    return new SimulatedFile(name, names.get(name));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    call();
    Content content = names.remove(from);
    if (content == null) {
      throw new FileNotFoundException(from);
    }
    names.put(to, content);
    unsynced.add(new NameChange(to, content, from));
  }

  @Override
  public void delete(String name) throws IOException {
    call();
    if (names.remove(name) != null) {
      unsynced.add(new NameChange(name, null, null));
    }
  }

  @Override
  public void sync() throws IOException {
    if (syncs("directory")) {
      durableNames.clear();
      durableNames.putAll(names);
      unsynced.clear();
    }
  }

  private final class SimulatedFile implements AppendFile {
    private final String name;
    private final Content content;

    SimulatedFile(String name, Content content) {
      this.name = name;
      this.content = content;
    }

    @Override
    public void append(ByteBuffer bytes) throws IOException {
      int before = content.now.length;
      int written = (int) Math.min(bytes.remaining(), freeBytes);
      boolean stops = calls + 1 >= stopAtCall;
      content.now = Arrays.copyOf(content.now, before + written);
      bytes.get(content.now, before, written);
      freeBytes -= freeBytes == Long.MAX_VALUE ? 0 : written;
      if (stops) {
        // Half of it reached the file before the process died.
        content.now = Arrays.copyOf(content.now, before + written / 2);
      }
      call();
      if (bytes.hasRemaining()) {
        throw new DiskFullException("the disk is full", new IOException("No space left on device"));
      }
    }

    @Override
    public void truncate(long sizeBytes) throws IOException {
      call();
      content.now = Arrays.copyOf(content.now, Math.min((int) sizeBytes, content.now.length));
    }

    @Override
    public void sync() throws IOException {
      if (syncs(name)) {
        content.durable = content.now;
      }
    }

    @Override
    public void close() {}
  }
}
