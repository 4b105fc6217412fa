package io.millrace.verticle;

import io.millrace.bus.ReplicaClient;
import io.millrace.model.NodeId;

/**
 * Reaches the leaders on other nodes. What is sent may be lost; a fetch ends at its deadline at the
 * latest.
 *
 * <p>Threading: called on the shard's thread, and calls the listener there.
 */
@FunctionalInterface
interface ReplicaPeers {
  void fetch(NodeId leader, ReplicaClient.Question question, ReplicaClient.Listener listener);
}
