package io.millrace.metadata.raft;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * A voter, to one who follows the metadata log without being a member.
 *
 * <p>Assumes: what it gives is committed. It may be behind other voters; it may be lost on the way,
 * then the stage fails. Asking again changes nothing.
 */
public interface MetadataSource {
  /** Asks for what follows; answered at once, with nothing if there is nothing yet. */
  CompletionStage<Fetched> fetch(Request request);

  /**
   * What a follower needs.
   *
   * @param fromIndex the index after the last one that it has applied
   * @param partOfSnapshot index of the snapshot that it is half-way through, 0 for none
   * @param part which part of that it needs next
   */
  record Request(long fromIndex, long partOfSnapshot, int part) {}

  /** What a voter has for it. */
  sealed interface Fetched {}

  /**
   * Proposals, encoded, without a gap.
   *
   * @param firstIndex of the first, if there is one
   */
  record Entries(long firstIndex, List<byte[]> proposals) implements Fetched {
    public Entries {
      proposals = List.copyOf(proposals);
    }
  }

  /** A part of a snapshot, since older entries are not kept. */
  final class SnapshotPart implements Fetched {
    private final long index;
    private final int part;
    private final int parts;
    private final byte[] bytes;

    /**
     * @param index of the last entry that the snapshot includes
     * @param part its number, from 0
     * @param parts how many there are
     */
    public SnapshotPart(long index, int part, int parts, byte[] bytes) {
      this.index = index;
      this.part = part;
      this.parts = parts;
      this.bytes = bytes;
    }

    public long index() {
      return index;
    }

    public int part() {
      return part;
    }

    public int parts() {
      return parts;
    }

    byte[] bytes() {
      return bytes;
    }
  }
}
