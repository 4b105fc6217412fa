package io.millrace.metadata.raft;

import io.millrace.metadata.LogMembers;
import io.millrace.metadata.MemberId;
import io.millrace.metadata.MetadataLog;
import io.millrace.metadata.MetadataState;
import io.millrace.model.NodeId;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.SettingValues;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/** One seeded run of a group of members to which everything happens. */
final class Nemesis {
  private static final long ROUND_MS = 400;
  private static final long ANSWER_MS = 1_000;
  private static final int ROUNDS_PER_PHASE = 25;
  private static final SettingValues SETTINGS =
      BrokerSettings.of(
          Map.of(
              "metadata.raft.snapshot.entries", "20",
              "metadata.raft.learner.timeout.ms", "5000"));

  /** Voters and learners by number, one group after another. */
  private static final List<List<List<Integer>>> PHASES =
      List.of(
          List.of(List.of(0), List.of()),
          List.of(List.of(0), List.of(1)),
          List.of(List.of(0, 1, 2), List.of()),
          List.of(List.of(0, 1, 2, 3, 4), List.of()),
          List.of(List.of(1, 3, 4), List.of(2)),
          List.of(List.of(0, 1, 3), List.of()));

  private final VirtualTime time = new VirtualTime();
  private final SplittableRandom random;
  private final SimulatedNetwork network;
  private final History history = new History();
  private final List<SimulatedMember> members = new ArrayList<>();
  private MetadataState observed = MetadataState.empty();
  private int crashes;
  private int cuts;
  private int changes;

  Nemesis(long seed) {
    this.random = new SplittableRandom(seed);
    this.network = new SimulatedNetwork(time, random.split());
    LogMembers founder = new LogMembers(Set.of(id(0)), Set.of());
    for (int i = 0; i < 5; i++) {
      members.add(
          new SimulatedMember(id(i), time, network, random.split(), SETTINGS, founder, history));
    }
  }

  private static MemberId id(int number) {
    return new MemberId(new NodeId(number), "dir" + number);
  }

  History history() {
    return history;
  }

  @Override
  public String toString() {
    return history
        + ", "
        + crashes
        + " crashes, "
        + cuts
        + " cuts, "
        + changes
        + " changes of members, "
        + network.messages()
        + " messages, "
        + time.nowMs()
        + " ms";
  }

  void run() throws IOException {
    for (SimulatedMember member : members) {
      member.start();
    }
    observe();
    for (int phase = 0; phase < PHASES.size() && history.violations().isEmpty(); phase++) {
      LogMembers target = members(PHASES.get(phase));
      for (int round = 0; round < ROUNDS_PER_PHASE; round++) {
        disturb();
        round(target);
      }
      settle(target);
    }
    converge();
  }

  /** Follows whichever member it meets, over a network that loses some answers. */
  private void observe() {
    MemberId id = id(9);
    MetadataSource source =
        request -> {
          SimulatedMember asked = members.get(random.nextInt(members.size()));
          CompletableFuture<MetadataSource.Fetched> answer = new CompletableFuture<>();
          if (asked.isAlive() && random.nextInt(10) != 0) {
            asked.log().source().fetch(request).thenAccept(answer::complete);
          }
          // Of one that crashes before it has answered nothing comes.
          time.after(ANSWER_MS, () -> answer.completeExceptionally(LogErrors.notLeader()));
          return answer;
        };
    new ObserverMetadataLog(source, new SimulatedOwner(time), () -> 100)
        .subscribe(
            new MetadataLog.Listener() {
              @Override
              public void onState(MetadataState state) {
                observed = state;
                history.applied(id, state);
              }

              @Override
              public void onElected(long term) {
                history.note("an observer was elected");
              }

              @Override
              public void onDeposed() {
                history.note("an observer was deposed");
              }

              @Override
              public void onFailure(Throwable cause) {
                history.failed(id, cause);
              }
            });
  }

  private static LogMembers members(List<List<Integer>> phase) {
    return new LogMembers(ids(phase.get(0)), ids(phase.get(1)));
  }

  private static Set<MemberId> ids(List<Integer> numbers) {
    Set<MemberId> ids = new TreeSet<>(Comparator.comparing(MemberId::key));
    numbers.forEach(number -> ids.add(id(number)));
    return ids;
  }

  private Optional<SimulatedMember> leader() {
    return members.stream().filter(SimulatedMember::leads).findFirst();
  }

  private void round(LogMembers target) {
    for (int i = 0; i < 4; i++) {
      members.forEach(SimulatedMember::propose);
      time.run(ROUND_MS / 4);
    }
    leader()
        .filter(leader -> !leader.members().equals(target))
        .ifPresent(
            leader -> {
              changes++;
              leader.log().changeMembers(target);
            });
  }

  private void disturb() throws IOException {
    SimulatedMember victim = members.get(random.nextInt(members.size()));
    switch (random.nextInt(8)) {
      case 0 -> {
        if (victim.isAlive()) {
          crashes++;
          victim.crash();
        }
      }
      case 1 -> {
        cuts++;
        for (SimulatedMember other : members) {
          network.cut(victim.id().key(), other.id().key());
          if (random.nextBoolean()) {
            network.cut(other.id().key(), victim.id().key());
          }
        }
      }
      case 2 -> network.disturb(random.nextDouble() * 0.3, 0.2, 1 + random.nextInt(300));
      case 3 -> network.heal();
      case 4, 5, 6 -> startDead();
      default -> network.disturb(0, 0.1, 20);
    }
  }

  private void startDead() throws IOException {
    for (SimulatedMember member : members) {
      if (!member.isAlive()) {
        member.start();
      }
    }
  }

  /** Lets the group come to rest with these members, before they change again. */
  private void settle(LogMembers target) throws IOException {
    network.heal();
    startDead();
    for (int round = 0; round < 100; round++) {
      if (leader().filter(leader -> leader.members().equals(target)).isPresent()) {
        return;
      }
      round(target);
    }
    history.note(
        "the members did not become "
            + target
            + ": "
            + leader().map(leader -> leader.id() + " " + leader.members()));
  }

  private void converge() throws IOException {
    network.heal();
    startDead();
    LogMembers target = members(PHASES.get(PHASES.size() - 1));
    for (int round = 0; round < 40; round++) {
      round(target);
    }
    time.run(5_000);
    long index = leader().map(leader -> leader.state().index()).orElse(-1L);
    for (SimulatedMember member : members) {
      if (target.contains(member.id()) && member.state().index() != index) {
        history.note(member + " at the end, where the leader is at " + index);
      }
    }
    if (observed.index() < history.acknowledgedIndex() || index < history.acknowledgedIndex()) {
      history.note(
          "entry " + history.acknowledgedIndex() + " was lost, observed " + observed.index());
    }
  }
}
