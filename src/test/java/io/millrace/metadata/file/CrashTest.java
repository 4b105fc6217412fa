package io.millrace.metadata.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.architecture.SyncCalls;
import io.millrace.metadata.Controller;
import io.millrace.metadata.ControllerDriver;
import io.millrace.metadata.ImageApplier;
import io.millrace.metadata.LogMembers;
import io.millrace.metadata.Membership;
import io.millrace.metadata.MetadataLog;
import io.millrace.metadata.MetadataState;
import io.millrace.metadata.Proposal;
import io.millrace.model.NodeId;
import io.millrace.model.TopicName;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.SettingValues;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * A scripted workload, stopped at every call that writes, syncs, renames or deletes; then the power
 * goes. Whatever was acknowledged must be there, and nothing that was never proposed. {@code
 * -Dmillrace.simulation.seeds} says how often the disk tries its luck at each call.
 */
class CrashTest {
  private static final SettingValues SETTINGS =
      BrokerSettings.of(Map.of("metadata.snapshot.records", "6"));
  private static final int SEEDS = Integer.getInteger("millrace.simulation.seeds", 6);
  private static final int TOPICS = 12;

  /** One node's life on a directory. */
  private static final class Life {
    final List<Proposal> proposed = new ArrayList<>();
    long acknowledgedIndex;
    long shownIndex;

    /** Runs to the end, or until the directory stops. */
    void run(SimulatedDirectory directory, int seed) {
      try {
        FileMetadataLog log =
            FileMetadataLog.open(directory, SETTINGS, Runnable::run, Runnable::run);
        ControllerDriver driver =
            new ControllerDriver(
                new NodeId(0),
                new Recording(log),
                new Controller(SETTINGS, new SplittableRandom(seed)),
                state -> shownIndex = state.index(),
                failure -> {});
        driver.start();
        acknowledged(driver.join(new Membership("cluster", new NodeId(0))));
        for (int i = 0; i < TOPICS; i++) {
          TopicName name = new TopicName("t" + i);
          acknowledged(driver.execute(c -> c.createTopic(name, 2, 1, Map.of(), false)));
          if (i % 3 == 2) {
            acknowledged(driver.execute(c -> c.deleteTopic(name)));
          }
        }
        log.close();
      } catch (IOException e) {
        // It stopped while the log was opened.
        assertThat(directory.isStopped()).isTrue();
      }
    }

    private void acknowledged(CompletionStage<?> stage) {
      stage.whenComplete(
          (value, error) -> {
            if (error == null) {
              acknowledgedIndex = Math.max(acknowledgedIndex, shownIndex);
            }
          });
    }

    /** Notes what is proposed, in order. */
    private final class Recording implements MetadataLog {
      private final MetadataLog log;

      Recording(MetadataLog log) {
        this.log = log;
      }

      @Override
      public CompletionStage<Outcome> propose(Proposal proposal) {
        proposed.add(proposal);
        return log.propose(proposal);
      }

      @Override
      public CompletionStage<MetadataState> readBarrier() {
        return log.readBarrier();
      }

      @Override
      public CompletionStage<Void> confirmLeadership() {
        return log.confirmLeadership();
      }

      @Override
      public CompletionStage<Void> changeMembers(LogMembers members) {
        return log.changeMembers(members);
      }

      @Override
      public void subscribe(Listener listener) {
        log.subscribe(listener);
      }

      @Override
      public CompletionStage<Void> close() {
        return log.close();
      }
    }
  }

  @Test
  void shouldGiveBackEverythingAcknowledgedAfterAPowerLossAtAnyCall() {
    assertThat(violations(what -> false)).isEmpty();
  }

  @Test
  void shouldMissEverySyncThatIsLeftOut() throws IOException {
    for (String site : syncSites()) {
      boolean isMissed =
          !violations(site::equals).isEmpty() || lostAfterKillAndPowerLoss(site::equals) > 0;
      assertThat(isMissed).as(site).isTrue();
    }
  }

  @Test
  void shouldComeToEverySyncOfTheCode() throws IOException {
    assertThat(syncSites().stream().map(site -> site.replaceFirst(" .*", "")))
        .hasSameElementsAs(
            SyncCalls.of(
                    "io.millrace.metadata",
                    Set.of(MetadataDirectory.class, MetadataDirectory.AppendFile.class),
                    className -> false)
                .stream()
                .filter(site -> !site.startsWith("Raft"))
                .toList());
  }

  @Test
  void shouldKeepWhatItShowedAfterAKillWhenThePowerGoesNext() throws IOException {
    assertThat(lostAfterKillAndPowerLoss(what -> false)).isZero();
  }

  /** Where the code syncs, and what. */
  private static Set<String> syncSites() throws IOException {
    SimulatedDirectory directory = new SimulatedDirectory();
    new Life().run(directory, 1);
    FileMetadataLog.open(directory, SETTINGS, Runnable::run, Runnable::run);
    return directory.syncSites();
  }

  /** The first that went wrong, of every call to stop at and some luck of the disk. */
  private static List<String> violations(Predicate<String> ignoredSyncs) {
    List<String> violations = new ArrayList<>();
    boolean finished = false;
    for (int call = 1; !finished; call++) {
      for (int seed = 0; seed < SEEDS; seed++) {
        SimulatedDirectory directory = new SimulatedDirectory();
        directory.ignoreSyncs(ignoredSyncs);
        directory.stopAtCall(call);
        Life life = new Life();
        life.run(directory, seed);
        finished = directory.calls() < call;
        SplittableRandom luck = new SplittableRandom(call * 1_000L + seed);
        SimulatedDirectory after = directory.afterPowerLoss(luck);
        // It dies again somewhere in the recovery.
        after.stopAtCall(1 + luck.nextInt(8));
        openOnce(after);
        check(life, after.afterPowerLoss(luck), "call " + call + ", seed " + seed, violations);
        if (!violations.isEmpty()) {
          return violations;
        }
      }
    }
    return violations;
  }

  private static void openOnce(SimulatedDirectory directory) {
    try {
      MetadataFiles.open(directory, new io.millrace.metadata.codec.MetadataRecordCodec()).close();
    } catch (IOException e) {
      assertThat(e).isNotNull();
    }
  }

  private static void check(
      Life life, SimulatedDirectory after, String where, List<String> violations) {
    try {
      MetadataState state =
          FileMetadataLog.open(after, SETTINGS, Runnable::run, Runnable::run).recovered();
      if (state.index() < life.acknowledgedIndex) {
        violations.add(where + ": " + life.acknowledgedIndex + " was lost, " + state.index());
      } else if (!sameAsReplay(life, state)) {
        violations.add(where + ": another state than was proposed");
      }
    } catch (IOException e) {
      violations.add(where + ": " + e.getMessage());
    }
  }

  private static boolean sameAsReplay(Life life, MetadataState state) {
    if (state.index() > life.proposed.size()) {
      return false;
    }
    MetadataState replayed = MetadataState.empty();
    for (int i = 0; i < state.index(); i++) {
      replayed = ImageApplier.apply(replayed, i + 1, life.proposed.get(i));
    }
    return state.cluster().changesSince(replayed.cluster()).isEmpty()
        && state.lastProposal() == replayed.lastProposal()
        && state.controllerTerm() == replayed.controllerTerm()
        && state.nextProducerId() == replayed.nextProducerId()
        && List.copyOf(state.cluster().brokers()).equals(List.copyOf(replayed.cluster().brokers()));
  }

  private static int lostAfterKillAndPowerLoss(Predicate<String> ignoredSyncs) throws IOException {
    int lost = 0;
    for (int call = 5; call < 30; call++) {
      SimulatedDirectory directory = new SimulatedDirectory();
      directory.stopAtCall(call);
      new Life().run(directory, call);
      SimulatedDirectory killed = directory.afterKill();
      killed.ignoreSyncs(ignoredSyncs);
      long shown =
          FileMetadataLog.open(killed, SETTINGS, Runnable::run, Runnable::run).recovered().index();
      SimulatedDirectory after = killed.afterPowerLoss(new SplittableRandom(call));
      long left =
          FileMetadataLog.open(after, SETTINGS, Runnable::run, Runnable::run).recovered().index();
      lost += left < shown ? 1 : 0;
    }
    return lost;
  }
}
