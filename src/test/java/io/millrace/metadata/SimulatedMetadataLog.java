package io.millrace.metadata;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;

/**
 * One metadata log of several nodes on virtual time: a leader whose terms end at any moment, whose
 * proposals are then committed late, or never, and whose answers are lost. Followers see what is
 * committed later than the leader, each at its own pace.
 */
final class SimulatedMetadataLog {
  private final SimulatedWorld world;
  private final List<MetadataState> states = new ArrayList<>(List.of(MetadataState.empty()));
  private final Map<Integer, Copy> copies = new HashMap<>();
  private final BiConsumer<MetadataState, MetadataState> onCommit;
  private long term;
  private int leader = -1;

  SimulatedMetadataLog(SimulatedWorld world, BiConsumer<MetadataState, MetadataState> onCommit) {
    this.world = world;
    this.onCommit = onCommit;
  }

  MetadataState committed() {
    return states.get(states.size() - 1);
  }

  int leader() {
    return leader;
  }

  /** A copy of a node that starts. */
  Copy open(int node) {
    Copy copy = new Copy(node);
    copies.put(node, copy);
    return copy;
  }

  /** The node is gone, or lost the majority. */
  void depose(int node) {
    if (leader == node) {
      leader = -1;
      copies.get(node).loseLeadership();
    }
  }

  void close(int node) {
    depose(node);
    copies.remove(node).closed = true;
  }

  /** The node leads, having seen all that is committed. */
  void elect(int node) {
    if (leader >= 0) {
      depose(leader);
    }
    leader = node;
    term++;
    Copy copy = copies.get(node);
    copy.seeUpTo(states.size() - 1);
    copy.listener.onElected(term);
  }

  private void commit(Proposal proposal) {
    MetadataState before = committed();
    MetadataState next = ImageApplier.apply(before, before.index() + 1, proposal);
    states.add(next);
    onCommit.accept(before, next);
    int index = states.size() - 1;
    copies.forEach(
        (node, copy) -> {
          if (node == leader) {
            copy.seeUpTo(index);
          } else {
            world.after(world.random.nextInt(80), () -> copy.seeUpTo(index));
          }
        });
  }

  /** A proposal on its way. */
  private record Waiting(Proposal proposal, CompletableFuture<MetadataLog.Outcome> done) {}

  /** The log as one node has it. */
  final class Copy implements MetadataLog {
    private final int node;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private MetadataLog.Listener listener;
    private int seen;
    private boolean closed;

    private Copy(int node) {
      this.node = node;
    }

    private void seeUpTo(int index) {
      if (!closed && index > seen) {
        seen = index;
        listener.onState(states.get(index));
      }
    }

    private void loseLeadership() {
      List<Waiting> left = new ArrayList<>(waiting);
      waiting.clear();
      listener.onDeposed();
      for (Waiting one : left) {
        if (world.random.nextBoolean()) {
          world.after(world.random.nextInt(300), () -> commit(one.proposal()));
        }
        one.done().completeExceptionally(notLeader());
      }
    }

    @Override
    public CompletionStage<Outcome> propose(Proposal proposal) {
      CompletableFuture<Outcome> done = new CompletableFuture<>();
      if (leader != node) {
        done.completeExceptionally(notLeader());
        return done;
      }
      waiting.add(new Waiting(proposal, done));
      world.after(1 + world.random.nextInt(20), this::commitNext);
      return done;
    }

    private void commitNext() {
      if (closed || leader != node || waiting.isEmpty()) {
        return;
      }
      Waiting next = waiting.remove();
      boolean counts = ImageApplier.accepts(committed(), next.proposal());
      commit(next.proposal());
      if (world.random.nextInt(40) == 0) {
        next.done().completeExceptionally(notLeader()); // Its answer is lost.
      } else {
        next.done().complete(counts ? Outcome.APPLIED : Outcome.DROPPED);
      }
    }

    @Override
    public CompletionStage<MetadataState> readBarrier() {
      CompletableFuture<MetadataState> done = new CompletableFuture<>();
      world.after(
          25,
          () -> {
            if (closed || leader != node) {
              done.completeExceptionally(notLeader());
            } else {
              done.complete(committed());
            }
          });
      return done;
    }

    @Override
    public CompletionStage<Void> changeMembers(LogMembers members) {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void subscribe(Listener newListener) {
      listener = newListener;
      seen = states.size() - 1;
      newListener.onState(states.get(seen));
    }

    @Override
    public CompletionStage<Void> close() {
      return CompletableFuture.completedFuture(null);
    }
  }

  private static StreamException notLeader() {
    return new StreamException(ErrorCode.LEADER_NOT_AVAILABLE, "not the leader of the log");
  }
}
