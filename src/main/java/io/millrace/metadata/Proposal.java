package io.millrace.metadata;

import java.util.List;

/**
 * Facts that become so together or not at all: one entry of the metadata log. It was decided from a
 * certain state, and counts only if the log has come to exactly that state when it is applied.
 *
 * @param controllerTerm the term of the controller that decided it
 * @param previousProposal number of the proposal that its state followed; its own is one more
 * @param metadataVersion whose schemas its facts are to be written with; of one that was read, that
 *     of this build
 * @param records the facts, in order
 */
public record Proposal(
    long controllerTerm, long previousProposal, int metadataVersion, List<MetadataRecord> records) {
  public Proposal {
    records = List.copyOf(records);
    if (records.isEmpty()) {
      throw new IllegalArgumentException("a proposal without a record");
    }
  }

  /** With the schemas of this build. */
  public Proposal(long controllerTerm, long previousProposal, List<MetadataRecord> records) {
    this(controllerTerm, previousProposal, MetadataState.SUPPORTED_VERSION, records);
  }

  /** Whether it begins a term. */
  boolean beginsTerm() {
    return records.get(0) instanceof MetadataRecord.ControllerElected;
  }
}
