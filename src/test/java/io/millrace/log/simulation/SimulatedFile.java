package io.millrace.log.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** A file's durable bytes, its present bytes, and what happened between the two. */
final class SimulatedFile implements SimulatedNode {
  static final int SECTOR_BYTES = 512;

  private byte[] durable;
  private byte[] present;
  private int presentSize;
  private final List<Change> unsynced = new ArrayList<>();

  /** Bytes written at a position, or, with none, the size that the file was cut to. */
  private record Change(int position, byte @org.jspecify.annotations.Nullable [] bytes) {}

  SimulatedFile() {
    this(new byte[0]);
  }

  private SimulatedFile(byte[] durable) {
    this.durable = durable;
    this.present = durable.clone();
    this.presentSize = durable.length;
  }

  int size() {
    return presentSize;
  }

  int read(java.nio.ByteBuffer target, long position) {
    if (position < 0) {
      throw new IllegalArgumentException("negative position " + position);
    }
    if (position >= presentSize) {
      return 0;
    }
    int count = (int) Math.min(target.remaining(), presentSize - position);
    target.put(present, (int) position, count);
    return count;
  }

  void write(byte[] bytes, long position) {
    int end = Math.addExact(Math.toIntExact(position), bytes.length);
    if (end > present.length) {
      present = Arrays.copyOf(present, Math.max(end, present.length * 2));
    }
    System.arraycopy(bytes, 0, present, (int) position, bytes.length);
    presentSize = Math.max(presentSize, end);
    unsynced.add(new Change((int) position, bytes));
  }

  void truncate(long size) {
    if (size < presentSize) {
      Arrays.fill(present, (int) size, presentSize, (byte) 0);
      presentSize = (int) size;
      unsynced.add(new Change((int) size, null));
    }
  }

  void sync() {
    durable = presentBytes();
    unsynced.clear();
  }

  /**
   * What a failed fsync does on Linux: the pages count as clean, so no later sync writes them, and
   * they are gone once the machine stops.
   */
  void loseUnsynced() {
    unsynced.clear();
  }

  byte[] presentBytes() {
    return Arrays.copyOf(present, presentSize);
  }

  /** XORs one byte of the medium, as a decaying disk does. */
  void flip(int position) {
    present[position] ^= 0x40;
    if (position < durable.length) {
      durable[position] ^= 0x40;
    }
  }

  @Override
  public SimulatedFile afterPowerLoss(Loss loss, RandomGenerator random) {
    return new SimulatedFile(
        switch (loss.bytes()) {
          case DROPPED -> durable.clone();
          case KEPT -> presentBytes();
          case RANDOM -> torn(random);
        });
  }

  @Override
  public SimulatedFile copy(Map<SimulatedNode, SimulatedNode> copies) {
    SimulatedFile copy = new SimulatedFile(durable);
    copy.present = present.clone();
    copy.presentSize = presentSize;
    copy.unsynced.addAll(unsynced);
    return copy;
  }

  /**
   * Applies changes up to a random truncation (those are journalled in order), of each sector's
   * writes between two truncations a random number of the first ones.
   */
  private byte[] torn(RandomGenerator random) {
    byte[] bytes = durable.clone();
    List<Change> writes = new ArrayList<>();
    for (Change change : unsynced) {
      if (change.bytes() != null) {
        writes.add(change);
        continue;
      }
      bytes = tornWrites(bytes, writes, random);
      writes.clear();
      if (random.nextBoolean()) {
        return bytes;
      }
      bytes = Arrays.copyOf(bytes, change.position());
    }
    return tornWrites(bytes, writes, random);
  }

  private static byte[] tornWrites(byte[] before, List<Change> writes, RandomGenerator random) {
    TreeMap<Integer, List<Change>> bySector = new TreeMap<>();
    int fullSize = before.length;
    for (Change write : writes) {
      int end = write.position() + write.bytes().length;
      fullSize = Math.max(fullSize, end);
      for (int sector = write.position() / SECTOR_BYTES; sector * SECTOR_BYTES < end; sector++) {
        bySector.computeIfAbsent(sector, unused -> new ArrayList<>()).add(write);
      }
    }
    byte[] bytes = before;
    for (var entry : bySector.entrySet()) {
      int from = entry.getKey() * SECTOR_BYTES;
      int kept = random.nextInt(entry.getValue().size() + 1);
      for (Change write : entry.getValue().subList(0, kept)) {
        int start = Math.max(from, write.position());
        int end = Math.min(from + SECTOR_BYTES, write.position() + write.bytes().length);
        bytes = end > bytes.length ? Arrays.copyOf(bytes, end) : bytes;
        System.arraycopy(write.bytes(), start - write.position(), bytes, start, end - start);
      }
    }
    return random.nextInt(4) == 0 ? lengthened(bytes, fullSize, random) : bytes;
  }

  /** The size reached the journal, the blocks behind it did not. */
  private static byte[] lengthened(byte[] bytes, int size, RandomGenerator random) {
    byte[] longer = Arrays.copyOf(bytes, Math.max(size, bytes.length));
    if (random.nextBoolean()) {
      byte[] noise = new byte[longer.length - bytes.length];
      random.nextBytes(noise);
      System.arraycopy(noise, 0, longer, bytes.length, noise.length);
    }
    return longer;
  }
}
