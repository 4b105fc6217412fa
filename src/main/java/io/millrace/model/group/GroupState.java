package io.millrace.model.group;

/** Where a group is; spelled as Kafka does. */
public enum GroupState {
  /** No members; it exists for its commits. */
  EMPTY("Empty"),
  /** Classic: waiting for members to join again. */
  PREPARING_REBALANCE("PreparingRebalance"),
  /** Classic: waiting for the leader's assignment. */
  COMPLETING_REBALANCE("CompletingRebalance"),
  /** Every member has what it should have. */
  STABLE("Stable"),
  /** Consumer: the target assignment is older than the group's epoch. */
  ASSIGNING("Assigning"),
  /** Consumer: some member has not reached its target yet. */
  RECONCILING("Reconciling"),
  /** Deleted, or never there. */
  DEAD("Dead");

  private final String spelling;

  GroupState(String spelling) {
    this.spelling = spelling;
  }

  @Override
  public String toString() {
    return spelling;
  }
}
