package io.millrace.metadata.file;

import io.millrace.metadata.Proposal;

/** A file of the log: {@link FrameFile frames} of {@link ProposalBytes proposals}. */
final class LogFile {
  private static final int MAGIC = 0x4D524D4C;

  private LogFile() {}

  static FrameFile<Proposal> of(ProposalBytes bytes) {
    return new FrameFile<>(MAGIC, "a metadata log", bytes::decodeProposal);
  }
}
