package io.millrace.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.metadata.LogMembers;
import io.millrace.metadata.MetadataLog;
import io.millrace.metadata.MetadataRecord.ControllerElected;
import io.millrace.metadata.MetadataRecord.ProducerIdsAllocated;
import io.millrace.metadata.MetadataState;
import io.millrace.metadata.Proposal;
import io.millrace.metadata.file.SimulatedDirectory;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import io.millrace.model.config.BrokerSettings;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A voter that is alone, and whose disk is full for a while. */
class FullDiskTest {
  private static final NodeId SELF = RaftSamples.SELF.nodeId();
  private static final int SNAPSHOT_ENTRIES = 20;

  private final VirtualTime time = new VirtualTime();
  private final SimulatedDirectory directory = new SimulatedDirectory();
  private final SimulatedScheduler scheduler = new SimulatedScheduler(time);
  private final List<Long> terms = new ArrayList<>();
  private RaftMetadataLog log;
  private MetadataState state = MetadataState.empty();
  private int deposed;

  @BeforeEach
  void open() throws IOException {
    log = open(directory, scheduler);
    log.subscribe(
        new MetadataLog.Listener() {
          @Override
          public void onState(MetadataState newState) {
            state = newState;
          }

          @Override
          public void onElected(long term) {
            terms.add(term);
            log.propose(
                new Proposal(term, state.lastProposal(), List.of(new ControllerElected(SELF))));
          }

          @Override
          public void onDeposed() {
            deposed++;
          }

          @Override
          public void onFailure(Throwable cause) {
            throw new AssertionError(cause);
          }
        });
    time.run(5_000);
    assertThat(terms).hasSize(1);
  }

  private RaftMetadataLog open(SimulatedDirectory on, SimulatedScheduler thread)
      throws IOException {
    return RaftMetadataLog.open(
        new RaftConfig(
            Path.of("unused"),
            RaftSamples.SELF,
            new LogMembers(Set.of(RaftSamples.SELF), Set.of()),
            BrokerSettings.of(
                Map.of("metadata.raft.snapshot.entries", Integer.toString(SNAPSHOT_ENTRIES)))),
        on,
        new SimulatedNetwork(time, new SplittableRandom(1)).transportOf(RaftSamples.SELF.key()),
        new RaftReplica.Surroundings(thread, time.clock(), new Random(1)),
        task -> time.after(0, task));
  }

  private CompletableFuture<MetadataLog.Outcome> propose() {
    return log.propose(
            new Proposal(
                state.controllerTerm(),
                state.lastProposal(),
                List.of(new ProducerIdsAllocated(SELF, state.nextProducerId(), 10))))
        .toCompletableFuture();
  }

  @Test
  void shouldWaitForSpaceAndLeadInALaterTerm() throws IOException {
    // given
    List<CompletableFuture<MetadataLog.Outcome>> refused = new ArrayList<>();
    directory.setFreeBytes(10);
    scheduler.whenPaused(
        () -> {
          refused.add(propose());
          if (refused.size() == 3) {
            directory.setFreeBytes(Long.MAX_VALUE);
          }
        });

    // when
    CompletableFuture<MetadataLog.Outcome> waited = propose();
    time.run(5_000);

    // then
    assertThat(refused)
        .hasSize(3)
        .allSatisfy(
            proposal ->
                assertThat(proposal)
                    .failsWithin(Duration.ZERO)
                    .withThrowableThat()
                    .havingCause()
                    .isInstanceOfSatisfying(
                        StreamException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL)));
    assertThat(waited).isCompleted();
    assertThat(deposed).isEqualTo(1);
    assertThat(terms).hasSize(2).isSorted().doesNotHaveDuplicates();
    CompletableFuture<MetadataLog.Outcome> next = propose();
    time.run(100);
    assertThat(next).isCompletedWithValue(MetadataLog.Outcome.APPLIED);
    assertThat(stateOf(directory.afterKill()).toRecords()).isEqualTo(state.toRecords());
  }

  @Test
  void shouldKeepTheFileThatItCannotWriteAnew() throws IOException {
    // given
    for (int i = 0; i < SNAPSHOT_ENTRIES; i++) {
      propose();
      time.run(20);
      directory.setFreeBytes(900);
    }
    directory.setFreeBytes(Long.MAX_VALUE);

    // when
    propose();
    time.run(1_000);

    // then
    assertThat(stateOf(directory.afterKill()).toRecords()).isEqualTo(state.toRecords());
    assertThat(state.nextProducerId()).isEqualTo(10L * (SNAPSHOT_ENTRIES + 1));
  }

  @Test
  void shouldEndWhileItWaits() {
    // given
    directory.setFreeBytes(10);
    List<CompletableFuture<Void>> closed = new ArrayList<>();
    scheduler.whenPaused(
        () -> {
          if (closed.isEmpty()) {
            closed.add(log.close().toCompletableFuture());
          }
        });

    // when
    propose();
    time.run(1_000);

    // then
    assertThat(closed).hasSize(1);
    assertThat(closed.get(0)).isDone();
  }

  /** What a member comes to that opens these files. */
  private MetadataState stateOf(SimulatedDirectory files) throws IOException {
    List<MetadataState> states = new ArrayList<>();
    RaftMetadataLog reopened = open(files, new SimulatedScheduler(time));
    reopened.subscribe(
        new MetadataLog.Listener() {
          @Override
          public void onState(MetadataState newState) {
            states.add(newState);
          }

          @Override
          public void onElected(long term) {}

          @Override
          public void onDeposed() {}

          @Override
          public void onFailure(Throwable cause) {
            throw new AssertionError(cause);
          }
        });
    time.run(5_000);
    return states.get(states.size() - 1);
  }
}
