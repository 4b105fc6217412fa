package io.millrace.endpoint.kafka;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.util.List;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;

/** Checks what a client wishes about replicas. The server places them itself. */
final class Replication {
  private static final int DEFAULT = -1;

  private Replication() {}

  /**
   * @throws StreamException INVALID_REPLICATION_FACTOR if there are not as many brokers
   */
  static void checkFactor(int factor, int brokers) {
    if (factor != DEFAULT && (factor < 1 || factor > brokers)) {
      throw new StreamException(
          ErrorCode.INVALID_REPLICATION_FACTOR,
          "the replication factor is "
              + factor
              + ", expected 1 to "
              + brokers
              + ", the number of brokers, or -1 for the default");
    }
  }

  /**
   * @throws InvalidReplicaAssignmentException if a replica is to be on a broker that is not there
   */
  static void checkReplicas(List<Integer> replicas, int nodeId) {
    if (!replicas.equals(List.of(nodeId))) {
      throw new InvalidReplicaAssignmentException(
          "replicas on brokers " + replicas + ", expected [" + nodeId + "], the only broker");
    }
  }
}
