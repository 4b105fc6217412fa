package io.millrace.metadata.raft;

import io.microraft.RaftNodeStatus;
import io.microraft.RaftRole;
import io.microraft.impl.RaftNodeImpl;
import io.microraft.impl.state.RaftState;
import java.util.concurrent.TimeUnit;

/**
 * Has a member ask for votes when its leader is silent, where the library may never do so.
 *
 * <p>A member that asked whether it would be voted for, as each does when it starts, and then heard
 * of a leader in the term that it was in, never stops to believe that it is asking, and so does not
 * ask when that leader goes. Members that were all restarted under one leader would be without one
 * for ever after. What the library does for a member that is not asking is done here for each.
 *
 * <p>Threading: the thread of Raft.
 */
final class Elections {
  private static final long LOOK_MS = 250;

  private final RaftNodeImpl node;
  private final RaftLoop loop;

  Elections(RaftNodeImpl node, RaftLoop loop) {
    this.node = node;
    this.loop = loop;
  }

  /** Looks from now on; on any thread. */
  void begin() {
    loop.schedule(this::look, LOOK_MS, TimeUnit.MILLISECONDS);
  }

  private void look() {
    if (!RaftNodeStatus.isTerminal(node.getStatus())) {
      RaftState state = node.state();
      if (state.leaderState() == null
          && state.leader() != null
          && node.isLeaderHeartbeatTimeoutElapsed()) {
        node.leader(null);
        if (state.role() == RaftRole.FOLLOWER
            && state.votingMembers().contains(node.getLocalEndpoint())) {
          stand(state);
        }
      }
      begin();
    }
  }

  private void stand(RaftState state) {
    if (state.leaderElectionQuorumSize() > 1) {
      node.runPreVote();
    } else {
      node.toSingletonLeader();
    }
  }

  /** Leads no more, if it does; whoever is elected next leads in a later term. */
  void stepDown() {
    RaftState state = node.state();
    if (state.leaderState() != null && !RaftNodeStatus.isTerminal(node.getStatus())) {
      node.toFollower(state.term());
    }
  }
}
