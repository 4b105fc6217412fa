package io.millrace.cluster;

/**
 * A sign that a node may be gone: worth a question to it, and nothing else.
 *
 * @param key of the node
 */
public record PeerHint(String key, Kind kind) {
  /** What was seen. */
  public enum Kind {
    /** Discovery no longer counts it as a member. */
    DEPARTED,

    /** A connection to its bus was closed or refused. */
    CONNECTION_CLOSED
  }
}
