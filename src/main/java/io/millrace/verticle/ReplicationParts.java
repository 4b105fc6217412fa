package io.millrace.verticle;

import io.millrace.model.Lease;
import io.millrace.replication.IsrProposal;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What ties a shard to the cluster.
 *
 * @param brokerEpoch under which this node is registered now, -1 before; asked from the shard's
 *     thread
 */
public record ReplicationParts(Lease lease, LongSupplier brokerEpoch, Controller controller) {
  /** Of a node that is alone. */
  public static final ReplicationParts ALONE =
      new ReplicationParts(Lease.ALWAYS, () -> -1, (proposal, whenRefused) -> {});

  /**
   * Takes proposals to the controller, wherever it is. A proposal may be lost, late, or arrive
   * twice; it is sent again until an image decides it.
   */
  @FunctionalInterface
  public interface Controller {
    /**
     * Asks for a change of in-sync replicas; called on the shard's thread.
     *
     * @param whenRefused to be called, on any thread, only if the controller has answered that it
     *     will never be done as it is; not when there is no answer, nor when the answer is that the
     *     partition is another one by now
     */
    void propose(IsrProposal proposal, Consumer<IsrProposal> whenRefused);
  }
}
