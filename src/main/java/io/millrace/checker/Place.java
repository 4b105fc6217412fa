package io.millrace.checker;

/** An offset of a partition. */
record Place(int partition, long offset) {
  @Override
  public String toString() {
    return "partition " + partition + " offset " + offset;
  }
}
