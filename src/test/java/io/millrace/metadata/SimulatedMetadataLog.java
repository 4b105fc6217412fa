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
import java.util.random.RandomGenerator;

/**
 * One metadata log of several nodes on virtual time: a leader whose terms end at any moment, whose
 * proposals are then committed late, or never, and whose answers are lost. It takes no proposal now
 * and then, and takes the next. It may go on to believe that it leads for seconds, while others
 * have elected another; what a majority answers may be under way for long. Followers see what is
 * committed later than the leader, each at its own pace, and nothing while they are cut off. A node
 * may be slow to come to what it hears of, so that all else that it is told is ahead of that.
 */
public final class SimulatedMetadataLog {
  private static final int UNAWARE_MS = 2_500;
  private static final int SLOW_ANSWER_MS = 1_500;

  private final World world;
  private final RandomGenerator random;
  private final List<MetadataState> states = new ArrayList<>(List.of(MetadataState.empty()));
  private final Map<Integer, Copy> copies = new HashMap<>();
  private final BiConsumer<MetadataState, MetadataState> onCommit;
  private long term;
  private int leader = -1;
  private boolean confirmsSlowly;

  /** Where nodes live. */
  public interface World {
    RandomGenerator random();

    void after(long delayMs, Runnable task);

    /** Runs a task on a node as soon as it does anything. */
    void on(int node, Runnable task);

    /** Whether what one node sends reaches another. */
    boolean hears(int from, int node);

    /** How long a node takes from hearing of a state until it has come to it. */
    default long digestsForMs(int node) {
      return 0;
    }
  }

  /**
   * A log that nobody leads yet, which tells of each state that it comes to, and the one before.
   */
  public SimulatedMetadataLog(World world, BiConsumer<MetadataState, MetadataState> onCommit) {
    this.world = world;
    this.random = world.random();
    this.onCommit = onCommit;
  }

  private boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  public MetadataState committed() {
    return states.get(states.size() - 1);
  }

  public int leader() {
    return leader;
  }

  /** A copy of a node that starts. */
  public Copy open(int node) {
    Copy copy = new Copy(node);
    copies.put(node, copy);
    return copy;
  }

  /** Whether the majority's answer to the leader is under way, and will be for long. */
  public boolean confirmsSlowly() {
    return leader >= 0 && confirmsSlowly;
  }

  /** Who believes to lead. */
  public List<Integer> believers() {
    return copies.entrySet().stream()
        .filter(entry -> entry.getValue().ledTerm > 0)
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  /** The node lost the majority; it hears of it later, or when it goes on. */
  public void depose(int node) {
    if (leader == node) {
      leader = -1;
      Copy copy = copies.get(node);
      copy.leaveToChance();
      long lost = copy.ledTerm;
      int unawareMs = chance(2) ? 0 : random.nextInt(UNAWARE_MS);
      world.after(unawareMs, () -> world.on(node, () -> copy.hearOfLoss(lost)));
    }
  }

  /** The node is gone. */
  public void close(int node) {
    Copy copy = copies.remove(node);
    if (leader == node) {
      leader = -1;
      copy.leaveToChance();
    }
    copy.closed = true;
    copy.ledTerm = 0;
  }

  /** The node leads, having seen all that is committed. */
  public void elect(int node) {
    if (leader >= 0) {
      depose(leader);
    }
    Copy copy = copies.get(node);
    copy.hearOfLoss(copy.ledTerm);
    leader = node;
    term++;
    copy.seeUpTo(states.size() - 1);
    copy.ledTerm = term;
    copy.listener.onElected(term);
  }

  /** The node can be reached again. */
  public void catchUp(int node) {
    Copy copy = copies.get(node);
    if (copy != null) {
      int index = states.size() - 1;
      world.after(random.nextInt(200), () -> world.on(node, () -> copy.digest(index)));
    }
  }

  private void commit(Proposal proposal) {
    MetadataState before = committed();
    MetadataState next = ImageApplier.apply(before, before.index() + 1, proposal);
    states.add(next);
    onCommit.accept(before, next);
    int index = states.size() - 1;
    int from = leader;
    copies.forEach(
        (node, copy) -> {
          if (node == leader) {
            copy.seeUpTo(index);
          } else {
            world.after(random.nextInt(chance(20) ? 1_000 : 80), () -> copy.learn(index, from));
          }
        });
  }

  /** A proposal on its way. */
  private record Waiting(Proposal proposal, CompletableFuture<MetadataLog.Outcome> done) {}

  /** The log as one node has it. */
  public final class Copy implements MetadataLog {
    private final int node;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final List<CompletableFuture<Void>> confirming = new ArrayList<>();
    private MetadataLog.Listener listener;
    private int seen;
    private boolean closed;

    /** In which it believes to lead; 0 if it does not. */
    private long ledTerm;

    private Copy(int node) {
      this.node = node;
    }

    private void seeUpTo(int index) {
      if (!closed && index > seen) {
        seen = index;
        listener.onState(states.get(index));
      }
    }

    private void learn(int index, int from) {
      if (world.hears(from, node)) {
        world.on(node, () -> digest(index));
      }
    }

    private void digest(int index) {
      long forMs = world.digestsForMs(node);
      if (forMs == 0) {
        seeUpTo(index);
      } else {
        world.after(forMs, () -> world.on(node, () -> seeUpTo(index)));
      }
    }

    /**
     * What is on its way when the majority is lost may be kept by the next leader, or not. As in
     * every log of Raft, what is kept keeps its order, and nothing is kept behind what is not.
     */
    private void leaveToChance() {
      boolean kept = true;
      long delayMs = 0;
      for (Waiting one : waiting) {
        kept &= random.nextBoolean();
        if (kept) {
          delayMs = Math.max(delayMs, random.nextInt(300));
          world.after(delayMs, () -> commit(one.proposal()));
        }
      }
    }

    private void hearOfLoss(long lostTerm) {
      if (closed || ledTerm == 0 || ledTerm != lostTerm) {
        return;
      }
      ledTerm = 0;
      List<Waiting> left = new ArrayList<>(waiting);
      waiting.clear();
      List<CompletableFuture<Void>> unconfirmed = new ArrayList<>(confirming);
      confirming.clear();
      listener.onDeposed();
      left.forEach(one -> one.done().completeExceptionally(notLeader()));
      unconfirmed.forEach(one -> one.completeExceptionally(notLeader()));
    }

    private boolean leads() {
      return !closed && leader == node && ledTerm == term;
    }

    @Override
    public CompletionStage<Outcome> propose(Proposal proposal) {
      CompletableFuture<Outcome> done = new CompletableFuture<>();
      if (ledTerm == 0) {
        done.completeExceptionally(notLeader());
        return done;
      }
      if (!proposal.beginsTerm() && chance(60)) {
        world.after(
            random.nextInt(60), () -> world.on(node, () -> done.completeExceptionally(full())));
        return done;
      }
      waiting.add(new Waiting(proposal, done));
      world.after(1 + random.nextInt(20), () -> world.on(node, this::commitNext));
      return done;
    }

    private void commitNext() {
      if (!leads() || waiting.isEmpty()) {
        return;
      }
      Waiting next = waiting.remove();
      boolean counts = ImageApplier.accepts(committed(), next.proposal());
      commit(next.proposal());
      if (random.nextInt(40) == 0) {
        next.done().completeExceptionally(notLeader()); // Its answer is lost.
      } else {
        next.done().complete(counts ? Outcome.APPLIED : Outcome.DROPPED);
      }
    }

    @Override
    public CompletionStage<MetadataState> readBarrier() {
      CompletableFuture<MetadataState> done = new CompletableFuture<>();
      Waiting last = waiting.peekLast();
      world.after(25, () -> world.on(node, () -> endBarrier(last, done)));
      return done;
    }

    /** It is an entry behind those that were proposed before it. */
    private void endBarrier(Waiting last, CompletableFuture<MetadataState> done) {
      while (leads() && last != null && waiting.contains(last)) {
        commitNext();
      }
      if (leads()) {
        done.complete(committed());
      } else {
        done.completeExceptionally(notLeader());
      }
    }

    /** The majority says yes at a time after this; whether that is heard is another question. */
    @Override
    public CompletionStage<Void> confirmLeadership() {
      CompletableFuture<Void> done = new CompletableFuture<>();
      if (ledTerm == 0) {
        done.completeExceptionally(notLeader());
      } else {
        confirming.add(done);
        askMajority(done);
      }
      return done;
    }

    private void askMajority(CompletableFuture<Void> done) {
      world.after(
          random.nextInt(30),
          () -> {
            boolean isSo = leads();
            boolean isSlow = chance(15);
            confirmsSlowly |= isSlow && isSo;
            world.after(
                random.nextInt(isSlow ? SLOW_ANSWER_MS : 30),
                () -> {
                  confirmsSlowly &= !isSlow;
                  world.on(node, () -> hearFromMajority(done, isSo && !chance(30)));
                });
          });
    }

    private void hearFromMajority(CompletableFuture<Void> done, boolean isSo) {
      if (closed) {
        return;
      }
      if (isSo && confirming.remove(done)) {
        done.complete(null);
      } else if (leads() && confirming.contains(done)) {
        world.after(250, () -> world.on(node, () -> askMajority(done)));
      }
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

  private static StreamException full() {
    return new StreamException(ErrorCode.THROTTLED, "the log takes no changes at the moment");
  }

  private static StreamException notLeader() {
    return new StreamException(ErrorCode.LEADER_NOT_AVAILABLE, "not the leader of the log");
  }
}
