package io.millrace.server;

import io.millrace.cluster.JoinDecision;
import io.millrace.cluster.NodeStarts;
import io.millrace.log.directory.DataDirectory;
import io.millrace.log.directory.DirectoryIdentity;
import io.millrace.metadata.MemberId;
import io.millrace.metadata.Membership;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import io.millrace.model.TopicId;
import io.millrace.model.config.ServerSettings;
import java.io.IOException;
import java.util.random.RandomGenerator;

/**
 * Who a node is in its cluster: written into its data directory before anybody hears of it, and the
 * same ever after.
 *
 * @param self this node's copy of the metadata log, whether it is a member of it or not
 * @param founder with whom that log began
 */
record ClusterIdentity(Membership membership, MemberId self, MemberId founder) {
  /** Gives a disk the number of its node. */
  @FunctionalInterface
  interface NodeIds {
    /**
     * Asks until the cluster answers.
     *
     * @throws StreamException if it refuses for good
     */
    NodeId allocate(JoinDecision.Join join) throws Exception;
  }

  /** Whether the metadata log began with this node. */
  boolean isFounder() {
    return founder.equals(self);
  }

  /**
   * Settles it by what was decided about joining.
   *
   * @param configured {@code node.id}, -1 to choose
   * @throws StreamException INVALID_CONFIG if node.id is not that of the data directory
   */
  static ClusterIdentity settle(
      JoinDecision decision,
      DataDirectory directory,
      NodeStarts starts,
      int configured,
      NodeIds ids,
      RandomGenerator random)
      throws Exception {
    if (decision instanceof JoinDecision.Resume) {
      return resumed(directory.identity().orElseThrow(), starts, configured);
    } else if (decision instanceof JoinDecision.Join join) {
      NodeId node = ids.allocate(join);
      MemberId self = new MemberId(node, starts.directoryId());
      return keep(directory, starts, join.clusterId(), self, founderOf(join));
    }
    MemberId self = new MemberId(new NodeId(Math.max(configured, 0)), starts.directoryId());
    return keep(directory, starts, newClusterId(random), self, self);
  }

  private static ClusterIdentity resumed(
      DirectoryIdentity identity, NodeStarts starts, int configured) {
    NodeId node = identity.nodeId();
    if (configured >= 0 && configured != node.value()) {
      throw new StreamException(
          ErrorCode.INVALID_CONFIG,
          ServerSettings.NODE_ID
              + " is "
              + configured
              + ", but the data directory was written by node "
              + node
              + "; leave it out, or name the right data directory");
    }
    MemberId self = new MemberId(node, identity.directoryId());
    // A node that was alone until now begins the log of its cluster.
    MemberId founder = starts.founder().flatMap(MemberId::parse).orElse(self);
    return new ClusterIdentity(new Membership(identity.clusterId(), node), self, founder);
  }

  private static MemberId founderOf(JoinDecision.Join join) {
    return MemberId.parse(join.via().founder())
        .orElseThrow(
            () ->
                new StreamException(
                    ErrorCode.INVALID_CONFIG,
                    "the node that was asked does not say who founded cluster "
                        + join.clusterId()
                        + " ('"
                        + join.via().founder()
                        + "'); run the same release on all nodes"));
  }

  /** The founder first: with an identity alone, this node would take itself for it. */
  private static ClusterIdentity keep(
      DataDirectory directory, NodeStarts starts, String clusterId, MemberId self, MemberId founder)
      throws IOException {
    starts.joined(directory.path(), founder.key());
    directory.establish(new DirectoryIdentity(clusterId, self.nodeId(), self.directoryId()));
    return new ClusterIdentity(new Membership(clusterId, self.nodeId()), self, founder);
  }

  private static String newClusterId(RandomGenerator random) {
    String id;
    do {
      id = new TopicId(random.nextLong(), random.nextLong()).toString();
    } while (id.startsWith("-"));
    return id;
  }
}
