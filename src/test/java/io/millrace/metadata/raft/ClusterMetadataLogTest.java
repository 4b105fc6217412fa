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
import java.util.Arrays;
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
  private SettingValues settings = SETTINGS;

  /** A node of the cluster, and what its listener saw. */
  private final class Node implements MetadataLog.Listener, ClusterMetadataLog.MemberOpener {
    final MemberId id;
    final SimulatedDirectory directory;
    final ClusterMetadataLog log;
    final List<SimulatedScheduler> schedulers = new ArrayList<>();
    final List<Long> indexes = new ArrayList<>();
    MetadataState state = MetadataState.empty();
    LogMembers members = new LogMembers(Set.of(), Set.of());
    boolean leads;
    int opened;
    boolean dead;

    Node(int number) {
      this(number, new SimulatedDirectory());
    }

    private Node(int number, SimulatedDirectory directory) {
      this.directory = directory;
      id = RaftSamples.member(number).id();
      log =
          new ClusterMetadataLog(
              config(), network.transportOf(id.key()), this, this::fetch, new SimulatedOwner(time));
      nodes.add(this);
      log.subscribe(this);
    }

    private RaftConfig config() {
      return new RaftConfig(
          Path.of("unused"), id, new LogMembers(Set.of(FOUNDER), Set.of()), settings);
    }

    private CompletionStage<MetadataSource.Fetched> fetch(MetadataSource.Request request) {
      return nodes.stream()
          .filter(node -> node != this && !node.dead && node.leads)
          .findFirst()
          .map(node -> node.log.source().fetch(request))
          .orElseGet(() -> CompletableFuture.failedFuture(LogErrors.notLeader()));
    }

    @Override
    public boolean isMember() {
      try {
        return config().isFounder() || RaftJournal.isIn(directory);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    void kill() {
      dead = true;
      leads = false;
      network.unplug(id.key());
      schedulers.forEach(SimulatedScheduler::stop);
    }

    /** The process ends at once and is started again. */
    Node restarted() {
      kill();
      return new Node(id.nodeId().value(), directory.afterKill());
    }

    @Override
    public CompletionStage<RaftMetadataLog> open(RaftTransport transport) {
      opened++;
      CompletableFuture<RaftMetadataLog> done = new CompletableFuture<>();
      time.after(50, () -> done.complete(opened(transport)));
      return done;
    }

    private RaftMetadataLog opened(RaftTransport transport) {
      SimulatedScheduler scheduler = new SimulatedScheduler(time);
      schedulers.add(scheduler);
      try {
        return RaftMetadataLog.open(
            config(),
            directory,
            transport,
            new RaftReplica.Surroundings(
                scheduler, time.clock(), new Random(opened * 31L + id.nodeId().value())),
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
      if (!dead) {
        throw new AssertionError(cause);
      }
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

  private void change(Node leader, LogMembers members) {
    CompletableFuture<Void> changed = leader.log.changeMembers(members).toCompletableFuture();
    assertThat(time.runUntil(changed::isDone, DEADLINE_MS)).isTrue();
    assertThat(changed).isCompleted();
  }

  private void awaitIds(long producerIds, Node... some) {
    for (Node node : some) {
      assertThat(time.runUntil(() -> node.state.nextProducerId() == producerIds, DEADLINE_MS))
          .as("%s at %s", node.id, node.state.nextProducerId())
          .isTrue();
    }
  }

  @Test
  void shouldTakeInAMemberInAFewMessagesHoweverLongTheLogIs() {
    // given
    settings = BrokerSettings.of(Map.of("metadata.raft.snapshot.entries", "100000"));
    Node founder = founder();
    for (int i = 0; i < 400; i++) {
      founder.propose();
    }
    Node second = new Node(1);
    Node third = new Node(2);

    // when
    long before = network.messages();
    change(founder, new LogMembers(Set.of(founder.id, second.id), Set.of()));
    change(founder, new LogMembers(Set.of(founder.id, second.id, third.id), Set.of()));

    // then
    awaitIds(4_500, second, third);
    assertThat(network.messages() - before).isLessThan(100);
  }

  @Test
  void shouldCatchUpWithANewLeaderInAFewMessages() {
    // given
    settings = BrokerSettings.of(Map.of("metadata.raft.snapshot.entries", "100000"));
    Node founder = founder();
    Node second = new Node(1);
    Node third = new Node(2);
    LogMembers three = new LogMembers(Set.of(founder.id, second.id, third.id), Set.of());
    change(founder, three);
    third.kill();
    for (int i = 0; i < 400; i++) {
      founder.propose();
    }
    Node leader = leaderAmong(founder.restarted(), second);

    // when
    long before = network.messages();
    Node thirdAgain = third.restarted();

    // then
    assertThat(time.runUntil(() -> thirdAgain.members.equals(three), DEADLINE_MS)).isTrue();
    awaitIds(4_500, thirdAgain);
    assertThat(network.messages() - before).isLessThan(200);
    assertThat(thirdAgain.state.toRecords()).isEqualTo(leader.state.toRecords());
  }

  private Node leaderAmong(Node... some) {
    assertThat(time.runUntil(() -> Arrays.stream(some).anyMatch(n -> n.leads), 10_000)).isTrue();
    return Arrays.stream(some).filter(node -> node.leads).findFirst().orElseThrow();
  }

  @Test
  void shouldGoOnAsAMemberAfterARestart() {
    // given
    Node founder = founder();
    Node second = new Node(1);
    Node third = new Node(2);
    LogMembers three = new LogMembers(Set.of(founder.id, second.id, third.id), Set.of());
    change(founder, three);
    founder.propose();
    awaitIds(510, second, third);

    // when
    Node secondAgain = second.restarted();
    assertThat(time.runUntil(() -> secondAgain.members.equals(three), DEADLINE_MS)).isTrue();
    Node thirdAgain = third.restarted();
    assertThat(time.runUntil(() -> thirdAgain.members.equals(three), DEADLINE_MS)).isTrue();
    founder.propose();
    awaitIds(520, secondAgain, thirdAgain);
    founder.kill();

    // then
    Node leader = leaderAmong(secondAgain, thirdAgain);
    leader.propose();
    awaitIds(530, secondAgain, thirdAgain);
  }

  @Test
  void shouldGoOnWithoutTheFounderFromASnapshot() {
    // given
    Node founder = founder();
    Node second = new Node(1);
    Node third = new Node(2);
    Node fourth = new Node(3);
    change(founder, new LogMembers(Set.of(founder.id, second.id, third.id), Set.of()));

    // when
    LogMembers without = new LogMembers(Set.of(second.id, third.id, fourth.id), Set.of());
    founder.log.changeMembers(without);
    Node leader = leaderAmong(second, third, fourth);
    change(leader, without);
    founder.kill();
    for (int i = 0; i < 100; i++) {
      leader.propose();
    }
    awaitIds(1_500, second, third, fourth);

    // then
    Node a = second.restarted();
    Node b = third.restarted();
    Node c = fourth.restarted();
    Node next = leaderAmong(a, b, c);
    next.propose();
    awaitIds(1_510, a, b, c);
    assertThat(a.log.members()).isEqualTo(without);

    // when
    Node late = new Node(4);
    change(next, new LogMembers(Set.of(late.id, a.id, b.id, c.id), Set.of()));

    // then
    awaitIds(1_510, late);
    Node lateAgain = late.restarted();
    next.propose();
    awaitIds(1_520, lateAgain);
    assertThat(lateAgain.log.members().voters()).contains(lateAgain.id);
  }

  @Test
  void shouldTakeTheFounderBackAsAVoter() {
    // given
    Node founder = founder();
    Node second = new Node(1);
    Node third = new Node(2);
    change(founder, new LogMembers(Set.of(founder.id, second.id, third.id), Set.of()));
    LogMembers without = new LogMembers(Set.of(second.id, third.id), Set.of());
    founder.log.changeMembers(without);
    Node leader = leaderAmong(second, third);
    change(leader, without);

    // when
    Node back = founder.restarted();
    change(leader, new LogMembers(Set.of(back.id, second.id, third.id), Set.of()));

    // then
    leader.propose();
    awaitIds(510, back, second, third);
    assertThat(back.log.members().voters()).contains(back.id);
  }

  private void cutOff(Node one) {
    for (Node other : nodes) {
      network.cut(one.id.key(), other.id.key());
      network.cut(other.id.key(), one.id.key());
    }
  }

  private List<Node> three() {
    Node founder = founder();
    Node second = new Node(1);
    Node third = new Node(2);
    change(founder, new LogMembers(Set.of(founder.id, second.id, third.id), Set.of()));
    founder.propose();
    awaitIds(510, second, third);
    return List.of(founder, second, third);
  }

  @Test
  void shouldConfirmALeaderWhomAMajorityFollows() {
    // given
    List<Node> three = three();
    three.get(2).kill();

    // when
    CompletableFuture<Void> confirmed = three.get(0).log.confirmLeadership().toCompletableFuture();
    CompletableFuture<Void> later = three.get(0).log.confirmLeadership().toCompletableFuture();

    // then
    assertThat(time.runUntil(() -> confirmed.isDone() && later.isDone(), 100)).isTrue();
    assertThat(confirmed).isCompleted();
    assertThat(later).isCompleted();
  }

  @Test
  void shouldNeverConfirmALeaderThatIsCutOff() {
    // given
    List<Node> three = three();
    Node founder = three.get(0);

    // when
    cutOff(founder);
    CompletableFuture<Void> unconfirmed = founder.log.confirmLeadership().toCompletableFuture();

    // then
    leaderAmong(three.get(1), three.get(2));
    assertThat(time.runUntil(() -> !founder.leads, 10_000)).isTrue();
    assertThat(unconfirmed).isCompletedExceptionally();
  }

  @Test
  void shouldNotConfirmWithWhatWasSaidBeforeItWasAsked() {
    // given
    List<Node> three = three();
    Node founder = three.get(0);
    network.keep(three.get(1).id.key(), founder.id.key());
    network.keep(three.get(2).id.key(), founder.id.key());
    CompletableFuture<Void> before = founder.log.confirmLeadership().toCompletableFuture();
    time.run(20);
    cutOff(founder);
    network.keepNoMore();

    // when
    CompletableFuture<Void> after = founder.log.confirmLeadership().toCompletableFuture();
    time.run(20);
    network.deliverKept();
    time.run(20);

    // then
    assertThat(before).isCompleted();
    assertThat(after).isNotDone();
    assertThat(time.runUntil(after::isDone, 10_000)).isTrue();
    assertThat(after).isCompletedExceptionally();
  }

  /** The library would count it, as it numbers what it asks anew in each term. */
  @Test
  void shouldNotConfirmWithWhatWasSaidInAnEarlierTerm() {
    // given
    List<Node> three = three();
    Node founder = three.get(0);
    network.keep(three.get(1).id.key(), founder.id.key());
    network.keep(three.get(2).id.key(), founder.id.key());
    CompletableFuture<Void> before = founder.log.confirmLeadership().toCompletableFuture();
    time.run(20);
    cutOff(founder);
    network.keepNoMore();
    leaderAmong(three.get(1), three.get(2));
    assertThat(time.runUntil(() -> !founder.leads, 10_000)).isTrue();
    leadAgain(founder, three);

    // when
    cutOff(founder);
    CompletableFuture<Void> after = founder.log.confirmLeadership().toCompletableFuture();
    time.run(20);
    network.deliverKept();
    time.run(20);

    // then
    assertThat(before).isCompletedExceptionally();
    assertThat(after).isNotDone();
  }

  private void leadAgain(Node wanted, List<Node> three) {
    for (int i = 0; i < 50 && !wanted.leads; i++) {
      network.heal();
      time.run(3_000);
      Node leader = leaderAmong(three.toArray(Node[]::new));
      if (leader != wanted) {
        cutOff(leader);
        time.run(6_000);
      }
    }
    network.heal();
    time.run(1_000);
    assertThat(wanted.leads).isTrue();
  }
}
