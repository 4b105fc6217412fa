package io.millrace.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.NodeId;
import io.millrace.model.TopicName;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Random requests, commits, losses and elections; whatever comes, the rules hold. */
class MetadataPropertyTest {
  private static final int STEPS = 120;
  private static final List<String> CHANGES = List.of("", "1", "5000", "not a number");

  /** One run from one seed. */
  private static final class Run {
    final SplittableRandom random;
    final Controller controller;
    final List<Proposal> inFlight = new ArrayList<>();
    final List<Proposal> log = new ArrayList<>();
    final Set<Long> producerIds = new HashSet<>();
    MetadataState state = MetadataState.empty();

    Run(long seed) {
      random = new SplittableRandom(seed);
      controller =
          new Controller(
              BrokerSettings.of(Map.of("max.partitions", "60", "metadata.pending.max", "8")),
              new SplittableRandom(seed + 1));
    }

    void step() {
      switch (random.nextInt(12)) {
        case 0 -> take(controller.found("c" + random.nextInt(2)));
        case 1 -> take(controller.registerBroker(new NodeId(random.nextInt(4))));
        case 2, 3, 4 ->
            take(
                controller.createTopic(
                    name(), random.nextInt(14) - 1, random.nextInt(4) - 1, settings(), chance()));
        case 5 -> take(controller.deleteTopic(name()));
        case 6 -> take(controller.alterTopic(name(), settings(), chance()));
        case 7 -> take(controller.createPartitions(name(), random.nextInt(14), chance()));
        case 8 -> take(controller.allocateProducerIds(new NodeId(random.nextInt(4))));
        case 9 -> elect();
        default -> commit(1 + random.nextInt(3));
      }
    }

    boolean chance() {
      return random.nextInt(5) == 0;
    }

    TopicName name() {
      return new TopicName("t" + random.nextInt(6));
    }

    Map<String, String> settings() {
      return random.nextInt(3) == 0
          ? Map.of()
          : Map.of("retention.ms", CHANGES.get(random.nextInt(CHANGES.size())));
    }

    void take(Decision<?> decision) {
      if (decision instanceof Decision.Propose<?> propose) {
        inFlight.add(propose.proposal());
      }
    }

    /** A new term; what was in flight is lost, or arrives late, or arrives in time. */
    void elect() {
      List<Proposal> late = new ArrayList<>();
      for (Proposal proposal : inFlight) {
        switch (random.nextInt(3)) {
          case 0 -> enter(proposal);
          case 1 -> late.add(proposal);
          default -> {}
        }
      }
      inFlight.clear();
      controller.onDeposed();
      controller.onCommitted(state);
      enter(controller.onElected(new NodeId(random.nextInt(4)), state.controllerTerm() + 1));
      late.forEach(this::enter);
      controller.onCommitted(state);
    }

    void commit(int most) {
      for (int i = 0; i < most && !inFlight.isEmpty(); i++) {
        enter(inFlight.remove(0));
      }
      controller.onCommitted(state);
    }

    void enter(Proposal proposal) {
      if (ImageApplier.accepts(state, proposal)) {
        proposal.records().forEach(this::noteProducerIds);
      }
      log.add(proposal);
      MetadataState before = state;
      state = ImageApplier.apply(state, state.index() + 1, proposal);
      checkGrowth(before, state);
    }

    void noteProducerIds(MetadataRecord record) {
      if (record instanceof MetadataRecord.ProducerIdsAllocated block) {
        for (long id = 0; id < block.count(); id++) {
          assertThat(producerIds.add(block.firstProducerId() + id)).isTrue();
        }
      }
    }
  }

  @Property(tries = 300)
  void shouldKeepEveryInvariant(@ForAll long seed) {
    // given
    Run run = new Run(seed);
    run.elect();

    // when
    for (int i = 0; i < STEPS; i++) {
      run.step();
      checkInvariants(run.state);
    }

    // then
    assertThat(replayed(run.log)).usingRecursiveComparison().isEqualTo(asPlain(run.state));
    MetadataState restored = ImageApplier.restore(run.state.index(), run.state.toRecords());
    assertThat(asPlain(restored)).isEqualTo(asPlain(run.state));
    assertThat(restored.cluster().changesSince(run.state.cluster()).isEmpty()).isTrue();
  }

  private static Plain replayed(List<Proposal> log) {
    MetadataState state = MetadataState.empty();
    for (Proposal proposal : log) {
      state = ImageApplier.apply(state, state.index() + 1, proposal);
    }
    return asPlain(state);
  }

  /** A state's content, comparable. */
  private record Plain(
      long index,
      String clusterId,
      List<Object> brokers,
      List<Object> topics,
      long term,
      long lastProposal,
      long nextProducerId) {}

  private static Plain asPlain(MetadataState state) {
    return new Plain(
        state.index(),
        state.cluster().clusterId(),
        List.copyOf(state.cluster().brokers()),
        List.copyOf(state.cluster().topics()),
        state.controllerTerm(),
        state.lastProposal(),
        state.nextProducerId());
  }

  private static void checkInvariants(MetadataState state) {
    int partitions = 0;
    for (TopicImage topic : state.cluster().topics()) {
      assertThat(state.cluster().topic(topic.id())).contains(topic);
      assertThat(state.cluster().topic(topic.name())).contains(topic);
      for (PartitionImage partition : topic.partitions()) {
        assertThat(topic.partitions().get(partition.partition())).isSameAs(partition);
        assertThat(partition.replicas()).isNotEmpty().doesNotHaveDuplicates();
        assertThat(partition.replicas()).containsAll(partition.inSyncReplicas());
        partition
            .leader()
            .ifPresent(leader -> assertThat(partition.inSyncReplicas()).contains(leader));
      }
      partitions += topic.partitions().size();
    }
    assertThat(state.cluster().partitionCount()).isEqualTo(partitions).isLessThanOrEqualTo(60);
  }

  private static void checkGrowth(MetadataState before, MetadataState now) {
    assertThat(now.index()).isEqualTo(before.index() + 1);
    assertThat(now.controllerTerm()).isGreaterThanOrEqualTo(before.controllerTerm());
    assertThat(now.nextProducerId()).isGreaterThanOrEqualTo(before.nextProducerId());
    for (TopicImage topic : now.cluster().topics()) {
      before
          .cluster()
          .topic(topic.id())
          .ifPresent(
              earlier -> {
                for (PartitionImage partition : earlier.partitions()) {
                  PartitionImage later = topic.partitions().get(partition.partition());
                  assertThat(later.leaderEpoch()).isGreaterThanOrEqualTo(partition.leaderEpoch());
                  assertThat(later.partitionEpoch())
                      .isGreaterThanOrEqualTo(partition.partitionEpoch());
                }
              });
    }
  }
}
