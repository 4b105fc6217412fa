package io.millrace.metadata;

import java.util.List;

/**
 * Facts that become so together or not at all: one entry of the metadata log. It was decided from a
 * certain state, and counts only if the log has come to exactly that state when it is applied.
 *
 * @param controllerTerm the term of the controller that decided it
 * @param previousProposal number of the proposal that its state followed; its own is one more
 * @param records the facts, in order
 */
public record Proposal(long controllerTerm, long previousProposal, List<MetadataRecord> records) {
  public Proposal {
    records = List.copyOf(records);
    if (records.isEmpty()) {
      throw new IllegalArgumentException("a proposal without a record");
    }
  }

  /** Whether it begins a term. */
  boolean beginsTerm() {
    return records.get(0) instanceof MetadataRecord.ControllerElected;
  }
}
