package io.millrace.metadata.raft;

import io.millrace.metadata.LogMembers;
import io.millrace.metadata.MetadataLog;
import io.millrace.metadata.MetadataState;
import io.millrace.metadata.Proposal;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metadata log on a node of a cluster, whatever its part in it is at the time:
 *
 * <pre>
 *   observer --(a leader writes to it)--> member --(it was removed)--> observer
 * </pre>
 *
 * A leader writes no more to the one that it removes, which therefore hears of it from the image:
 * when that names others, and no leader is heard. To be wrong about it costs nothing, since what it
 * promised stays in its directory and the next message of a leader opens it again.
 *
 * <p>A founder, and a node that was a member when it stopped, begin as members. The node goes on
 * observing as a member, only seldom, so that one which lost its leader still sees what the others
 * commit. Both come to the same states, and the listener sees each index once.
 *
 * <p>Threading: the owner's thread, but for {@link #source}.
 */
public final class ClusterMetadataLog implements MetadataLog {
  private static final Logger LOGGER = LoggerFactory.getLogger(ClusterMetadataLog.class);
  private static final long OBSERVER_INTERVAL_MS = 100;
  private static final long MEMBER_INTERVAL_MS = 1_000;
  private static final long LOOK_MS = 1_000;
  private static final int LOOKS_TO_CLOSE = 5;

  /** Opens the log of a member. */
  interface MemberOpener {
    /** Whether this node was a member when it stopped, or founds the log. */
    boolean isMember();

    /** Opens it; the stage completes on the owner's thread. */
    CompletionStage<RaftMetadataLog> open(RaftTransport transport);
  }

  private final RaftConfig config;
  private final RaftTransport transport;
  private final MemberOpener opener;
  private final ObserverMetadataLog.OwnerThread owner;
  private final ObserverMetadataLog observer;
  private final List<ByteBuffer> arrivedEarly = new ArrayList<>();
  private MetadataState state = MetadataState.empty();
  private boolean opening;
  private boolean wasMember;
  private @Nullable StreamException ended;
  private @Nullable Listener listener;
  private volatile @Nullable RaftMetadataLog member;
  private volatile @Nullable Consumer<ByteBuffer> memberMail;

  /**
   * Reads what is in the directory, and makes the log that {@link #subscribe} sets going. Blocks;
   * may be called on any thread.
   *
   * @param observed asks voters on other nodes
   * @param worker runs what blocks
   * @throws StreamException STORAGE_ERROR if the directory cannot be read, INVALID_CONFIG if it has
   *     the metadata of another cluster
   */
  public static ClusterMetadataLog open(
      RaftConfig config,
      RaftTransport transport,
      MetadataSource observed,
      ObserverMetadataLog.OwnerThread owner,
      Executor worker) {
    boolean isMember = FileLogMigration.isMember(config);
    MemberOpener opener =
        new MemberOpener() {
          @Override
          public boolean isMember() {
            return isMember;
          }

          @Override
          public CompletionStage<RaftMetadataLog> open(RaftTransport memberTransport) {
            CompletableFuture<RaftMetadataLog> opened = new CompletableFuture<>();
            worker.execute(() -> openOn(memberTransport, opened));
            return opened;
          }

          private void openOn(
              RaftTransport memberTransport, CompletableFuture<RaftMetadataLog> opened) {
            try {
              RaftMetadataLog log = RaftMetadataLog.open(config, memberTransport, owner::execute);
              owner.execute(() -> opened.complete(log));
            } catch (RuntimeException e) {
              owner.execute(() -> opened.completeExceptionally(e));
            }
          }
        };
    return new ClusterMetadataLog(config, transport, opener, observed, owner);
  }

  ClusterMetadataLog(
      RaftConfig config,
      RaftTransport transport,
      MemberOpener opener,
      MetadataSource observed,
      ObserverMetadataLog.OwnerThread owner) {
    this.config = config;
    this.transport = transport;
    this.opener = opener;
    this.owner = owner;
    this.observer =
        new ObserverMetadataLog(
            observed, owner, () -> followsLeader() ? MEMBER_INTERVAL_MS : OBSERVER_INTERVAL_MS);
  }

  /** What this node has committed as a member, for those who follow; asked on any thread. */
  public MetadataSource source() {
    return request -> {
      RaftMetadataLog asked = member;
      return asked == null
          ? CompletableFuture.failedFuture(LogErrors.notLeader())
          : asked.source().fetch(request);
    };
  }

  /** The members as this node knows them as one of them. */
  public LogMembers members() {
    RaftMetadataLog asked = member;
    return asked == null ? new LogMembers(Set.of(), Set.of()) : asked.members();
  }

  @Override
  public void subscribe(Listener newListener) {
    if (listener != null) {
      throw new IllegalStateException("there is a listener already");
    }
    listener = newListener;
    transport.onReceive(this::receive);
    newListener.onFounders(config.initialMembers().voters());
    newListener.onState(state);
    observer.subscribe(new Merged(null));
    if (opener.isMember()) {
      openMember();
    }
  }

  /** On any thread. */
  private void receive(ByteBuffer message) {
    Consumer<ByteBuffer> mail = memberMail;
    if (mail != null) {
      mail.accept(message);
    } else if (isFromLeader(message)) {
      owner.execute(
          () -> {
            // The rest is sent again once this is answered.
            if (arrivedEarly.isEmpty()) {
              arrivedEarly.add(message);
            }
            openMember();
          });
    }
  }

  /** Only one that was taken in is written to; votes may still be asked of one that was not. */
  private static boolean isFromLeader(ByteBuffer message) {
    int kind = message.remaining() < 2 ? 0 : message.get(message.position() + 1);
    return kind == RaftMessageEncoding.APPEND || kind == RaftMessageEncoding.SNAPSHOT;
  }

  private void openMember() {
    if (opening || member != null || ended != null) {
      return;
    }
    opening = true;
    opener
        .open(
            new RaftTransport() {
              @Override
              public void send(String memberKey, ByteBuffer message) {
                transport.send(memberKey, message);
              }

              @Override
              public void onReceive(Consumer<ByteBuffer> handler) {
                memberMail = handler;
              }
            })
        .whenComplete(this::onOpened);
  }

  private void onOpened(@Nullable RaftMetadataLog opened, @Nullable Throwable error) {
    opening = false;
    if (opened == null) {
      if (error != null) {
        fail(error);
      }
      return;
    }
    if (ended != null) {
      opened.close();
      return;
    }
    member = opened;
    opened.subscribe(new Merged(opened));
    owner.after(LOOK_MS, () -> lookForRemoval(opened, 0));
    Consumer<ByteBuffer> mail = memberMail;
    if (mail != null) {
      arrivedEarly.forEach(mail);
    }
    arrivedEarly.clear();
  }

  private void fail(Throwable cause) {
    if (ended == null) {
      ended = new StreamException(ErrorCode.STORAGE_ERROR, "the metadata log failed", cause);
      if (listener != null) {
        listener.onFailure(cause);
      }
    }
  }

  private boolean followsLeader() {
    RaftMetadataLog asked = member;
    return wasMember && asked != null && asked.hasLeader();
  }

  /** Several looks must agree: one that was taken in again first reads that it was removed. */
  private void lookForRemoval(RaftMetadataLog looked, int looksBefore) {
    if (member != looked || ended != null) {
      return;
    }
    int looks = wasMember && isOut(looked) ? looksBefore + 1 : 0;
    if (looks == LOOKS_TO_CLOSE) {
      closeMember(looked);
    } else {
      owner.after(LOOK_MS, () -> lookForRemoval(looked, looks));
    }
  }

  private boolean isOut(RaftMetadataLog looked) {
    if (looked.hasLeft() || !looked.members().contains(config.self())) {
      return true;
    }
    Set<NodeId> voters = state.cluster().voters();
    NodeId self = config.self().nodeId();
    return !looked.hasLeader()
        && !voters.isEmpty()
        && !voters.contains(self)
        && !state.cluster().learners().contains(self);
  }

  private void closeMember(RaftMetadataLog from) {
    if (member == from) {
      LOGGER.info("node {} is no member of the metadata log any more", config.self());
      wasMember = false;
      member = null;
      memberMail = null;
      // Not opened again before it is closed: two would write to one file.
      opening = true;
      from.close()
          .whenComplete(
              (closed, error) -> {
                opening = false;
                if (error != null) {
                  fail(error);
                }
              });
    }
  }

  /** Sees one of the two, and tells what is new. */
  private final class Merged implements Listener {
    private final @Nullable RaftMetadataLog from;

    Merged(@Nullable RaftMetadataLog from) {
      this.from = from;
    }

    @Override
    public void onState(MetadataState newState) {
      if (newState.index() > state.index() && ended == null) {
        state = newState;
        if (listener != null) {
          listener.onState(newState);
        }
      }
    }

    @Override
    public void onMembers(LogMembers members) {
      if (from != null && listener != null) {
        listener.onMembers(members);
        wasMember |= members.contains(config.self());
      }
    }

    @Override
    public void onElected(long term) {
      if (listener != null && ended == null) {
        listener.onElected(term);
      }
    }

    @Override
    public void onDeposed() {
      if (listener != null) {
        listener.onDeposed();
      }
    }

    @Override
    public void onFailure(Throwable cause) {
      fail(cause);
    }
  }

  private MetadataLog log() {
    RaftMetadataLog asked = member;
    return asked == null ? observer : asked;
  }

  @Override
  public CompletionStage<Outcome> propose(Proposal proposal) {
    return ended == null ? log().propose(proposal) : CompletableFuture.failedFuture(ended);
  }

  @Override
  public CompletionStage<MetadataState> readBarrier() {
    return ended == null ? log().readBarrier() : CompletableFuture.failedFuture(ended);
  }

  @Override
  public CompletionStage<Void> confirmLeadership() {
    return ended == null ? log().confirmLeadership() : CompletableFuture.failedFuture(ended);
  }

  @Override
  public CompletionStage<Void> changeMembers(LogMembers members) {
    return ended == null ? log().changeMembers(members) : CompletableFuture.failedFuture(ended);
  }

  @Override
  public CompletionStage<Void> close() {
    if (ended == null) {
      ended = new StreamException(ErrorCode.SHUTTING_DOWN);
    }
    RaftMetadataLog closing = member;
    return observer
        .close()
        .thenCompose(
            closed -> closing == null ? CompletableFuture.completedFuture(null) : closing.close());
  }
}
