package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bus.BusLimits;
import io.millrace.cluster.BusNode;
import io.millrace.cluster.HostPort;
import io.millrace.metadata.LogMembers;
import io.millrace.metadata.MemberId;
import io.millrace.metadata.MetadataLog;
import io.millrace.metadata.MetadataRecord.ControllerElected;
import io.millrace.metadata.MetadataRecord.ProducerIdsAllocated;
import io.millrace.metadata.MetadataState;
import io.millrace.metadata.Proposal;
import io.millrace.metadata.raft.ClusterMetadataLog;
import io.millrace.metadata.raft.RaftConfig;
import io.millrace.model.NodeId;
import io.millrace.model.TimeSource;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.testing.TestLoop;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The metadata log of two nodes, over a real bus. */
class MetadataLinksIT {
  private static final SettingValues SETTINGS = BrokerSettings.of(Map.of());
  private static final MemberId FOUNDER = new MemberId(new NodeId(1), "disk1");

  @TempDir private Path root;
  private final ExecutorService worker = Executors.newCachedThreadPool();
  private final List<Node> nodes = new ArrayList<>();
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();

  /** A node with a metadata log. */
  private final class Node implements MetadataLog.Listener {
    final BusNode bus;
    final MemberId self;
    final TestLoop loop;
    final OwnerContext owner = new OwnerContext();
    final MetadataLinks links;
    ClusterMetadataLog log;
    volatile MetadataState state = MetadataState.empty();
    volatile LogMembers members = new LogMembers(Set.of(), Set.of());
    volatile boolean leads;

    Node(int id, List<NodeId> whomToAsk) {
      List<HostPort> seeds = nodes.stream().map(node -> node.bus.discovery()).toList();
      bus = new BusNode(id, 1, seeds, Map.of());
      self = new MemberId(new NodeId(id), "disk" + id);
      loop = new TestLoop(bus.vertx());
      owner.ownedBy(loop.context());
      links =
          call(
              () ->
                  MetadataLinks.open(
                      bus.vertx(),
                      bus.bus(),
                      BusLimits.of(SETTINGS),
                      TimeSource.SYSTEM,
                      self,
                      () -> whomToAsk));
      nodes.add(this);
    }

    void openLog() {
      log =
          ClusterMetadataLog.open(
              new RaftConfig(
                  root.resolve(self.directoryId()),
                  self,
                  new LogMembers(Set.of(FOUNDER), Set.of()),
                  SETTINGS),
              links.transport(),
              links.source(),
              owner,
              worker);
      links.serve(log.source());
      call(
          () -> {
            log.subscribe(this);
            return true;
          });
    }

    <T> T call(Callable<T> code) {
      return loop.call(code);
    }

    void allocate() {
      Proposal proposal =
          call(
              () ->
                  new Proposal(
                      state.controllerTerm(),
                      state.lastProposal(),
                      List.of(
                          new ProducerIdsAllocated(self.nodeId(), state.nextProducerId(), 10))));
      assertThat(TestNode.get(call(() -> log.propose(proposal)).toCompletableFuture()))
          .isEqualTo(MetadataLog.Outcome.APPLIED);
    }

    @Override
    public void onState(MetadataState newState) {
      state = newState;
    }

    @Override
    public void onMembers(LogMembers newMembers) {
      members = newMembers;
    }

    @Override
    public void onElected(long term) {
      log.propose(
              new Proposal(
                  term, state.lastProposal(), List.of(new ControllerElected(self.nodeId()))))
          .whenComplete((outcome, error) -> leads = error == null);
    }

    @Override
    public void onDeposed() {
      leads = false;
    }

    @Override
    public void onFailure(Throwable cause) {
      failures.add(cause);
    }

    void close() {
      if (log != null) {
        TestNode.get(call(() -> log.close()).toCompletableFuture());
      }
      call(
          () -> {
            links.close();
            return true;
          });
      bus.close();
    }
  }

  private void pair() {
    Node one = new Node(1, List.of());
    Node two = new Node(2, List.of(new NodeId(2), new NodeId(1)));
    BusNode.until(() -> one.bus.node().routes().hasRoute("2"));
    BusNode.until(() -> two.bus.node().routes().hasRoute("1"));
  }

  @AfterEach
  void stop() throws InterruptedException {
    nodes.forEach(Node::close);
    worker.shutdown();
    assertThat(worker.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    assertThat(failures).isEmpty();
  }

  @Test
  void shouldFollowTheLogAndThenKeepIt() {
    // given
    pair();
    Node one = nodes.get(0);
    Node two = nodes.get(1);
    one.openLog();
    BusNode.until(() -> one.leads);
    one.allocate();

    // when
    two.openLog();

    // then
    BusNode.until(() -> two.state.nextProducerId() == 10);

    // when
    LogMembers both = new LogMembers(Set.of(one.self, two.self), Set.of());
    TestNode.get(one.call(() -> one.log.changeMembers(both)).toCompletableFuture());

    // then
    BusNode.until(() -> two.members.equals(both));
    one.allocate();
    BusNode.until(() -> two.state.nextProducerId() == 20);
    assertThat(two.state.toRecords()).isEqualTo(one.state.toRecords());
  }

  @Test
  void shouldDropMailForTheDiskBefore() throws InterruptedException {
    // given
    pair();
    Node one = nodes.get(0);
    Node two = nodes.get(1);
    BlockingQueue<ByteBuffer> received = new LinkedBlockingQueue<>();
    two.links.transport().onReceive(received::add);

    // when
    ByteBuffer lost = ByteBuffer.wrap(new byte[] {1});
    ByteBuffer large = ByteBuffer.allocate(RaftConfig.MAX_MESSAGE_BYTES);
    one.links.transport().send("2@before", lost);
    one.links.transport().send(two.self.key(), large);

    // then
    assertThat(received.poll(20, TimeUnit.SECONDS)).isEqualTo(large);
    assertThat(received).isEmpty();
  }
}
