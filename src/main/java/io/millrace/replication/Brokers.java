package io.millrace.replication;

import io.millrace.model.NodeId;
import java.util.OptionalLong;

/**
 * What the newest image says of brokers. It may be behind the controller, which therefore judges
 * again.
 *
 * <p>Threading: the thread of who asks.
 */
@FunctionalInterface
public interface Brokers {
  /** The broker epoch under which a node is registered and not fenced; empty if it is not. */
  OptionalLong activeEpoch(NodeId node);
}
