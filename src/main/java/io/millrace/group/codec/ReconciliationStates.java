package io.millrace.group.codec;

import io.millrace.group.GroupRecord.ReconciliationState;

/** The numbers of states in records, which outlive the order of the enum's constants. */
final class ReconciliationStates {
  private ReconciliationStates() {}

  static int number(ReconciliationState state) {
    return switch (state) {
      case STABLE -> 0;
      case UNREVOKED_PARTITIONS -> 1;
      case UNRELEASED_PARTITIONS -> 2;
    };
  }

  static ReconciliationState numbered(int number) {
    return switch (number) {
      case 0 -> ReconciliationState.STABLE;
      case 1 -> ReconciliationState.UNREVOKED_PARTITIONS;
      case 2 -> ReconciliationState.UNRELEASED_PARTITIONS;
      default ->
          throw new IllegalArgumentException("a member's state is " + number + ", expected 0 to 2");
    };
  }
}
