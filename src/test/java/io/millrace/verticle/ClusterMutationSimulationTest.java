package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.mutation.Mutant;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The test of {@link ClusterSimulationTest}: each of these mistakes in the program must be found by
 * it. A seed that is known to find one is tried first, so that a check need not search; with {@code
 * -Dmillrace.cluster.mutant.search=true} each is searched for from seed 0 on.
 */
class ClusterMutationSimulationTest {
  private static final int SEEDS = Integer.getInteger("millrace.cluster.mutant.seeds", 200);
  private static final boolean SEARCH = Boolean.getBoolean("millrace.cluster.mutant.search");

  /** A mistake, and a seed that has found it. */
  private record Known(Mutant mutant, long seed) {
    @Override
    public String toString() {
      return mutant.name();
    }
  }

  private static Known known(
      String name, String source, String original, String mutated, long seed) {
    return new Known(new Mutant(name, source, original, mutated), seed);
  }

  static Stream<Known> mutants() {
    return Stream.of(inReplicas(), inElections(), inLives(), inLeases()).flatMap(some -> some);
  }

  private static Stream<Known> inReplicas() {
    return Stream.of(
        known(
            "the high watermark one too far",
            "replication/LeaderReplica",
            "    highWatermark = lowest;",
            "    highWatermark = Math.min(lowest + 1, endOffset);",
            0),
        known(
            "the follower's last epoch is not looked at",
            "partition/LeaderRole",
            "return isEmpty ? Optional.empty() : diverging(fetch);",
            "return Optional.empty();",
            0),
        known(
            "a duplicate is acknowledged at once",
            "partition/Partition",
            "acknowledgements.add(acks, countsDurable(), duplicate.lastOffset(), produced,"
                + " listener);",
            "listener.onProduced(produced);",
            0),
        known(
            "the fsync is left out",
            "partition/Partition",
            "    return log.beginFlush();",
            "    log.beginFlush();\n    return log::endOffset;",
            1),
        known(
            "a pending change of the in-sync replicas is reverted after a while",
            "replication/LeaderReplica",
            "    if (inSync.isPending() && !refused) {\n      return Optional.empty();\n    }",
            "    onInSyncReplicas(InSyncReplicas.of(inSync.committed()));",
            39),
        known(
            "the partition epoch is not looked at",
            "metadata/IsrRules",
            "change.partitionEpoch() != partition.partitionEpoch()",
            "change.partitionEpoch() > partition.partitionEpoch()",
            6),
        known(
            "a proposal counts whatever it was decided from",
            "metadata/ImageApplier",
            "return isOfTerm && proposal.previousProposal() == state.lastProposal();",
            "return isOfTerm;",
            30),
        known(
            "what is decided goes on while the fate of a lost proposal is not known",
            "metadata/ControllerDriver",
            "    if (settlement == Settlement.UNDER_WAY) {",
            "    if (false) {",
            2645),
        known(
            "a round serves who came after it began",
            "metadata/LeadershipRounds",
            "    waiting = new ArrayList<>();\n    underWay = round;",
            "    underWay = round;",
            72));
  }

  private static Stream<Known> inElections() {
    return Stream.of(
        known(
            "an answer rests on what the log has not taken",
            "metadata/ControllerDriver",
            " || state.lastProposal() < restsOn",
            "",
            121772),
        known(
            "nobody who is out of sync is eligible to lead",
            "metadata/PartitionDraft",
            "if (mayCommit || newHistory) {",
            "if (true) {",
            144579),
        known(
            "who is out of sync stays eligible when enough are in sync again",
            "metadata/PartitionDraft",
            "if (mayCommit || newHistory) {",
            "if (newHistory) {",
            1),
        known(
            "who lost records stays eligible",
            "metadata/PartitionDraft",
            "    lost.add(node);",
            "",
            2931));
  }

  private static Stream<Known> inLives() {
    return Stream.of(
        known(
            "a member's life is not looked at",
            "metadata/IsrRules",
            "broker.get().incarnation() == member.incarnation() && !broker.get().draining()",
            "!broker.get().draining()",
            361),
        known(
            "a late copy of a registration makes another life",
            "metadata/RegistrationRules",
            "        registration.life());\n  }",
            "        ProcessLife.UNKNOWN);\n  }",
            0),
        known(
            "a registration of an ended life counts",
            "metadata/RegistrationRules",
            "registration.life().isSupersededBy(known.life())",
            "false",
            695),
        known(
            "a leader asks again for whatever life fetched last",
            "partition/LeaderRole",
            "replica.pending().isPresent() ? Optional.ofNullable(asked) : Optional.empty()",
            "replica.pending().map(this::proposal)",
            361),
        known(
            "a registration does not end what the former life led",
            "metadata/RegistrationRules",
            "records.addAll(endFormerLife(state.cluster().withBroker(broker), broker.id(), lost));",
            "endFormerLife(state.cluster().withBroker(broker), broker.id(), lost);",
            4));
  }

  private static Stream<Known> inLeases() {
    return Stream.of(
        known(
            "a heartbeat is answered without asking whether this node still leads",
            "metadata/BrokerSupervisor",
            "rounds.confirm(nowNanos)",
            "CompletableFuture.<Void>completedFuture(null)",
            250),
        known(
            "a broker that is about to be fenced is given a lease",
            "metadata/BrokerSupervisor",
            "broker.fenced() || driver.ask(controller -> controller.brokers().isEnding(broker))",
            "broker.fenced()",
            1486),
        known(
            "the lease is not asked for",
            "partition/Partition",
            "return environment.lease().isValid();",
            "return true;",
            0),
        known(
            "the lease counts from the answer",
            "verticle/BrokerLife",
            "lease.grant(sentAtNanos,",
            "lease.grant(time.monotonicNanos(),",
            22),
        known(
            "the lease holds whatever image is followed",
            "verticle/BrokerLease",
            "\n        && followedVersion >= now.imageVersion()",
            "",
            35));
  }

  @ParameterizedTest
  @MethodSource("mutants")
  void shouldFindTheMistake(Known known) throws IOException {
    // given
    ClassLoader loader = known.mutant().load();
    LongStream all = LongStream.range(0, SEEDS);
    LongStream pinned = LongStream.of(known.seed());
    // A search is for a lower one; some mistakes show only once in a hundred thousand courses.
    LongStream seeds = SEARCH ? LongStream.concat(all, pinned) : LongStream.concat(pinned, all);

    // when
    OptionalLong found = Mutant.firstSeedThatFails(loader, ClusterWorld.class, seeds);

    // then
    assertThat(found).as(known + " was not found in " + SEEDS + " seeds").isPresent();
  }
}
