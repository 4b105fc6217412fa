package io.millrace.metadata.raft;

import io.millrace.metadata.MemberId;

/** What stands in an entry or a chunk of the Raft log, beside changes of its members. */
sealed interface RaftOperation {

  /** The first entry of a term; once it is committed, its leader knows all that was. */
  record NewTerm(int term, MemberId leader) implements RaftOperation {}

  /** Nothing: whoever waits for it to be committed knows that all before it was decided. */
  record Barrier() implements RaftOperation {}

  /** An encoded proposal, see {@code ProposalBytes}. */
  final class Proposed implements RaftOperation {
    private final byte[] bytes;

    Proposed(byte[] bytes) {
      this.bytes = bytes;
    }

    byte[] bytes() {
      return bytes;
    }
  }

  /** A part of a snapshot, see {@code SnapshotChunks}. */
  final class ChunkBytes implements RaftOperation {
    private final byte[] bytes;

    ChunkBytes(byte[] bytes) {
      this.bytes = bytes;
    }

    byte[] bytes() {
      return bytes;
    }
  }
}
