package io.millrace.metadata.raft;

import io.microraft.RaftEndpoint;
import io.microraft.RaftNode;
import io.microraft.impl.RaftNodeImpl;
import io.millrace.metadata.LogMembers;
import io.millrace.metadata.MemberId;
import io.millrace.metadata.file.MetadataDirectory;
import io.millrace.metadata.file.ProposalBytes;
import io.millrace.model.config.RaftSettings;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.config.SettingValues;
import java.io.IOException;
import java.time.Clock;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One member's copy of the log: the library's node, its files, its link to the others.
 *
 * <p>Threading: the thread of Raft, {@link #loop}; the constructor is called before it runs.
 */
final class RaftReplica {
  private static final int MS_PER_SECOND = 1_000;
  private static final int APPEND_BATCH = 128;
  private static final int PENDING_MARGIN = 1_000;

  /**
   * What a test may replace.
   *
   * @param clock never goes back
   * @param random spreads elections
   */
  record Surroundings(RaftLoop.Scheduler scheduler, Clock clock, Random random) {}

  private final RaftLoop loop;
  private final RaftFileStore store;
  private final RaftNode node;
  private final Elections elections;
  private final CommittedFeed feed;
  private final FullDisk fullDisk;

  RaftReplica(
      RaftConfig config,
      MetadataDirectory directory,
      RaftTransport transport,
      Surroundings surroundings,
      ProposalBytes bytes,
      RaftEvents events,
      Fuse fuse)
      throws IOException {
    MemberId self = config.self();
    this.loop = new RaftLoop(surroundings.scheduler(), fuse);
    RoleWatch watch = new RoleWatch(events);
    this.fullDisk = new FullDisk(surroundings.scheduler(), onFullDisk(watch));
    this.store = RaftFileStore.open(directory, self, fuse, fullDisk);
    this.feed = new CommittedFeed(bytes);
    ReplicatedState state = new ReplicatedState(self, bytes, fuse, watch, feed);
    RaftLink link =
        new RaftLink(
            self, transport, loop, store, fuse, config.settings().get(RaftSettings.INBOUND_BYTES));
    RaftNode.RaftNodeBuilder builder =
        RaftNode.newBuilder()
            .setGroupId(RaftMessageDecoding.GROUP)
            .setConfig(libraryConfig(config.settings()))
            .setExecutor(loop)
            .setTransport(link)
            .setStateMachine(state)
            .setModelFactory(RaftBytesReader.MODELS)
            .setStore(store)
            .setRaftNodeReportListener(watch)
            .setRandom(surroundings.random())
            .setClock(surroundings.clock());
    store
        .restored()
        .ifPresentOrElse(
            builder::setRestoredState, () -> begin(builder, self, config.initialMembers()));
    RaftNodeImpl built = (RaftNodeImpl) builder.build();
    this.node = built;
    this.elections = new Elections(built, loop);
    SnapshotInstall install = new SnapshotInstall(built);
    store.onSnapshot(install::onReplacing);
    state.attach(node);
    link.attach(built, install);
    transport.onReceive(link::receive);
  }

  /**
   * Who waits for space leads nobody, though the library does not know: others may have elected
   * another by the time that there is some.
   */
  private FullDisk.Listener onFullDisk(RoleWatch watch) {
    return new FullDisk.Listener() {
      @Override
      public void onFull() {
        watch.depose();
      }

      @Override
      public void onSpace() {
        loop.submit(elections::stepDown);
      }
    };
  }

  private static void begin(
      RaftNode.RaftNodeBuilder builder, MemberId self, LogMembers initialMembers) {
    Set<RaftEndpoint> voters = endpoints(initialMembers.voters());
    Set<RaftEndpoint> members = new LinkedHashSet<>(voters);
    members.addAll(endpoints(initialMembers.learners()));
    builder.setLocalEndpoint(new RaftMember(self)).setInitialGroupMembers(members, voters);
  }

  private static Set<RaftEndpoint> endpoints(Collection<MemberId> members) {
    Set<RaftEndpoint> endpoints = new LinkedHashSet<>();
    members.forEach(member -> endpoints.add(new RaftMember(member)));
    return endpoints;
  }

  private static io.microraft.RaftConfig libraryConfig(SettingValues settings) {
    int snapshotEntries = settings.get(RaftSettings.SNAPSHOT_ENTRIES);
    int heartbeat = seconds(settings.get(RaftSettings.HEARTBEAT_INTERVAL_MS));
    return io.microraft.RaftConfig.newBuilder()
        .setLeaderHeartbeatPeriodSecs(heartbeat)
        .setLeaderHeartbeatTimeoutSecs(
            Math.max(heartbeat, seconds(settings.get(RaftSettings.LEADER_TIMEOUT_MS))))
        .setLeaderElectionTimeoutMillis(settings.get(RaftSettings.ELECTION_TIMEOUT_MS))
        .setCommitCountToTakeSnapshot(snapshotEntries)
        .setAppendEntriesRequestBatchSize(APPEND_BATCH)
        // Room for what is read at a start: from the snapshot before the last on.
        .setMaxPendingLogEntryCount(
            settings.get(ServerSettings.METADATA_PENDING_MAX)
                + 2 * snapshotEntries
                + PENDING_MARGIN)
        .build();
  }

  private static int seconds(int ms) {
    return (ms + MS_PER_SECOND - 1) / MS_PER_SECOND;
  }

  /** Begins to take part. */
  CompletionStage<?> start() {
    elections.begin();
    return node.start();
  }

  RaftNode node() {
    return node;
  }

  RaftLoop loop() {
    return loop;
  }

  CommittedFeed feed() {
    return feed;
  }

  /** Whether it waits for space on the disk; on any thread. */
  boolean isDiskFull() {
    return fullDisk.isFull();
  }

  /** Takes part no more, and closes the files; then tells, on Raft's thread. */
  void close(Consumer<@Nullable Throwable> onClosed) {
    fullDisk.giveUp();
    loop.always(
        () -> {
          AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
          loop.inline(
              () -> {
                CompletionStage<?> ended = node.terminate();
                ended.exceptionally(
                    error -> {
                      failure.set(error);
                      return null;
                    });
              });
          try {
            store.close();
          } catch (IOException e) {
            failure.set(e);
          }
          loop.stop();
          onClosed.accept(failure.get());
        });
  }
}
