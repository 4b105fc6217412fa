package io.millrace.metadata.raft;

import io.millrace.metadata.LogMembers;
import io.millrace.metadata.MemberId;
import io.millrace.metadata.MetadataLog;
import io.millrace.metadata.MetadataRecord.ControllerElected;
import io.millrace.metadata.MetadataRecord.ProducerIdsAllocated;
import io.millrace.metadata.MetadataState;
import io.millrace.metadata.Proposal;
import io.millrace.metadata.file.SimulatedDirectory;
import io.millrace.model.config.SettingValues;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * One member in a simulation, and the plainest of controllers: while it leads it gives away
 * producer ids.
 */
final class SimulatedMember implements MetadataLog.Listener {
  private final MemberId id;
  private final VirtualTime time;
  private final SimulatedNetwork network;
  private final SplittableRandom random;
  private final SettingValues settings;
  private final LogMembers initialMembers;
  private final History history;
  private SimulatedDirectory directory = new SimulatedDirectory();
  private RaftMetadataLog log;
  private MetadataState state = MetadataState.empty();
  private LogMembers members = new LogMembers(Set.of(), Set.of());
  private long term;
  private boolean mayPropose;
  private String begun = "";
  private SimulatedScheduler scheduler;

  SimulatedMember(
      MemberId id,
      VirtualTime time,
      SimulatedNetwork network,
      SplittableRandom random,
      SettingValues settings,
      LogMembers initialMembers,
      History history) {
    this.id = id;
    this.time = time;
    this.network = network;
    this.random = random;
    this.settings = settings;
    this.initialMembers = initialMembers;
    this.history = history;
  }

  void start() throws IOException {
    state = MetadataState.empty();
    scheduler = new SimulatedScheduler(time);
    log =
        RaftMetadataLog.open(
            new RaftConfig(Path.of("unused"), id, initialMembers, settings),
            directory,
            network.transportOf(id.key()),
            new RaftReplica.Surroundings(scheduler, time.clock(), new Random(random.nextLong())),
            Runnable::run);
    log.subscribe(this);
  }

  /** The power goes: what was not synced is lost, or half of it. */
  void crash() {
    scheduler.stop();
    term = 0;
    mayPropose = false;
    network.unplug(id.key());
    directory = directory.afterPowerLoss(random);
  }

  boolean isAlive() {
    return scheduler != null && !scheduler.isStopped() && !log.hasLeft();
  }

  MemberId id() {
    return id;
  }

  RaftMetadataLog log() {
    return log;
  }

  MetadataState state() {
    return state;
  }

  LogMembers members() {
    return members;
  }

  SimulatedDirectory directory() {
    return directory;
  }

  void setDirectory(SimulatedDirectory newDirectory) {
    directory = newDirectory;
  }

  boolean leads() {
    return isAlive() && mayPropose;
  }

  @Override
  public String toString() {
    return id
        + " is at "
        + state.index()
        + ", alive "
        + isAlive()
        + ", knows "
        + members
        + ", elected in "
        + term
        + ", proposes "
        + mayPropose
        + ", has a leader "
        + log.hasLeader()
        + ", began "
        + begun;
  }

  /** Asks for some producer ids, if it leads. */
  void propose() {
    if (!leads()) {
      return;
    }
    Proposal proposal =
        new Proposal(
            state.controllerTerm(),
            state.lastProposal(),
            List.of(
                new ProducerIdsAllocated(
                    id.nodeId(), state.nextProducerId(), 1 + random.nextInt(1_000))));
    history.proposed();
    log.propose(proposal)
        .whenComplete(
            (outcome, error) -> {
              if (outcome == MetadataLog.Outcome.APPLIED) {
                history.acknowledged(state.index());
              }
            });
  }

  @Override
  public void onState(MetadataState newState) {
    state = newState;
    history.applied(id, newState);
  }

  @Override
  public void onMembers(LogMembers newMembers) {
    members = newMembers;
  }

  @Override
  public void onElected(long newTerm) {
    term = newTerm;
    history.elected(id, newTerm);
    Proposal first =
        new Proposal(newTerm, state.lastProposal(), List.of(new ControllerElected(id.nodeId())));
    log.propose(first)
        .whenComplete(
            (outcome, error) -> {
              mayPropose = outcome == MetadataLog.Outcome.APPLIED && term == newTerm;
              begun = newTerm + " " + outcome + " " + error;
            });
  }

  @Override
  public void onDeposed() {
    term = 0;
    mayPropose = false;
  }

  @Override
  public void onFailure(Throwable cause) {
    history.failed(id, cause);
  }
}
