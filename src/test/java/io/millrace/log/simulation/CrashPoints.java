package io.millrace.log.simulation;

import io.millrace.log.simulation.Loss.Fate;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * Runs the script once and lets the machine, or the process, die before every single operation of
 * it; each time a restart must find what was promised. From some of these restarts it goes on: the
 * recovery itself is interrupted, or the broker works on for a while and dies again.
 */
final class CrashPoints {
  /** Only the process dies, and the machine runs on. */
  private static final Loss KILLED = new Loss(Fate.KEPT, Fate.KEPT);

  private final int seeds;
  private final Predicate<DiskOperation> ignoredSyncs;

  private final long firstOperation;
  private final long lastOperation;
  private final Map<String, SyncSite> scriptSites = new LinkedHashMap<>();
  private final Map<String, SyncSite> restartSites = new LinkedHashMap<>();
  private long crashAt;
  long restarts;

  /**
   * @param seeds how many random losses are tried at every operation
   * @param firstOperation of the script at which the machine stops
   * @param lastOperation at which it does; a larger number than there are for its end, too
   * @param ignoredSyncs syncs that the disk does not carry out
   */
  CrashPoints(
      int seeds, long firstOperation, long lastOperation, Predicate<DiskOperation> ignoredSyncs) {
    this.seeds = seeds;
    this.firstOperation = firstOperation;
    this.lastOperation = lastOperation;
    this.ignoredSyncs = ignoredSyncs;
  }

  /**
   * @throws BrokenPromiseError at the first promise that is broken
   */
  void run() throws IOException {
    World world = World.empty(emptyDisk());
    world.disk.observe(
        operation -> {
          if (operation.kind().isSync()) {
            SyncSite.note(scriptSites, operation.site(), operation.number());
          }
          if (operation.number() >= firstOperation && operation.number() <= lastOperation) {
            crashEveryWay(world, operation);
          }
        });
    Workload.script(world);
    if (lastOperation > world.disk.operations().size()) {
      crashEveryWay(world, null);
    }
  }

  private SimulatedDisk emptyDisk() {
    SimulatedDisk disk = new SimulatedDisk();
    disk.ignoreSyncs(ignoredSyncs);
    return disk;
  }

  private void noteSync(DiskOperation operation) {
    if (operation.kind().isSync()) {
      SyncSite.note(restartSites, operation.site(), crashAt);
    }
  }

  /** The lines of code in the name of a site, as {@code Class:line}. */
  static List<String> linesOf(String site) {
    return Arrays.stream(site.split(" < "))
        .map(frame -> frame.replaceFirst("\\.[^.]*:", ":"))
        .toList();
  }

  /** Where the code syncs: in the script, or else only after a restart from one of its crashes. */
  Collection<SyncSite> syncSites() {
    Map<String, SyncSite> sites = new LinkedHashMap<>(restartSites);
    sites.putAll(scriptSites);
    return sites.values();
  }

  private void crashEveryWay(World world, DiskOperation operation) {
    crashAt = world.disk.operations().size();
    crash(world, operation, KILLED, 0);
    crash(world, operation, Loss.ALL_DROPPED, 0);
    crash(world, operation, Loss.NAMES_DROPPED, 0);
    crash(world, operation, Loss.BYTES_DROPPED, 0);
    for (int seed = 1; seed <= seeds; seed++) {
      crash(world, operation, seed % 2 == 0 ? Loss.TORN : Loss.TORN_BYTES, seed);
    }
  }

  private void crash(World world, DiskOperation operation, Loss loss, long seed) {
    long number = operation == null ? 0 : operation.number();
    long mixed =
        number * 1_000_003 + seed * 31 + loss.bytes().ordinal() * 3 + loss.names().ordinal();
    String how = "crash before " + operation + ", " + loss + ", seed " + seed;
    try {
      World after = restart(world, loss, mixed, "a");
      if (seed > 0 || number % 4 == 0) {
        goOn(after, how, mixed);
      }
    } catch (IOException | RuntimeException | AssertionError e) {
      throw new BrokenPromiseError(how, e);
    }
  }

  /** The world after a crash, opened and checked. */
  private World restart(World world, Loss loss, long seed, String boot) throws IOException {
    boolean powerLost = loss != KILLED;
    String bootId = powerLost ? world.bootId() + boot : world.bootId();
    SimulatedDisk left = crashed(world.disk, loss, seed);
    if (seed % 3 == 0) {
      left = interruptRecovery(world, left, bootId, loss, seed);
    }
    World after = world.on(left, bootId, seed % 2 == 0);
    after.disk.observe(this::noteSync);
    restarts++;
    Verification.verify(after, powerLost);
    return after;
  }

  /** Lets the machine die again in the middle of its recovery. */
  private SimulatedDisk interruptRecovery(
      World world, SimulatedDisk disk, String bootId, Loss loss, long seed) throws IOException {
    World recovering = world.on(disk, bootId, true);
    disk.observe(this::noteSync);
    disk.stopAt(1 + new SplittableRandom(seed).nextInt(6));
    try {
      recovering.open();
    } catch (PowerLossError stopped) {
      // What it did so far is all that there is.
    }
    return crashed(disk, loss, seed);
  }

  private SimulatedDisk crashed(SimulatedDisk disk, Loss loss, long seed) {
    SimulatedDisk left = loss == KILLED ? disk.afterKill() : disk.afterPowerLoss(loss, seed);
    left.ignoreSyncs(ignoredSyncs);
    return left;
  }

  /** Works on for a while, and dies once more at a random operation. */
  private void goOn(World world, String how, long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    world.disk.stopAt(world.disk.operations().size() + 1L + random.nextInt(60));
    try {
      Workload.random(world, seed, 12);
    } catch (PowerLossError stopped) {
      // The promises are those of this moment.
    }
    Loss[] losses = {KILLED, Loss.ALL_DROPPED, Loss.TORN, Loss.TORN_BYTES};
    Loss loss = losses[random.nextInt(losses.length)];
    try {
      restart(world, loss, seed * 3 + 1, "b");
    } catch (IOException | RuntimeException | AssertionError e) {
      throw new BrokenPromiseError(
          how + "; then " + last(world.disk) + ", " + loss + ", seed " + seed, e);
    }
  }

  private static DiskOperation last(SimulatedDisk disk) {
    return disk.operations().isEmpty() ? null : disk.operations().get(disk.operations().size() - 1);
  }

  /**
   * A place in the code that syncs.
   *
   * @param name its frames, innermost first
   * @param first operation of the script that syncs there, or before whose crash that is
   * @param last of these operations
   */
  record SyncSite(String name, long first, long last) {
    private static void note(Map<String, SyncSite> sites, String name, long operation) {
      SyncSite known = sites.get(name);
      sites.put(name, new SyncSite(name, known == null ? operation : known.first, operation));
    }
  }

  /** A promise was broken; an error, so that no code under test takes it for a failed call. */
  static final class BrokenPromiseError extends Error {
    private static final long serialVersionUID = 1L;

    BrokenPromiseError(String how, Throwable cause) {
      super(how + ": " + cause.getMessage(), cause);
    }
  }
}
