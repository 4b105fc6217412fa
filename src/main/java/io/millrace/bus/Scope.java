package io.millrace.bus;

/** How far a message may travel. */
public enum Scope {
  /** Within this process, by reference: the message may hold buffers, slices and plain records. */
  LOCAL,

  /** To any node: the message is written as Avro, and at most once delivered. */
  CLUSTER
}
