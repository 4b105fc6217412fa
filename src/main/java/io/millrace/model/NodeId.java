package io.millrace.model;

/** A broker's number in its cluster, 0 or larger. */
public record NodeId(int value) {
  public NodeId {
    if (value < 0) {
      throw new StreamException(
          ErrorCode.INVALID_CONFIG, "node.id is " + value + ", expected 0 or larger");
    }
  }

  @Override
  public String toString() {
    return Integer.toString(value);
  }
}
