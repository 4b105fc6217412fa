package io.millrace.log.simulation;

import io.millrace.log.AppendOutcome;
import io.millrace.log.LogTask;
import io.millrace.log.PartitionLog;
import io.millrace.log.directory.DataDirectory;
import io.millrace.log.directory.DirectoryIdentity;
import io.millrace.log.directory.PartitionCheckpoint;
import io.millrace.log.directory.PartitionDirectory;
import io.millrace.log.segment.LogLimits;
import io.millrace.log.segment.OpenRequest;
import io.millrace.log.segment.SegmentedLog;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.config.SettingValues;
import io.millrace.model.config.TopicSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * A data directory in use: each step does what a broker does, in the broker's order, and notes in
 * {@link Promises} what it may and what it must find afterwards. Everything runs on one thread.
 */
final class World {
  static final Path ROOT = Path.of("/data");
  static final DirectoryIdentity IDENTITY =
      new DirectoryIdentity("simulated-cluster-id-x", new NodeId(1), "simulated-directory-id");
  private static final SettingValues SETTINGS =
      TopicSettings.of(
          Map.of(
              "segment.bytes", "2048",
              "index.interval.bytes", "300",
              "retention.bytes", "4500",
              "retention.ms", "10000000"));
  private static final long LONGER_THAN_RETENTION_MS = 20_000_000;

  final SimulatedDisk disk;
  final Promises promises;
  final Map<PartitionId, PartitionLog> logs = new HashMap<>();
  private final SimulatedMachine machine;
  private DataDirectory directory;
  private int leaderEpoch;
  private long appends;

  private World(SimulatedDisk disk, Promises promises, SimulatedMachine machine, int leaderEpoch) {
    this.disk = disk;
    this.promises = promises;
    this.machine = machine;
    this.leaderEpoch = leaderEpoch;
  }

  /** A directory that nobody used yet. */
  static World empty(SimulatedDisk disk) {
    return new World(disk, new Promises(), new SimulatedMachine("boot-0"), 0);
  }

  /** The same directory on another disk or after another boot, with nothing open. */
  World on(SimulatedDisk other, String bootId, boolean sameLeaderEpoch) {
    int epoch = sameLeaderEpoch ? leaderEpoch : leaderEpoch + 1;
    return new World(other, promises.copy(), new SimulatedMachine(bootId), epoch);
  }

  String bootId() {
    return machine.bootId().orElseThrow();
  }

  DataDirectory directory() {
    return directory;
  }

  int leaderEpoch() {
    return leaderEpoch;
  }

  /** Opens the directory and its logs as they are, and no more. */
  void open() throws IOException {
    directory = DataDirectory.open(disk, ROOT, machine);
    for (PartitionDirectory partition : directory.partitions().values()) {
      logs.put(partition.id(), openLog(partition));
    }
  }

  private PartitionLog openLog(PartitionDirectory partition) throws IOException {
    PartitionCheckpoint checkpoint = directory.checkpointOf(partition.id());
    boolean known = !checkpoint.equals(PartitionCheckpoint.NONE);
    return SegmentedLog.open(
        new OpenRequest(
            disk,
            partition.path(),
            partition.name(),
            partition.id().topicId(),
            SETTINGS,
            LogLimits.DEFAULTS,
            machine,
            directory.previousStop().ofLogs(),
            known ? checkpoint.recoveryPoint() : OpenRequest.UNKNOWN_OFFSET,
            known ? checkpoint.logStartOffset() : OpenRequest.UNKNOWN_OFFSET));
  }

  /** Says who it is and that it may write from now on. */
  void start() throws IOException {
    directory.establish(IDENTITY);
    promises.identified = true;
    markRunning();
  }

  private void markRunning() throws IOException {
    promises.mustBeClean = false;
    promises.mayBeClean = logsAreEmpty() || promises.mayBeClean;
    directory.markRunning();
    promises.mayBeClean = false;
  }

  private boolean logsAreEmpty() {
    return logs.isEmpty();
  }

  PartitionPromise create(String topic, int partition, long topicId) throws IOException {
    PartitionId id = new PartitionId(new TopicId(0, topicId), partition);
    TopicPartition name = new TopicPartition(new TopicName(topic), partition);
    PartitionPromise promise = new PartitionPromise(id, name);
    promise.mayExist = true;
    promises.partitions.put(id, promise);
    promises.partitions.values().stream()
        .filter(other -> other.name.equals(name) && !other.id.equals(id))
        .forEach(other -> other.mustExist = false);
    PartitionDirectory created = directory.createPartition(id, name);
    PartitionLog log = openLog(created);
    logs.put(id, log);
    promise.log = log;
    promise.mustExist = true;
    return promise;
  }

  void delete(PartitionPromise promise) throws IOException {
    promise.mustExist = false;
    promise.log = null;
    PartitionLog log = logs.remove(promise.id);
    run(log, log.close());
    directory.deletePartition(promise.id);
    promise.mayExist = false;
  }

  void removeDeleted() throws IOException {
    directory.removeDeleted();
  }

  /** One batch of an idempotent producer. */
  void append(PartitionPromise promise, long producerId, int count) {
    PartitionLog log = logs.get(promise.id);
    int sequence = promise.nextSequences.getOrDefault(producerId, 0);
    long seed = appends++ * 31 + leaderEpoch;
    SentBatch batch = SentBatch.of(log.endOffset(), leaderEpoch, producerId, sequence, count, seed);
    promise.mayFind(batch);
    AppendOutcome outcome = log.append(batch.toSend(), leaderEpoch);
    if (isForgotten(outcome, promise, log, producerId)) {
      append(promise, producerId + 1_000, count);
      return;
    }
    if (!(outcome instanceof AppendOutcome.Appended appended)) {
      throw new StepFailed("append of " + batch + " to " + promise + ": " + outcome);
    }
    if (appended.baseOffset() != batch.offset()) {
      throw new AssertionError(batch + " went to " + appended);
    }
    promise.appended(batch);
  }

  /**
   * A producer whose records were all deleted may be forgotten, or known by older ones if the last
   * ones were lost as well; it goes on as another one.
   */
  private static boolean isForgotten(
      AppendOutcome outcome, PartitionPromise promise, PartitionLog log, long producerId) {
    return outcome instanceof AppendOutcome.Refused refused
        && (refused.error() == ErrorCode.UNKNOWN_PRODUCER_ID
            || refused.error() == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER)
        && promise.content.stream()
            .noneMatch(
                batch ->
                    batch.producerId() == producerId && batch.nextOffset() > log.startOffset());
  }

  void flush(PartitionPromise promise) throws IOException {
    PartitionLog log = logs.get(promise.id);
    log.flushed(run(log, log.beginFlush()));
  }

  void checkpoint() throws IOException {
    Map<PartitionId, PartitionCheckpoint> checkpoints = new HashMap<>();
    logs.forEach((id, log) -> checkpoints.put(id, checkpointOf(log)));
    directory.checkpoint(checkpoints);
  }

  private static PartitionCheckpoint checkpointOf(PartitionLog log) {
    return new PartitionCheckpoint(log.durableEndOffset(), log.endOffset(), log.startOffset());
  }

  /** Cuts so many batches off the end. */
  void truncate(PartitionPromise promise, int batches) throws IOException {
    if (promise.content.size() <= batches) {
      return;
    }
    PartitionLog log = logs.get(promise.id);
    long offset = promise.content.get(promise.content.size() - batches).offset();
    if (offset < log.startOffset()) {
      return;
    }
    promise.truncatingTo = offset;
    PartitionCheckpoint now = checkpointOf(log);
    directory.checkpoint(
        Map.of(
            promise.id,
            new PartitionCheckpoint(
                Math.min(now.recoveryPoint(), offset), offset, now.logStartOffset())));
    run(log, log.truncateTo(offset));
    promise.onlyBelow(offset);
    leaderEpoch++;
  }

  /** One batch from the leader of the partition, as a follower stores it. */
  void replicate(PartitionPromise promise, long producerId, int count) {
    PartitionLog log = logs.get(promise.id);
    int sequence = promise.nextSequences.getOrDefault(producerId, 0);
    long seed = appends++ * 31 + leaderEpoch;
    SentBatch batch = SentBatch.of(log.endOffset(), leaderEpoch, producerId, sequence, count, seed);
    promise.mayFind(batch);
    AppendOutcome outcome =
        log.appendAsFollower(ByteBuffer.wrap(batch.stored().clone()), leaderEpoch);
    if (!(outcome instanceof AppendOutcome.Appended)) {
      throw new StepFailed("replication of " + batch + " to " + promise + ": " + outcome);
    }
    promise.appended(batch);
  }

  /** A follower all of whose records are older than its leader's log. */
  void startOver(PartitionPromise promise, long offset) throws IOException {
    PartitionLog log = logs.get(promise.id);
    promise.maxStart = Math.max(promise.maxStart, offset);
    promise.truncatingTo = 0;
    LogTask<?> startingOver = log.startOverAt(offset);
    checkpoint();
    promise.minStart = Math.max(promise.minStart, offset);
    run(log, startingOver);
    promise.onlyBelow(0);
    leaderEpoch++;
  }

  /** DeleteRecords: acknowledged once the new log start offset is written down. */
  void deleteRecords(PartitionPromise promise, long offset) throws IOException {
    PartitionLog log = logs.get(promise.id);
    promise.maxStart = Math.max(promise.maxStart, offset);
    LogTask<?> deletion = log.deleteRecordsBefore(offset);
    checkpoint();
    promise.minStart = Math.max(promise.minStart, offset);
    run(log, deletion);
  }

  /** Nobody is promised that what retention deleted stays deleted, unless it is written down. */
  void retain(PartitionPromise promise, boolean writtenDown) throws IOException {
    PartitionLog log = logs.get(promise.id);
    promise.maxStart = log.endOffset();
    LogTask<?> deletion = log.enforceRetention(machine.wallClockMs(), log.durableEndOffset());
    promise.maxStart = log.startOffset();
    run(log, deletion);
    if (writtenDown) {
      checkpoint();
      promise.minStart = log.startOffset();
    }
  }

  /** Everything that was appended so far becomes too old. */
  void age() {
    machine.pass(LONGER_THAN_RETENTION_MS);
  }

  /** Closes everything, as SIGTERM does. */
  void stop() throws IOException {
    Map<PartitionId, PartitionCheckpoint> last = new HashMap<>();
    for (Map.Entry<PartitionId, PartitionLog> entry : logs.entrySet()) {
      PartitionLog log = entry.getValue();
      run(log, log.close());
      last.put(entry.getKey(), checkpointOf(log));
    }
    promises.mayBeClean = true;
    directory.closeCleanly(last);
    promises.mustBeClean = true;
    logs.clear();
  }

  /** The next process on what the last one left in order. */
  void startAgain() throws IOException {
    open();
    promises.partitions.values().forEach(promise -> promise.log = logs.get(promise.id));
    start();
  }

  /** What an administrator may do to a log that is closed: its indexes are derived from it. */
  void deleteIndexes(PartitionPromise promise) throws IOException {
    Path path = directory.partitions().get(promise.id).path();
    for (String name : disk.list(path)) {
      if (name.endsWith("index")) {
        disk.delete(path.resolve(name));
      }
    }
  }

  /** What a verticle does with a task: runs it elsewhere, and tells the log if it failed. */
  private static <T> T run(PartitionLog log, LogTask<T> task) throws IOException {
    try {
      return task.run();
    } catch (IOException e) {
      log.failed(e);
      throw e;
    }
  }

  /** A step that a broken disk did not let through. */
  static final class StepFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StepFailed(String message) {
      super(message);
    }
  }
}
