package io.millrace.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.group.SimulatedMember.Phase;
import io.millrace.model.group.GroupState;
import io.millrace.testing.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Members join, die, disconnect, come back and commit at random, while coordinators are lost with
 * what they had not committed yet. Run on virtual time; the seed in a failure's name repeats it.
 */
class ClassicGroupSimulationTest {
  private static final int SEEDS = 150;
  private static final int STEPS = 1_500;
  private static final int MOST_MEMBERS = 6;

  private CoordinatorDriver driver;
  private ClassicHistory history;
  private Random random;
  private List<SimulatedMember> members;
  private int reloads;

  static LongStream seeds() {
    return LongStream.rangeClosed(1, SEEDS);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void shouldKeepItsPromisesWhateverHappens(long seed) {
    // given
    begin(seed);

    // when
    for (int step = 0; step < STEPS; step++) {
      chaos();
      step();
    }
    calmDown();
    driver.commitQuickly();

    // then
    assertThat(driver.describe("g").state()).isEqualTo(GroupState.STABLE);
    List<Integer> all = new ArrayList<>();
    for (SimulatedMember member : alive()) {
      assertThat(member.phase()).isEqualTo(Phase.READING);
      assertThat(member.generation()).isEqualTo(driver.describe("g").epoch());
      all.addAll(member.owned());
    }
    assertThat(all).containsExactlyInAnyOrder(0, 1, 2, 3);
    history.checkCommitted(driver.committed("g"));
    assertThat(history.ownershipCount()).as("the run did something").isGreaterThan(8);
    assertThat(history.acknowledgedCount()).isGreaterThan(10);
    assertThat(reloads).isPositive();
  }

  private void begin(long seed) {
    random = Seeds.random(seed);
    driver = new CoordinatorDriver(Map.of(), seed);
    driver.commitSlowly();
    history = new ClassicHistory(driver);
    members = new ArrayList<>();
  }

  private List<SimulatedMember> alive() {
    return members.stream().filter(member -> member.phase() != Phase.DEAD).toList();
  }

  private void chaos() {
    int dice = random.nextInt(400);
    List<SimulatedMember> alive = alive();
    if (alive.isEmpty() || (dice < 8 && alive.size() < MOST_MEMBERS)) {
      members.add(newMember());
    } else if (dice < 10) {
      oneOf(alive).kill();
    } else if (dice < 12) {
      oneOf(alive).leave();
    } else if (dice < 16) {
      oneOf(alive).disconnect();
    } else if (dice < 20) {
      loseCoordinator();
    } else if (dice < 100) {
      oneOf(alive).commit();
    }
  }

  /** Half of them are static; some of those take over from one that may still be alive. */
  private SimulatedMember newMember() {
    Optional<String> instance =
        random.nextBoolean() ? Optional.of("i" + random.nextInt(3)) : Optional.empty();
    return new SimulatedMember(driver, history, "c" + members.size(), instance);
  }

  private SimulatedMember oneOf(List<SimulatedMember> some) {
    return some.get(random.nextInt(some.size()));
  }

  private void loseCoordinator() {
    reloads++;
    history.onCoordinatorLost();
    driver.reload();
    members.forEach(SimulatedMember::onCoordinatorLost);
  }

  private void step() {
    driver.advance(random.nextInt(500));
    if (random.nextInt(3) > 0) {
      driver.commitAll();
    }
    for (SimulatedMember member : alive()) {
      if (random.nextInt(4) > 0) {
        member.step();
      }
    }
    history.takeAnswers();
    if (random.nextInt(20) == 0) {
      driver.commitAll();
      history.takeAnswers();
      history.checkCommitted(driver.committedNow("g"));
    }
  }

  /**
   * Some die at last. Nothing happens any more but what is due: sessions of the dead end, the
   * living rebalance.
   */
  private void calmDown() {
    members.add(new SimulatedMember(driver, history, "last", Optional.empty()));
    TreeSet<String> instances = new TreeSet<>();
    for (SimulatedMember member : alive()) {
      // Two that claim one instance would fence each other for ever.
      boolean isSecond = member.instanceId().filter(id -> !instances.add(id)).isPresent();
      if (isSecond || (!member.isCalled("last") && random.nextInt(3) == 0)) {
        member.kill();
      }
    }
    for (int i = 0; i < 2_000; i++) {
      driver.advance(100);
      driver.commitAll();
      alive().forEach(SimulatedMember::step);
      history.takeAnswers();
    }
  }
}
