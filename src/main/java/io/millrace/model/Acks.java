package io.millrace.model;

/**
 * When a produce request is answered: never, when the leader has written it, when every in-sync
 * replica has.
 */
public enum Acks {
  NONE(0),
  LEADER(1),
  ALL(-1);

  private final int wireValue;

  Acks(int wireValue) {
    this.wireValue = wireValue;
  }

  /** 0, 1 or -1, as on Kafka's wire. */
  public int wireValue() {
    return wireValue;
  }

  /**
   * @throws StreamException INVALID_REQUEST for anything but 0, 1, -1
   */
  public static Acks ofWire(int value) {
    return switch (value) {
      case 0 -> NONE;
      case 1 -> LEADER;
      case -1 -> ALL;
      default ->
          throw new StreamException(
              ErrorCode.INVALID_REQUEST, "acks is " + value + ", expected 0, 1 or -1 (all)");
    };
  }
}
