package io.millrace.model.group;

/** Which protocol the members of a group speak; spelled as Kafka does. */
public enum GroupType {
  /** The members assign among themselves: one of them, the leader, computes for all. */
  CLASSIC("classic"),
  /** The server assigns (KIP-848). */
  CONSUMER("consumer");

  private final String spelling;

  GroupType(String spelling) {
    this.spelling = spelling;
  }

  @Override
  public String toString() {
    return spelling;
  }
}
