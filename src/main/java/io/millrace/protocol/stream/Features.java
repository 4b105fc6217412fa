package io.millrace.protocol.stream;

/** Optional abilities that either side may name when it greets. */
public final class Features {
  /** The client promises to answer every ping at once, and may be given up when it is silent. */
  public static final String HEARTBEAT = "heartbeat";

  private Features() {}
}
