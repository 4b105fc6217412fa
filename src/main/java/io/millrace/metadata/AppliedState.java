package io.millrace.metadata;

/**
 * The state that a log has come to. Every kind of {@link MetadataLog} keeps it here, so that an
 * entry does the same in all of them.
 *
 * <p>Threading: one thread.
 */
public final class AppliedState {
  private MetadataState state;

  /** Goes on from this state. */
  public AppliedState(MetadataState state) {
    this.state = state;
  }

  public MetadataState state() {
    return state;
  }

  /**
   * Applies the next entry.
   *
   * @return whether it counts
   * @throws IllegalStateException if a fact breaks a rule: this node must not go on
   */
  public MetadataLog.Outcome apply(Proposal proposal) {
    boolean counts = ImageApplier.accepts(state, proposal);
    state = ImageApplier.apply(state, state.index() + 1, proposal);
    return counts ? MetadataLog.Outcome.APPLIED : MetadataLog.Outcome.DROPPED;
  }

  /** Goes on from a snapshot's state. */
  public void restore(MetadataState snapshot) {
    state = snapshot;
  }
}
