package io.millrace.metadata;

import io.millrace.metadata.MetadataRecord.SnapshotBegun;
import java.util.List;

/**
 * Applies the metadata log to the state: the only code that says what a fact does. Without clock,
 * randomness, I/O or configuration, so that every node that has read the same log has the same
 * state.
 *
 * <p>Checked for every fact, by {@link FactApplication}: leader epochs, partition epochs,
 * incarnations and producer ids only grow; a topic's id and name are used once; a leader is an
 * in-sync replica and an in-sync replica is a replica. A fact that breaks a rule was never decided
 * by a controller: the log is damaged or of another version, and the node must not go on.
 *
 * <p>Threading: pure functions.
 */
public final class ImageApplier {
  private ImageApplier() {}

  /**
   * Whether a proposal counts: it is of the current term, or begins a later one, and was decided
   * from the state that it finds.
   */
  public static boolean accepts(MetadataState state, Proposal proposal) {
    boolean isOfTerm =
        proposal.beginsTerm()
            ? proposal.controllerTerm() > state.controllerTerm()
            : proposal.controllerTerm() == state.controllerTerm();
    return isOfTerm && proposal.previousProposal() == state.lastProposal();
  }

  /**
   * The state after the entry at this index; a proposal that does not count changes only the index.
   *
   * @throws IllegalStateException if the index is not the next one, or a fact breaks a rule
   */
  public static MetadataState apply(MetadataState state, long index, Proposal proposal) {
    check(index == state.index() + 1, "entry " + index + " follows entry " + state.index());
    if (!accepts(state, proposal)) {
      return new MetadataState(
          state.cluster().withVersion(index),
          state.metadataVersion(),
          state.controllerTerm(),
          state.lastProposal(),
          state.nextProducerId());
    }
    FactApplication application = new FactApplication(state);
    proposal.records().forEach(record -> record.accept(application));
    return application.state(index, proposal.controllerTerm(), proposal.previousProposal() + 1);
  }

  /**
   * The state that a snapshot's facts describe.
   *
   * @throws IllegalStateException if they are not those of {@link MetadataState#toRecords()}
   */
  public static MetadataState restore(long index, List<MetadataRecord> records) {
    check(
        !records.isEmpty() && records.get(0) instanceof SnapshotBegun,
        "a snapshot does not begin with SnapshotBegun");
    SnapshotBegun begun = (SnapshotBegun) records.get(0);
    FactApplication application = new FactApplication(MetadataState.empty());
    application.begin(begun);
    records.subList(1, records.size()).forEach(record -> record.accept(application));
    return application.state(index, begun.controllerTerm(), begun.lastProposal());
  }

  static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalStateException("metadata log: " + otherwise);
    }
  }
}
