package io.millrace.metadata.raft;

import io.microraft.RaftEndpoint;
import io.microraft.impl.RaftNodeImpl;
import io.microraft.model.message.AppendEntriesFailureResponse;
import io.microraft.model.message.AppendEntriesRequest;
import io.microraft.model.message.AppendEntriesSuccessResponse;
import io.microraft.model.message.InstallSnapshotRequest;
import io.microraft.model.message.InstallSnapshotResponse;
import io.microraft.model.message.PreVoteRequest;
import io.microraft.model.message.RaftMessage;
import io.microraft.model.message.VoteRequest;
import io.microraft.report.RaftTerm;
import io.microraft.transport.Transport;
import io.millrace.metadata.MemberId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Between the library and the transport: bytes, bounds, and what must not pass.
 *
 * <ul>
 *   <li>nothing leaves once the fuse has blown;
 *   <li>nobody is asked for a vote by one that does not vote, since the library would count its
 *       own;
 *   <li>no answer to what this member asked in a term that it led before counts for the one that it
 *       leads now: the library would take it for an answer of this one;
 *   <li>what follows a snapshot is compared as {@link SnapshotEdge} says;
 *   <li>no snapshot is taken of what the log has, see {@link SnapshotInstall};
 *   <li>who lacks much says where its log ends, see {@link RefusedAppend}.
 * </ul>
 *
 * <p>Threading: the thread of Raft, but for {@link #receive}.
 */
final class RaftLink implements Transport {
  private static final Logger LOGGER = LoggerFactory.getLogger(RaftLink.class);

  private final MemberId self;
  private final RaftTransport transport;
  private final RaftLoop loop;
  private final RaftFileStore store;
  private final Fuse fuse;
  private final long maxWaitingBytes;
  private final AtomicLong waitingBytes = new AtomicLong();
  private @Nullable RaftNodeImpl node;
  private @Nullable SnapshotInstall install;
  private @Nullable SnapshotEdge answering;

  RaftLink(
      MemberId self,
      RaftTransport transport,
      RaftLoop loop,
      RaftFileStore store,
      Fuse fuse,
      long maxWaitingBytes) {
    this.self = self;
    this.transport = transport;
    this.loop = loop;
    this.store = store;
    this.fuse = fuse;
    this.maxWaitingBytes = maxWaitingBytes;
  }

  /** The node that this belongs to, before it starts. */
  void attach(RaftNodeImpl newNode, SnapshotInstall newInstall) {
    node = newNode;
    install = newInstall;
  }

  @Override
  public void send(RaftEndpoint target, RaftMessage message) {
    if (fuse.isBlown() || (asksForVote(message) && !votes())) {
      return;
    }
    RaftMessage sent = message;
    if (answering != null && message instanceof AppendEntriesSuccessResponse answer) {
      sent = answering.attached(answer);
    } else if (node != null && message instanceof AppendEntriesFailureResponse answer) {
      sent = RefusedAppend.by(node, answer);
    }
    transport.send(
        ((RaftMember) target).getId(), ByteBuffer.wrap(RaftMessageEncoding.encode(sent)));
  }

  private static boolean asksForVote(RaftMessage message) {
    return message instanceof VoteRequest || message instanceof PreVoteRequest;
  }

  private boolean votes() {
    return node != null
        && RaftMember.idsOf(node.getEffectiveMembers().getVotingMembers()).contains(self);
  }

  /** A lost message is sent again, so nobody need ask. */
  @Override
  public boolean isReachable(RaftEndpoint endpoint) {
    return true;
  }

  /** Takes what arrived, on any thread; drops it if too much waits. */
  void receive(ByteBuffer message) {
    int size = message.remaining();
    if (waitingBytes.addAndGet(size) > maxWaitingBytes) {
      waitingBytes.addAndGet(-size);
      return;
    }
    loop.submit(
        () -> {
          waitingBytes.addAndGet(-size);
          handle(message);
        });
  }

  private void handle(ByteBuffer bytes) {
    RaftNodeImpl receiver = node;
    if (receiver == null) {
      return;
    }
    RaftMessage message;
    try {
      message = RaftMessageDecoding.decode(bytes, self);
    } catch (UnreadableRaftBytesException e) {
      LOGGER.warn("a message to member {} was dropped: {}", self, e.getMessage());
      return;
    }
    if (answersEarlierTerm(message, receiver.getTerm())
        || (message instanceof InstallSnapshotRequest snapshot && isNeedless(snapshot))) {
      return;
    }
    SnapshotEdge edge = store.edge();
    if (message instanceof AppendEntriesRequest append && edge.isFollowedBy(append)) {
      answering = edge;
      try {
        loop.inline(() -> receiver.handle(SnapshotEdge.detached(append)));
      } finally {
        answering = null;
      }
    } else if (message instanceof RefusedAppend refused) {
      receiver.handle(refused.skippedBy(receiver));
    } else {
      receiver.handle(message);
    }
  }

  /**
   * The one who answered may have dropped since what it says that it has, and may have voted since
   * for another.
   */
  private boolean answersEarlierTerm(RaftMessage message, RaftTerm now) {
    boolean isAnswer =
        message instanceof AppendEntriesSuccessResponse
            || message instanceof AppendEntriesFailureResponse
            || message instanceof InstallSnapshotResponse;
    RaftEndpoint leader = now.getLeaderEndpoint();
    return isAnswer
        && message.getTerm() < now.getTerm()
        && leader != null
        && RaftMember.idOf(leader).equals(self);
  }

  /** Whether it has nothing that the log has not; then the leader has been told so. */
  private boolean isNeedless(InstallSnapshotRequest snapshot) {
    SnapshotInstall known = install;
    if (known == null) {
      return false;
    }
    if (!known.isNeedless(snapshot)) {
      forgetLater(known, snapshot);
      return false;
    }
    AppendEntriesSuccessResponse answer = known.answer(snapshot);
    if (answer != null) {
      send(snapshot.getSender(), answer);
    }
    return true;
  }

  private void forgetLater(SnapshotInstall known, InstallSnapshotRequest snapshot) {
    try {
      known.forgetLater(snapshot);
    } catch (IOException e) {
      fuse.blow(e);
    }
  }
}
