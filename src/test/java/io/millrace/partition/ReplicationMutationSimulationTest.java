package io.millrace.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.mutation.Mutant;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The test of {@link ReplicationSimulationTest}: each of these mistakes in the program must be
 * found by it, within a bounded number of seeds.
 */
class ReplicationMutationSimulationTest {
  private static final int SEEDS = Integer.getInteger("millrace.replication.mutant.seeds", 300);

  static Stream<Mutant> mutants() {
    return Stream.of(
        new Mutant(
            "the high watermark one too far",
            "replication/LeaderReplica",
            "    highWatermark = lowest;",
            "    highWatermark = Math.min(lowest + 1, endOffset);"),
        new Mutant(
            "the follower's last epoch is not looked at",
            "partition/LeaderRole",
            "return isEmpty ? Optional.empty() : diverging(fetch);",
            "return Optional.empty();"),
        new Mutant(
            "a duplicate is acknowledged at once",
            "partition/Partition",
            "acknowledgements.add(acks, countsDurable(), duplicate.lastOffset(), produced,"
                + " listener);",
            "listener.onProduced(produced);"),
        new Mutant(
            "the fsync is left out",
            "partition/Partition",
            "    return log.beginFlush();",
            "    log.beginFlush();\n    return log::endOffset;"),
        new Mutant(
            "a follower calls durable what it has written",
            "replication/FollowerReplica",
            "log.durableEndOffset(),",
            "log.endOffset(),"),
        new Mutant(
            "a leader counts what it has written as durable",
            "replication/LeaderReplica",
            "return durableCounts ? durableEndOffset : endOffset;",
            "return endOffset;"),
        new Mutant(
            "a pending change of the in-sync replicas is reverted after a while",
            "replication/LeaderReplica",
            "    if (inSync.isPending() && !refused) {\n      return Optional.empty();\n    }",
            "    onInSyncReplicas(InSyncReplicas.of(inSync.committed()));"),
        new Mutant(
            "a pending in-sync replica does not hold the high watermark back",
            "replication/LeaderReplica",
            "    maximal = newInSync.maximal();",
            "    maximal = newInSync.committed();"),
        new Mutant(
            "too few in-sync replicas commit",
            "replication/LeaderReplica",
            "    if (!hasEnoughInSync()) {\n      return false;\n    }\n    long lowest",
            "    long lowest"),
        new Mutant(
            "the lease is not asked for",
            "partition/Partition",
            "return environment.lease().isValid();",
            "return true;"));
  }

  @ParameterizedTest
  @MethodSource("mutants")
  void shouldFindTheMistake(Mutant mutant) throws IOException {
    // given
    ClassLoader loader = mutant.load();

    // when
    OptionalLong found = Mutant.firstSeedThatFails(loader, ReplicationWorld.class, SEEDS);

    // then
    assertThat(found).as(mutant.name() + " was not found in " + SEEDS + " seeds").isPresent();
  }

  @Test
  void shouldFindNothingInTheProgramAsItIs() {
    // when // then
    assertThat(Mutant.firstSeedThatFails(Mutant.unchanged(), ReplicationWorld.class, 10)).isEmpty();
  }

  @Test
  void shouldNotTakeAnOutdatedMutantForOneThatWasFound() {
    // given
    Mutant outdated = new Mutant("outdated", "partition/Partition", "no such piece", "");

    // when // then
    assertThatThrownBy(outdated::load).isInstanceOf(AssertionError.class);
  }
}
