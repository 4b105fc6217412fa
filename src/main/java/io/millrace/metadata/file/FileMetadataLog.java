package io.millrace.metadata.file;

import io.millrace.metadata.AppliedState;
import io.millrace.metadata.LogMembers;
import io.millrace.metadata.MetadataLog;
import io.millrace.metadata.MetadataState;
import io.millrace.metadata.Proposal;
import io.millrace.metadata.codec.MetadataRecordCodec;
import io.millrace.metadata.file.MetadataDirectory.DiskFullException;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.config.SettingValues;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metadata log of a node that is alone: it leads from the start, and an entry is committed when
 * it is fsynced here. What arrives while one frame is written makes up the next one, so that a
 * burst shares its fsyncs.
 *
 * <p>A full disk refuses proposals (DISK_FULL) and the log goes on; any other error of the disk
 * ends it.
 *
 * <p>Threading: the owner executor's thread; the worker gets one task at a time.
 */
public final class FileMetadataLog implements MetadataLog {
  private static final Logger LOGGER = LoggerFactory.getLogger(FileMetadataLog.class);
  private static final int MAX_FRAME_BYTES = 1024 * 1024;
  private static final long SNAPSHOT_BYTES = 16L * 1024 * 1024;

  private final MetadataFiles files;
  private final ProposalBytes bytes;
  private final Executor worker;
  private final Executor owner;
  private final int maxQueued;
  private final int snapshotRecords;
  private final Deque<Item> queue = new ArrayDeque<>();
  private final AppliedState applied;
  private long recordsSinceSnapshot;
  private long bytesSinceSnapshot;
  private boolean busy;
  private @Nullable Listener listener;
  private @Nullable StreamException ended;
  private @Nullable CompletableFuture<Void> closing;

  private FileMetadataLog(
      MetadataFiles files,
      MetadataRecordCodec codec,
      SettingValues settings,
      Executor worker,
      Executor owner) {
    this.files = files;
    this.bytes = new ProposalBytes(codec);
    this.worker = worker;
    this.owner = owner;
    this.maxQueued = settings.get(ServerSettings.METADATA_PENDING_MAX);
    this.snapshotRecords = settings.get(ServerSettings.METADATA_SNAPSHOT_RECORDS);
    this.applied = new AppliedState(files.recoveredState());
    this.recordsSinceSnapshot = files.recoveredRecords();
  }

  /**
   * Reads the log in a directory, which is created if it is missing, and makes it ready. Blocks;
   * may be called on any thread.
   *
   * @param settings the broker's
   * @param worker runs what blocks
   * @param owner runs listeners and completes stages; all other methods are called there
   * @throws StreamException STORAGE_ERROR if the log is damaged or cannot be read; it then was not
   *     changed
   */
  public static FileMetadataLog open(
      Path directory, SettingValues settings, Executor worker, Executor owner) {
    try {
      MetadataDirectory files = NioMetadataDirectory.open(directory);
      refuseIfClustered(directory, files);
      return open(files, settings, worker, owner);
    } catch (IOException e) {
      throw new StreamException(
          ErrorCode.STORAGE_ERROR,
          "the metadata log in "
              + directory
              + " cannot be used: "
              + e.getMessage()
              + (e instanceof DamagedLogException
                  ? "; it was left as it is: bring its files back from a copy"
                  : "; check the disk and who may read and write it"),
          e);
    }
  }

  private static void refuseIfClustered(Path directory, MetadataDirectory files)
      throws IOException {
    if (FileLogRemains.isClustered(files)) {
      throw new StreamException(
          ErrorCode.INVALID_CONFIG,
          "the metadata log in "
              + directory
              + " is that of a member of a cluster, which other nodes vote on; set cluster.seeds"
              + " again, or start with an empty data directory");
    }
  }

  static FileMetadataLog open(
      MetadataDirectory directory, SettingValues settings, Executor worker, Executor owner)
      throws IOException {
    MetadataRecordCodec codec = new MetadataRecordCodec();
    return new FileMetadataLog(
        MetadataFiles.open(directory, codec), codec, settings, worker, owner);
  }

  /** The state that was read when the log was opened. */
  public MetadataState recovered() {
    return files.recoveredState();
  }

  private sealed interface Item {
    void fail(StreamException error);
  }

  private static final class Write implements Item {
    final Proposal proposal;
    final byte[] encoded;
    final CompletableFuture<Outcome> done = new CompletableFuture<>();

    Write(Proposal proposal, byte[] encoded) {
      this.proposal = proposal;
      this.encoded = encoded;
    }

    @Override
    public void fail(StreamException error) {
      done.completeExceptionally(error);
    }
  }

  private record Barrier(CompletableFuture<MetadataState> done) implements Item {
    @Override
    public void fail(StreamException error) {
      done.completeExceptionally(error);
    }
  }

  @Override
  public CompletionStage<Outcome> propose(Proposal proposal) {
    byte[] encoded = bytes.encode(proposal);
    Write write = new Write(proposal, encoded);
    if (encoded.length > FrameFile.MAX_BODY_BYTES / 2) {
      write.fail(
          new StreamException(
              ErrorCode.LIMIT_EXCEEDED,
              "a change of metadata of "
                  + encoded.length
                  + " bytes is too large, expected at most "
                  + FrameFile.MAX_BODY_BYTES / 2
                  + "; ask for fewer partitions at once"));
    } else if (queue.size() > maxQueued) {
      write.fail(
          new StreamException(
              ErrorCode.THROTTLED,
              maxQueued + " changes of metadata wait (metadata.pending.max); ask again shortly"));
    } else {
      enqueue(write);
    }
    return write.done;
  }

  @Override
  public CompletionStage<MetadataState> readBarrier() {
    CompletableFuture<MetadataState> done = new CompletableFuture<>();
    enqueue(new Barrier(done));
    return done;
  }

  /** There is nobody else to be elected. */
  @Override
  public CompletionStage<Void> confirmLeadership() {
    return ended == null
        ? CompletableFuture.completedFuture(null)
        : CompletableFuture.failedFuture(ended);
  }

  @Override
  public CompletionStage<Void> changeMembers(LogMembers members) {
    return CompletableFuture.failedFuture(
        new StreamException(
            ErrorCode.INVALID_REQUEST,
            "this node is not part of a cluster: its metadata log has itself as the only voter"));
  }

  @Override
  public void subscribe(Listener newListener) {
    if (listener != null) {
      throw new IllegalStateException("there is a listener already");
    }
    listener = newListener;
    newListener.onState(applied.state());
    newListener.onElected(applied.state().controllerTerm() + 1);
  }

  @Override
  public CompletionStage<Void> close() {
    if (closing == null) {
      closing = new CompletableFuture<>();
      if (ended == null) {
        end(new StreamException(ErrorCode.SHUTTING_DOWN));
      }
      if (!busy) {
        closeFiles(closing);
      }
    }
    return closing;
  }

  private void enqueue(Item item) {
    if (ended != null) {
      item.fail(ended);
      return;
    }
    queue.add(item);
    if (!busy) {
      next();
    }
  }

  /** Takes as much of the queue as makes one frame, and has it written. */
  private void next() {
    busy = true;
    List<Item> batch = new ArrayList<>();
    List<byte[]> frame = new ArrayList<>();
    long frameBytes = 0;
    for (Item item = queue.peek(); item != null; item = queue.peek()) {
      if (item instanceof Write write) {
        if (!frame.isEmpty() && frameBytes + write.encoded.length > MAX_FRAME_BYTES) {
          break;
        }
        frameBytes += write.encoded.length;
        frame.add(write.encoded);
      }
      batch.add(queue.remove());
    }
    bytesSinceSnapshot += frameBytes;
    if (frame.isEmpty()) {
      // Barriers alone: nothing to write, but never completed inside the call that asked.
      owner.execute(() -> written(batch, null));
    } else {
      inWorker(() -> files.append(frame), error -> written(batch, error));
    }
  }

  private void written(List<Item> batch, @Nullable Throwable error) {
    if (error instanceof DiskFullException) {
      StreamException full = new StreamException(ErrorCode.DISK_FULL);
      batch.forEach(item -> item.fail(full));
    } else if (error != null) {
      fail(error, batch);
    } else {
      apply(batch);
    }
    goOn();
  }

  private void apply(List<Item> batch) {
    List<Runnable> completions = new ArrayList<>();
    long indexBefore = applied.state().index();
    try {
      for (Item item : batch) {
        if (item instanceof Write write) {
          Outcome outcome = applied.apply(write.proposal);
          recordsSinceSnapshot += write.proposal.records().size();
          completions.add(() -> write.done.complete(outcome));
        } else if (item instanceof Barrier barrier) {
          completions.add(() -> barrier.done.complete(applied.state()));
        }
      }
      if (listener != null && applied.state().index() > indexBefore) {
        listener.onState(applied.state());
      }
    } catch (RuntimeException e) {
      // A fact that no controller decides, or a listener that cannot follow: the image that this
      // node shows is not the log's any more.
      fail(e, batch);
      return;
    }
    completions.forEach(Runnable::run);
  }

  private void goOn() {
    busy = false;
    if (closing != null) {
      closeFiles(closing);
    } else if (ended == null && isSnapshotDue()) {
      snapshot();
    } else if (!queue.isEmpty()) {
      next();
    }
  }

  private boolean isSnapshotDue() {
    return recordsSinceSnapshot >= snapshotRecords || bytesSinceSnapshot >= SNAPSHOT_BYTES;
  }

  private void snapshot() {
    busy = true;
    recordsSinceSnapshot = 0;
    bytesSinceSnapshot = 0;
    MetadataState taken = applied.state();
    inWorker(
        () -> files.snapshot(taken),
        error -> {
          if (error instanceof DiskFullException) {
            LOGGER.warn("the disk is full: the metadata log keeps growing until there is space");
          } else if (error != null) {
            fail(error, List.of());
          }
          goOn();
        });
  }

  private void closeFiles(CompletableFuture<Void> closed) {
    busy = true;
    inWorker(
        files::close,
        error -> {
          if (error == null) {
            closed.complete(null);
          } else {
            closed.completeExceptionally(error);
          }
        });
  }

  private void fail(Throwable cause, List<Item> batch) {
    LOGGER.error("the metadata log failed; this node must not go on", cause);
    StreamException error =
        new StreamException(ErrorCode.STORAGE_ERROR, "the metadata log failed", cause);
    batch.forEach(item -> item.fail(error));
    if (ended == null) {
      end(error);
      if (listener != null) {
        listener.onFailure(cause);
      }
    }
  }

  private void end(StreamException error) {
    ended = error;
    while (!queue.isEmpty()) {
      queue.remove().fail(error);
    }
  }

  /** Runs a task that blocks, then goes on here. */
  private void inWorker(Task task, Consumer<@Nullable Throwable> andThen) {
    worker.execute(
        () -> {
          Throwable error = null;
          try {
            task.run();
          } catch (IOException | RuntimeException e) {
            error = e;
          }
          Throwable result = error;
          owner.execute(() -> andThen.accept(result));
        });
  }

  @FunctionalInterface
  private interface Task {
    void run() throws IOException;
  }
}
