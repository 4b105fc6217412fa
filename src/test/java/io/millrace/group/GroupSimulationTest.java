package io.millrace.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.PartitionId;
import io.millrace.model.TopicName;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse.Described;
import io.millrace.model.group.GroupResponse.DescribedMember;
import io.millrace.model.group.GroupState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A group whose members, of both protocols, come, go, are slow and change their minds, while topics
 * change, answers are lost and the coordinator is loaded from its records again and again.
 *
 * <p>{@code OneOwner}: a partition is owned by at most one member, as the members see it: one owns
 * what it was told and has not given up, until the group removes it. {@code Converges}: left alone,
 * the group becomes stable and everything that somebody is subscribed to is owned by a subscriber.
 */
class GroupSimulationTest {
  private static final int RUNS = 60;
  private static final int STEPS = 250;
  private static final int SESSION_MS = 10_000;
  private static final List<String> TOPICS = List.of("t0", "t1", "t2");

  @ParameterizedTest
  @ValueSource(strings = {"consumer", "eager", "cooperative", "bidirectional"})
  void shouldHaveOneOwnerAtAnyTimeAndConverge(String kind) {
    for (long seed = 1; seed <= RUNS; seed++) {
      Run run = new Run(seed, kind);
      try {
        run.play();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("kind " + kind + ", seed " + seed + ": " + run.last(), e);
      }
    }
  }

  /** One run from one seed. */
  private static final class Run {
    private final SplittableRandom random;
    private final String kind;
    private final Coordination coordination =
        new Coordination(
            Map.of(
                "group.consumer.session.timeout.ms", Integer.toString(SESSION_MS),
                "group.initial.rebalance.delay.ms", "0",
                "group.consumer.migration.policy", "bidirectional"));
    private final List<TestMember> members = new ArrayList<>();
    private final List<String> history = new ArrayList<>();
    private int names;

    Run(long seed, String kind) {
      this.random = new SplittableRandom(seed);
      this.kind = kind;
    }

    String last() {
      return String.join(" | ", history.subList(Math.max(0, history.size() - 40), history.size()));
    }

    void play() {
      coordination.createTopic("t0", 1 + random.nextInt(5));
      for (int step = 0; step < STEPS; step++) {
        act();
        checkOneOwner();
      }
      becomeQuiet();
      checkConverged();
    }

    private void act() {
      int choice = random.nextInt(100);
      if (choice < 50) {
        some().ifPresent(member -> did("poll", member).poll());
      } else if (choice < 65) {
        some().ifPresent(member -> did("give up", member).giveUp());
      } else if (choice < 75) {
        did("advance");
        coordination.advance(random.nextInt(1_500));
      } else if (choice < 81) {
        join();
      } else if (choice < 84) {
        some().ifPresent(this::leave);
      } else if (choice < 86) {
        some().ifPresent(member -> members.remove(did("die", member)));
      } else if (choice < 89) {
        some().ifPresent(member -> did("lose", member).loseNextReply());
      } else if (choice < 92) {
        some().ifPresent(member -> did("subscribe", member).subscribe(someTopics()));
      } else if (choice < 96) {
        changeTopics();
      } else {
        reload();
      }
    }

    private Optional<TestMember> some() {
      return members.isEmpty()
          ? Optional.empty()
          : Optional.of(members.get(random.nextInt(members.size())));
    }

    private TestMember did(String what, TestMember member) {
      did(what + " " + member.memberId());
      return member;
    }

    private void did(String what) {
      history.add(what);
    }

    private void join() {
      if (members.size() > 5) {
        return;
      }
      did("join");
      boolean isConsumer =
          kind.equals("consumer")
              || (kind.equals("bidirectional") && random.nextInt(3) == 0)
              || (!kind.equals("bidirectional") && random.nextInt(2) == 0);
      members.add(
          isConsumer
              ? new ConsumerClient(coordination, "m" + ++names, instance(), someTopics())
              : new ClassicTestMember(
                  coordination, instance(), kind.equals("eager"), someTopics()));
    }

    /** None, or one that no living member has; a dead one may have it, and be replaced. */
    private Optional<String> instance() {
      return Optional.of("i" + random.nextInt(6))
          .filter(id -> id.compareTo("i3") < 0)
          .filter(id -> members.stream().noneMatch(it -> it.instanceId().equals(Optional.of(id))));
    }

    private void leave(TestMember member) {
      did("leave", member);
      if (member instanceof ConsumerClient consumer
          && consumer.instanceId().isPresent()
          && random.nextBoolean()) {
        consumer.leave(-2);
      } else {
        member.leave();
      }
      members.remove(member);
    }

    private Set<String> someTopics() {
      return TOPICS.stream().filter(each -> random.nextInt(3) > 0).collect(Collectors.toSet());
    }

    private void changeTopics() {
      String name = TOPICS.get(random.nextInt(TOPICS.size()));
      var topic = coordination.image().topic(new TopicName(name));
      did("change " + name);
      if (topic.isEmpty()) {
        coordination.createTopic(name, 1 + random.nextInt(5));
      } else if (random.nextInt(3) == 0) {
        coordination.deleteTopic(name);
      } else {
        coordination.addPartitions(name, topic.get().partitions().size() + 1);
      }
    }

    private void reload() {
      did("reload");
      if (random.nextBoolean()) {
        coordination.reload();
      } else {
        coordination.compactAndReload();
      }
      members.forEach(TestMember::reconnect);
    }

    private Described describe() {
      return coordination.ask(new GroupRequest.Describe(ConsumerClient.GROUP));
    }

    private void checkOneOwner() {
      Set<String> inGroup =
          describe().members().stream()
              .map(DescribedMember::member)
              .map(GroupRequest.Member::memberId)
              .collect(Collectors.toSet());
      Map<PartitionId, String> owners = new HashMap<>();
      for (TestMember member : members) {
        if (inGroup.contains(member.memberId())) {
          for (PartitionId partition : member.owned()) {
            assertThat(owners.put(partition, member.memberId()))
                .as("owner of %s besides %s", partition, member.memberId())
                .isNull();
          }
        }
      }
    }

    /** Everybody lives and does what it is told; who died is noticed. */
    private void becomeQuiet() {
      did("quiet");
      for (int round = 0; round < 60; round++) {
        for (TestMember member : members) {
          member.poll();
          member.giveUp();
          checkOneOwner();
        }
        coordination.advance(SESSION_MS / 10);
      }
    }

    private void checkConverged() {
      assertThat(describe().state())
          .isIn(
              members.isEmpty()
                  ? Set.of(GroupState.EMPTY, GroupState.DEAD)
                  : Set.of(GroupState.STABLE));
      Set<PartitionId> owned = new HashSet<>();
      for (TestMember member : members) {
        for (PartitionId partition : member.owned()) {
          String name =
              coordination.image().topic(partition.topicId()).orElseThrow().name().value();
          assertThat(member.subscription()).contains(name);
          owned.add(partition);
        }
      }
      Set<PartitionId> wanted = new HashSet<>();
      coordination
          .image()
          .topics()
          .forEach(
              topic -> {
                if (members.stream()
                    .anyMatch(each -> each.subscription().contains(topic.name().value()))) {
                  topic
                      .partitions()
                      .forEach(each -> wanted.add(topic.partitionId(each.partition())));
                }
              });
      assertThat(owned).isEqualTo(wanted);
    }
  }
}
