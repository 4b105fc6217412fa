package io.millrace.log.segment;

import io.millrace.log.PartitionLog.EpochEnd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which leader epoch begins at which offset (KIP-101, KIP-320). Invariant, checked: epochs and
 * start offsets both strictly increase. Kept in {@code leader-epoch}: a {@link CheckedFile} with
 * magic {@code MRLE}, version 1, whose payload is
 *
 * <pre>
 *  byte  size  field
 *     0     4  n, number of entries
 *     4  12*n  entries: leader epoch (4), offset of its first record (8)
 * </pre>
 *
 * <p>Threading: immutable.
 */
final class EpochTable {
  static final String FILE_NAME = "leader-epoch";
  static final EpochTable EMPTY = new EpochTable(new int[0], new long[0]);
  static final int NO_EPOCH = -1;

  private static final int MAGIC = 0x4d524c45;
  private static final int VERSION = 1;
  private static final int ENTRY_BYTES = 12;

  private final int[] epochs;
  private final long[] starts;

  private EpochTable(int[] epochs, long[] starts) {
    this.epochs = epochs;
    this.starts = starts;
    for (int i = 0; i < epochs.length; i++) {
      if (epochs[i] < 0
          || starts[i] < 0
          || (i > 0 && (epochs[i] <= epochs[i - 1] || starts[i] <= starts[i - 1]))) {
        throw new IllegalArgumentException(
            "leader epoch " + epochs[i] + " at offset " + starts[i] + " is out of order");
      }
    }
  }

  /** The newest epoch, -1 if there is none. */
  int latest() {
    return epochs.length == 0 ? NO_EPOCH : epochs[epochs.length - 1];
  }

  /** The epoch of the record at this offset, -1 if it lies before the first known one. */
  int at(long offset) {
    int found = Arrays.binarySearch(starts, offset);
    int index = found >= 0 ? found : -found - 2;
    return index < 0 ? NO_EPOCH : epochs[index];
  }

  /**
   * With an epoch beginning at an offset, the log's end; the same table if it is the newest
   * already. An epoch that began there and got no record makes room.
   */
  EpochTable with(int epoch, long startOffset) {
    if (epoch == latest()) {
      return this;
    }
    EpochTable kept = truncatedTo(startOffset);
    int size = kept.epochs.length;
    int[] nextEpochs = Arrays.copyOf(kept.epochs, size + 1);
    long[] nextStarts = Arrays.copyOf(kept.starts, size + 1);
    nextEpochs[size] = epoch;
    nextStarts[size] = startOffset;
    return new EpochTable(nextEpochs, nextStarts);
  }

  /** Without what begins at or past the end of the log. */
  EpochTable truncatedTo(long endOffset) {
    int size = epochs.length;
    while (size > 0 && starts[size - 1] >= endOffset) {
      size--;
    }
    return size == epochs.length
        ? this
        : new EpochTable(Arrays.copyOf(epochs, size), Arrays.copyOf(starts, size));
  }

  /** Without the epochs above this one. */
  EpochTable upToEpoch(int epoch) {
    int size = epochs.length;
    while (size > 0 && epochs[size - 1] > epoch) {
      size--;
    }
    return size == epochs.length
        ? this
        : new EpochTable(Arrays.copyOf(epochs, size), Arrays.copyOf(starts, size));
  }

  /** Without what ends at or before the start of the log; the epoch there begins there. */
  EpochTable startingAt(long startOffset) {
    int first = 0;
    while (first + 1 < epochs.length && starts[first + 1] <= startOffset) {
      first++;
    }
    if (epochs.length == 0 || (first == 0 && starts[0] >= startOffset)) {
      return this;
    }
    long[] nextStarts = Arrays.copyOfRange(starts, first, starts.length);
    nextStarts[0] = Math.max(nextStarts[0], startOffset);
    return new EpochTable(Arrays.copyOfRange(epochs, first, epochs.length), nextStarts);
  }

  /**
   * The largest epoch that is not above this one and one more than its last offset; epoch -1 and
   * the offset of the first known epoch if all are above it.
   */
  EpochEnd endOf(int epoch, long logEndOffset) {
    int found = Arrays.binarySearch(epochs, epoch);
    int index = found >= 0 ? found : -found - 2;
    int known = index < 0 ? NO_EPOCH : epochs[index];
    return new EpochEnd(known, index + 1 < starts.length ? starts[index + 1] : logEndOffset);
  }

  List<StateFiles.EpochStart> entries() {
    List<StateFiles.EpochStart> entries = new ArrayList<>(epochs.length);
    for (int i = 0; i < epochs.length; i++) {
      entries.add(new StateFiles.EpochStart(epochs[i], starts[i]));
    }
    return entries;
  }

  ByteBuffer toFile() {
    ByteBuffer payload = ByteBuffer.allocate(Integer.BYTES + epochs.length * ENTRY_BYTES);
    payload.putInt(epochs.length);
    for (int i = 0; i < epochs.length; i++) {
      payload.putInt(epochs[i]).putLong(starts[i]);
    }
    return CheckedFile.frame(MAGIC, VERSION, payload.flip());
  }

  static EpochTable parse(ByteBuffer file) throws IOException {
    ByteBuffer payload = CheckedFile.unframe(MAGIC, VERSION, file);
    if (payload.remaining() < Integer.BYTES) {
      throw new IOException("it has no number of entries");
    }
    int size = payload.getInt();
    if (size < 0 || payload.remaining() != (long) size * ENTRY_BYTES) {
      throw new IOException("it says " + size + " entries in " + payload.remaining() + " bytes");
    }
    int[] epochs = new int[size];
    long[] starts = new long[size];
    for (int i = 0; i < size; i++) {
      epochs[i] = payload.getInt();
      starts[i] = payload.getLong();
    }
    try {
      return new EpochTable(epochs, starts);
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EpochTable that
        && Arrays.equals(epochs, that.epochs)
        && Arrays.equals(starts, that.starts);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(starts);
  }

  @Override
  public String toString() {
    return Arrays.toString(epochs) + " at " + Arrays.toString(starts);
  }
}
