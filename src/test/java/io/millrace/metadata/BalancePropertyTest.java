package io.millrace.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.NodeId;
import io.millrace.model.TopicName;
import io.millrace.model.control.IsrChange;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Brokers join and are drained under topics; replicas that are added catch up at once. */
class BalancePropertyTest {
  private static final int MOST_STEPS = 2_000;

  @Property(tries = 60)
  void shouldEndSpreadOverAllBrokersAndRacks(@ForAll long seed) {
    // given
    SplittableRandom random = new SplittableRandom(seed);
    RulesFixture rules = new RulesFixture(Map.of("cluster.balance.moves.max", "7"));
    int brokers = 1 + random.nextInt(6);
    boolean racks = random.nextBoolean();
    for (int i = 1; i <= brokers; i++) {
      join(rules, i, racks);
      create(rules, "t" + i, 1 + random.nextInt(12));
      if (random.nextBoolean()) {
        settle(rules);
      }
    }

    // when
    settle(rules);

    // then
    int expected = Math.min(3, brokers);
    for (TopicImage topic : rules.state().cluster().topics()) {
      for (PartitionImage partition : topic.partitions()) {
        assertThat(partition.replicas()).hasSize(expected);
        assertThat(partition.leader()).contains(partition.replicas().get(0));
      }
    }
    checkSpread(rules);
  }

  @Property(tries = 20)
  void shouldHaveEachTopicLedByAllOfThreeOnceTwoJoinTheFirst(@ForAll long seed) {
    // given
    SplittableRandom random = new SplittableRandom(seed);
    RulesFixture rules = new RulesFixture(Map.of());
    join(rules, 1, false);
    create(rules, "busy", 10 + random.nextInt(10));
    create(rules, "__idle", 50);
    settle(rules);

    // when
    join(rules, 2, false);
    join(rules, 3, false);
    settle(rules);

    // then
    for (TopicImage topic : rules.state().cluster().topics()) {
      BrokerLoad load = BrokerLoad.of(topic);
      for (int i = 1; i <= 3; i++) {
        assertThat(load.leaders(new NodeId(i)))
            .as("%s led by %d", topic.name(), i)
            .isBetween(topic.partitions().size() / 3 - 2, topic.partitions().size() / 3 + 3);
      }
    }
  }

  @Property(tries = 20)
  void shouldGiveBrokersThatJoinSomeOfEachTopic(@ForAll long seed) {
    // given
    SplittableRandom random = new SplittableRandom(seed);
    RulesFixture rules = new RulesFixture(Map.of());
    for (int i = 1; i <= 3; i++) {
      join(rules, i, false);
    }
    create(rules, "idle", 50);
    create(rules, "busy", 10 + random.nextInt(10));
    settle(rules);

    // when
    join(rules, 4, false);
    join(rules, 5, false);
    settle(rules);

    // then
    for (TopicImage topic : rules.state().cluster().topics()) {
      BrokerLoad load = BrokerLoad.of(topic);
      for (int i = 1; i <= 5; i++) {
        int fair = topic.partitions().size() * 3 / 5;
        assertThat(load.replicas(new NodeId(i)))
            .as("%s replicas on %d", topic.name(), i)
            .isBetween(fair - 2, fair + 3);
        assertThat(load.leaders(new NodeId(i))).as("%s led by %d", topic.name(), i).isPositive();
      }
    }
  }

  @Property(tries = 40)
  void shouldLeaveNothingOnDrainedBrokers(@ForAll long seed) {
    // given
    SplittableRandom random = new SplittableRandom(seed);
    RulesFixture rules = new RulesFixture(Map.of());
    for (int i = 1; i <= 5; i++) {
      join(rules, i, false);
    }
    create(rules, "t", 1 + random.nextInt(20));
    settle(rules);

    // when
    rules.decide(brokers -> brokers.drain(new NodeId(4), true));
    rules.decide(brokers -> brokers.drain(new NodeId(5), true));
    settle(rules);

    // then
    for (TopicImage topic : rules.state().cluster().topics()) {
      for (PartitionImage partition : topic.partitions()) {
        assertThat(partition.replicas()).hasSize(3).doesNotContain(new NodeId(4), new NodeId(5));
      }
    }
  }

  private static void join(RulesFixture rules, int id, boolean racks) {
    NodeId node = new NodeId(id);
    rules.decide(
        brokers ->
            brokers.register(
                rules.registration(
                    node,
                    "disk" + id,
                    false,
                    racks ? Optional.of("rack" + id % 3) : Optional.empty())));
    rules.unfence(node);
  }

  private static void create(RulesFixture rules, String name, int partitions) {
    rules.take(rules.controller.createTopic(new TopicName(name), partitions, -1, Map.of(), false));
  }

  /** Upkeep and catching up, until there is nothing left to do. */
  private static void settle(RulesFixture rules) {
    for (int step = 0; step < MOST_STEPS; step++) {
      long before = rules.state().index();
      rules.upkeep();
      catchUp(rules);
      if (rules.state().index() == before) {
        return;
      }
    }
    throw new AssertionError("it moves for ever");
  }

  private static void catchUp(RulesFixture rules) {
    for (TopicImage topic : rules.state().cluster().topics()) {
      for (PartitionImage partition : topic.partitions()) {
        if (partition.inSyncReplicas().size() < partition.replicas().size()) {
          NodeId leader = partition.leader().orElseThrow();
          List<IsrChange.Member> members = new ArrayList<>();
          for (NodeId replica : partition.replicas()) {
            BrokerImage broker = rules.broker(replica);
            if (!broker.draining() || partition.inSyncReplicas().contains(replica)) {
              members.add(new IsrChange.Member(replica, broker.incarnation()));
            }
          }
          rules.alter(
              leader,
              rules.broker(leader).incarnation(),
              new IsrChange(
                  topic.partitionId(partition.partition()),
                  partition.leaderEpoch(),
                  partition.partitionEpoch(),
                  members,
                  List.of()));
        }
      }
    }
  }

  private static void checkSpread(RulesFixture rules) {
    BrokerLoad load = BrokerLoad.of(rules.state().cluster());
    List<Integer> leaders = new ArrayList<>();
    List<Integer> replicas = new ArrayList<>();
    for (BrokerImage broker : rules.state().cluster().brokers()) {
      leaders.add(load.leaders(broker.id()));
      replicas.add(load.replicas(broker.id()));
    }
    boolean isFree = distinctRacks(rules) == rules.state().cluster().brokers().size();
    if (isFree) {
      assertThat(max(replicas) - min(replicas)).as("replicas " + replicas).isLessThanOrEqualTo(1);
    }
    assertThat(max(leaders) - min(leaders)).as("leaders " + leaders).isLessThanOrEqualTo(3);
  }

  private static int distinctRacks(RulesFixture rules) {
    HashSet<String> racks = new HashSet<>();
    rules.state().cluster().brokers().stream()
        .map(broker -> ReplicaPlacement.rack(rules.state().cluster(), broker.id()))
        .forEach(racks::add);
    return racks.size();
  }

  private static int max(List<Integer> numbers) {
    return numbers.stream().mapToInt(Integer::intValue).max().orElse(0);
  }

  private static int min(List<Integer> numbers) {
    return numbers.stream().mapToInt(Integer::intValue).min().orElse(0);
  }
}
