package io.millrace.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.NodeId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Any course of events against a model that computes everything anew each time. */
class LeaderReplicaPropertyTest {
  private static final NodeId SELF = new NodeId(0);
  private static final int NODES = 4;

  @Property(tries = 1_000)
  void shouldKeepTheHighWatermarkRules(
      @ForAll("steps") List<Step> steps, @ForAll boolean durableCounts) {
    // given
    Model model = new Model(durableCounts);

    // when // then
    for (Step step : steps) {
      model.apply(step);
      model.check(step);
    }
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    return Combinators.combine(
            Arbitraries.of(Kind.class),
            Arbitraries.integers().between(1, NODES - 1),
            Arbitraries.integers().between(0, 20))
        .as(Step::new)
        .list()
        .ofMaxSize(60);
  }

  enum Kind {
    APPEND,
    FLUSH,
    FETCH,
    ASK_IN,
    ASK_OUT,
    COMMIT_CHANGE,
    REFUSE_CHANGE,
    MIN_IN_SYNC
  }

  record Step(Kind kind, int node, int amount) {}

  private static final class Model {
    private final boolean durableCounts;
    private final LeaderReplica leader;
    private final Map<NodeId, long[]> followers = new HashMap<>();
    private Set<NodeId> committed = Set.of(SELF);
    private Set<NodeId> pending = Set.of(SELF);
    private int minInSync = 1;
    private long end;
    private long durable;
    private long before;

    Model(boolean durableCounts) {
      this.durableCounts = durableCounts;
      this.leader = new LeaderReplica(SELF, 0, InSyncReplicas.of(committed), 0, 0, 0);
      leader.onSettings(minInSync, durableCounts);
    }

    void apply(Step step) {
      before = leader.highWatermark();
      NodeId node = new NodeId(step.node());
      switch (step.kind()) {
        case APPEND -> leader.onLocalEnd(end += step.amount(), durable);
        case FLUSH -> leader.onLocalEnd(end, durable = Math.min(end, durable + step.amount()));
        case FETCH -> fetch(node, step.amount());
        case ASK_IN -> askIn(node);
        case ASK_OUT -> ask(without(node));
        case COMMIT_CHANGE -> decide(pending);
        case REFUSE_CHANGE -> decide(committed);
        case MIN_IN_SYNC -> leader.onSettings(minInSync = 1 + step.amount() % 3, durableCounts);
      }
    }

    private void fetch(NodeId node, int amount) {
      long[] position = followers.computeIfAbsent(node, n -> new long[2]);
      position[0] = Math.min(end, position[0] + amount);
      position[1] = Math.min(position[0], position[1] + amount / 2);
      leader.onFollowerFetch(node, position[0], position[1], 0);
    }

    private void askIn(NodeId node) {
      if (leader.isCaughtUp(node)) {
        Set<NodeId> more = new HashSet<>(committed);
        more.add(node);
        ask(more);
      }
    }

    private Set<NodeId> without(NodeId node) {
      Set<NodeId> fewer = new HashSet<>(committed);
      fewer.remove(node);
      return fewer;
    }

    private void ask(Set<NodeId> wanted) {
      // One change at a time, as AlterPartition's compare-and-set has it.
      if (pending.equals(committed)) {
        pending = wanted;
        leader.onInSyncReplicas(new InSyncReplicas(committed, pending));
      }
    }

    private void decide(Set<NodeId> decided) {
      committed = decided;
      pending = decided;
      leader.onInSyncReplicas(InSyncReplicas.of(decided));
    }

    void check(Step step) {
      long now = leader.highWatermark();
      Set<NodeId> maximal = new HashSet<>(committed);
      maximal.addAll(pending);
      long lowest = maximal.stream().mapToLong(this::share).min().orElseThrow();
      boolean enough = Math.min(committed.size(), pending.size()) >= minInSync;
      assertThat(now).as("HighWatermarkMonotonic after %s", step).isGreaterThanOrEqualTo(before);
      assertThat(now).as("NeverAboveMinOfIsr after %s", step).isLessThanOrEqualTo(lowest);
      assertThat(now).as("AsFarAsAllowed after %s", step).isEqualTo(enough ? lowest : before);
    }

    private long share(NodeId node) {
      if (node.equals(SELF)) {
        return durableCounts ? durable : end;
      }
      return followers.get(node)[durableCounts ? 1 : 0];
    }
  }
}
