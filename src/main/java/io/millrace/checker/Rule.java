package io.millrace.checker;

/** What must hold. */
public enum Rule {
  TWO_VALUES_AT_ONE_OFFSET("one offset of a partition holds one value, for every reader"),
  VALUE_AT_TWO_OFFSETS("a value is in one place (idempotent producers)"),
  LOST_WRITE("what was acknowledged, or seen by somebody, is there at the end"),
  FAILED_VALUE_SEEN("what was refused was not written"),
  NEVER_SENT("what is read was sent"),
  PRODUCER_ORDER("values of one producer in a partition keep their order (idempotent producers)"),
  GAP_IN_READING("a reader is given every offset"),
  STEP_BACK_IN_READING("a reader is given no offset twice"),
  ACKED_ELSEWHERE("an acknowledged value is exactly where the acknowledgement said"),
  REPLICAS_DIFFER("replicas have the same bytes below the high watermark"),
  REPLICA_BEHIND("a replica that is in sync has everything below the high watermark"),
  EPOCH_WENT_BACK("leader epochs in a log never decrease"),
  COMMIT_WENT_BACK("the position of a group never goes back"),
  COMMIT_BEYOND_END("the position of a group is not behind the end of the log"),
  READER_STOPPED("readers and groups are given everything up to the end"),
  GROUP_SKIPPED("what is below the position of a group was given to one of its members"),
  FINAL_READ_INCOMPLETE("at the end everything can be read, from the start to the end"),
  BAD_HISTORY("the history itself makes sense");

  private final String sentence;

  Rule(String sentence) {
    this.sentence = sentence;
  }

  /** What must hold, in words. */
  public String sentence() {
    return sentence;
  }
}
