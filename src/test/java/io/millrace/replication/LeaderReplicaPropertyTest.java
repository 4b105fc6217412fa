package io.millrace.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
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
    ASK,
    TIME,
    REFUSE,
    COMMIT_CHANGE,
    REFUSE_CHANGE,
    MIN_IN_SYNC
  }

  record Step(Kind kind, int node, int amount) {}

  private static final class Model {
    private final boolean durableCounts;
    private final LeaderReplica leader;
    private final Map<NodeId, long[]> followers = new HashMap<>();
    private static final Brokers ACTIVE = node -> OptionalLong.of(1);
    private static final long LAG = 100;

    private Set<NodeId> committed = Set.of(SELF);
    private final List<Set<NodeId>> pending = new ArrayList<>();
    private int partitionEpoch;
    private long now;
    private int minInSync = 1;
    private long end;
    private long durable;
    private long before;

    Model(boolean durableCounts) {
      this.durableCounts = durableCounts;
      this.leader = new LeaderReplica(SELF, 0, InSyncReplicas.of(committed), 0, 0, 0, 0);
      leader.onCommitted(partitionEpoch, committed, Set.of());
      leader.onSettings(minInSync, durableCounts);
    }

    void apply(Step step) {
      before = leader.highWatermark();
      NodeId node = new NodeId(step.node());
      switch (step.kind()) {
        case APPEND -> leader.onLocalEnd(end += step.amount(), durable);
        case FLUSH -> leader.onLocalEnd(end, durable = Math.min(end, durable + step.amount()));
        case FETCH -> fetch(node, step.amount());
        case ASK -> ask();
        case TIME -> now += 10L * step.amount();
        case REFUSE -> leader.onRefused(partitionEpoch);
        case COMMIT_CHANGE -> decide(pending.isEmpty() ? committed : pending.get(0));
        case REFUSE_CHANGE -> decide(committed);
        case MIN_IN_SYNC -> leader.onSettings(minInSync = 1 + step.amount() % 3, durableCounts);
      }
    }

    private void fetch(NodeId node, int amount) {
      long[] position = followers.computeIfAbsent(node, n -> new long[2]);
      position[0] = Math.min(end, position[0] + amount);
      position[1] = Math.min(position[0], position[1] + amount / 2);
      leader.onFollowerFetch(node, 1, position[0], position[1], now);
    }

    private void ask() {
      List<NodeId> replicas = IntStream.range(0, NODES).mapToObj(NodeId::new).toList();
      leader
          .propose(replicas, ACTIVE, now, LAG)
          .ifPresent(
              wanted -> {
                assertThat(wanted).contains(SELF);
                pending.add(wanted);
              });
    }

    /** Any of the copies that are on their way may be the one that counts. */
    private void decide(Set<NodeId> decided) {
      committed = decided;
      pending.clear();
      leader.onCommitted(++partitionEpoch, decided, Set.of());
    }

    void check(Step step) {
      long reached = leader.highWatermark();
      Set<NodeId> maximal = new HashSet<>(committed);
      pending.forEach(maximal::addAll);
      long lowest = maximal.stream().mapToLong(this::share).min().orElseThrow();
      int certain =
          Math.min(committed.size(), pending.stream().mapToInt(Set::size).min().orElse(NODES));
      boolean enough = certain >= minInSync;
      assertThat(reached)
          .as("HighWatermarkMonotonic after %s", step)
          .isGreaterThanOrEqualTo(before);
      assertThat(reached).as("NeverAboveMinOfIsr after %s", step).isLessThanOrEqualTo(lowest);
      assertThat(reached)
          .as("AsFarAsAllowed after %s", step)
          .isEqualTo(enough ? Math.max(before, lowest) : before);
    }

    private long share(NodeId node) {
      if (node.equals(SELF)) {
        return durableCounts ? durable : end;
      }
      return followers.get(node) == null ? -1 : followers.get(node)[durableCounts ? 1 : 0];
    }
  }
}
