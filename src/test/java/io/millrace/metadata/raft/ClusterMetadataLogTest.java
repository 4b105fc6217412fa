package io.millrace.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.metadata.LogMembers;
import io.millrace.metadata.MemberId;
import io.millrace.metadata.MetadataLog;
import io.millrace.metadata.MetadataRecord;
import io.millrace.metadata.MetadataRecord.ControllerElected;
import io.millrace.metadata.MetadataRecord.ProducerIdsAllocated;
import io.millrace.metadata.MetadataRecord.VotersChanged;
import io.millrace.metadata.MetadataState;
import io.millrace.metadata.Proposal;
import io.millrace.metadata.file.SimulatedDirectory;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.SettingValues;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Nodes that observe, are taken in, and are left out again. */
class ClusterMetadataLogTest {
  private static final long DEADLINE_MS = 60_000;
  private static final SettingValues SETTINGS =
      BrokerSettings.of(Map.of("metadata.raft.snapshot.entries", "20"));
  private static final MemberId FOUNDER = RaftSamples.member(0).id();

  private final VirtualTime time = new VirtualTime();
  private final SimulatedNetwork network = new SimulatedNetwork(time, new SplittableRandom(5));
  private final List<Node> nodes = new ArrayList<>();

  /** A node of the cluster, and what its listener saw. */
  private final class Node implements MetadataLog.Listener, ClusterMetadataLog.MemberOpener {
    final MemberId id;
    final SimulatedDirectory directory = new SimulatedDirectory();
    final ClusterMetadataLog log;
    final List<Long> indexes = new ArrayList<>();
    MetadataState state = MetadataState.empty();
    LogMembers members = new LogMembers(Set.of(), Set.of());
    boolean leads;
    int opened;

    Node(int number) {
      id = RaftSamples.member(number).id();
      log =
          new ClusterMetadataLog(
              config(), network.transportOf(id.key()), this, this::fetch, new SimulatedOwner(time));
      nodes.add(this);
      log.subscribe(this);
    }

    private RaftConfig config() {
      return new RaftConfig(
          Path.of("unused"), id, new LogMembers(Set.of(FOUNDER), Set.of()), SETTINGS);
    }

    private CompletionStage<MetadataSource.Fetched> fetch(MetadataSource.Request request) {
      return nodes.get(0) == this
          ? CompletableFuture.failedFuture(LogErrors.notLeader())
          : nodes.get(0).log.source().fetch(request);
    }

    @Override
    public boolean isMember() {
      return config().isFounder();
    }

    @Override
    public CompletionStage<RaftMetadataLog> open(RaftTransport transport) {
      opened++;
      CompletableFuture<RaftMetadataLog> done = new CompletableFuture<>();
      time.after(50, () -> done.complete(opened(transport)));
      return done;
    }

    private RaftMetadataLog opened(RaftTransport transport) {
      try {
        return RaftMetadataLog.open(
            config(),
            directory,
            transport,
            new RaftReplica.Surroundings(
                new SimulatedScheduler(time), time.clock(), new Random(opened)),
            task -> time.after(0, task));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void onState(MetadataState newState) {
      state = newState;
      indexes.add(newState.index());
    }

    @Override
    public void onMembers(LogMembers newMembers) {
      members = newMembers;
    }

    @Override
    public void onElected(long term) {
      log.propose(
              new Proposal(term, state.lastProposal(), List.of(new ControllerElected(id.nodeId()))))
          .whenComplete((outcome, error) -> leads = error == null);
    }

    @Override
    public void onDeposed() {
      leads = false;
    }

    @Override
    public void onFailure(Throwable cause) {
      throw new AssertionError(cause);
    }

    void propose() {
      propose(new ProducerIdsAllocated(id.nodeId(), state.nextProducerId(), 10));
    }

    void propose(MetadataRecord record) {
      log.propose(new Proposal(state.controllerTerm(), state.lastProposal(), List.of(record)));
      time.run(20);
    }
  }

  private Node founder() {
    Node founder = new Node(0);
    assertThat(time.runUntil(() -> founder.leads, DEADLINE_MS)).isTrue();
    for (int i = 0; i < 50; i++) {
      founder.propose();
    }
    assertThat(founder.state.nextProducerId()).isEqualTo(500);
    return founder;
  }

  @Test
  void shouldFollowAsAnObserver() {
    // given
    Node founder = founder();

    // when
    Node observer = new Node(1);

    // then
    assertThat(time.runUntil(() -> observer.state.nextProducerId() == 500, DEADLINE_MS)).isTrue();
    founder.propose();
    assertThat(time.runUntil(() -> observer.state.nextProducerId() == 510, DEADLINE_MS)).isTrue();
    assertThat(observer.state.toRecords()).isEqualTo(founder.state.toRecords());
    assertThat(observer.opened).isZero();
  }

  @Test
  void shouldRefuseToDecideAsAnObserver() {
    // given
    founder();
    Node observer = new Node(1);

    // then
    assertThat(observer.log.readBarrier().toCompletableFuture())
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .havingCause()
        .isInstanceOfSatisfying(
            StreamException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE));
  }

  @Test
  void shouldBecomeAVoterAndAnObserverAgain() {
    // given
    Node founder = founder();
    Node second = new Node(1);
    Node third = new Node(2);
    LogMembers three = new LogMembers(Set.of(founder.id, second.id, third.id), Set.of());

    // when
    founder.log.changeMembers(three);

    // then
    assertThat(time.runUntil(() -> second.members.equals(three), DEADLINE_MS)).isTrue();
    assertThat(time.runUntil(() -> third.members.equals(three), DEADLINE_MS)).isTrue();
    founder.propose();
    assertThat(time.runUntil(() -> third.state.nextProducerId() == 510, DEADLINE_MS)).isTrue();

    // when
    LogMembers two = new LogMembers(Set.of(founder.id, second.id), Set.of());
    CompletableFuture<Void> changed = founder.log.changeMembers(two).toCompletableFuture();

    // then
    assertThat(time.runUntil(changed::isDone, DEADLINE_MS)).isTrue();
    founder.propose(new VotersChanged(List.of(founder.id.nodeId(), second.id.nodeId()), List.of()));
    time.run(20_000);
    founder.propose();
    assertThat(time.runUntil(() -> third.state.nextProducerId() == 520, DEADLINE_MS)).isTrue();
    assertThat(third.log.members().voters()).isEmpty();

    // when
    founder.log.changeMembers(three);

    // then
    assertThat(time.runUntil(() -> third.log.members().equals(three), DEADLINE_MS)).isTrue();
    founder.propose();
    assertThat(time.runUntil(() -> third.state.nextProducerId() == 530, DEADLINE_MS)).isTrue();
    assertThat(third.opened).isEqualTo(2);
    assertThat(third.indexes).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void shouldElectAnotherWhenTheLeaderIsCutOff() {
    // given
    Node founder = founder();
    Node second = new Node(1);
    Node third = new Node(2);
    LogMembers three = new LogMembers(Set.of(founder.id, second.id, third.id), Set.of());
    founder.log.changeMembers(three);
    assertThat(time.runUntil(() -> third.members.equals(three), DEADLINE_MS)).isTrue();

    // when
    for (Node other : List.of(second, third)) {
      network.cut(founder.id.key(), other.id.key());
      network.cut(other.id.key(), founder.id.key());
    }
    CompletableFuture<MetadataLog.Outcome> lost =
        founder
            .log
            .propose(
                new Proposal(
                    founder.state.controllerTerm(),
                    founder.state.lastProposal(),
                    List.of(new ProducerIdsAllocated(founder.id.nodeId(), 500, 7))))
            .toCompletableFuture();

    // then
    assertThat(time.runUntil(() -> second.leads || third.leads, 10_000)).isTrue();
    assertThat(time.runUntil(() -> !founder.leads, 10_000)).isTrue();
    assertThat(lost).isCompletedExceptionally();
    Node leader = second.leads ? second : third;
    leader.propose();
    network.heal();
    assertThat(time.runUntil(() -> founder.state.nextProducerId() == 510, DEADLINE_MS)).isTrue();
    assertThat(founder.state.toRecords()).isEqualTo(leader.state.toRecords());
  }
}
