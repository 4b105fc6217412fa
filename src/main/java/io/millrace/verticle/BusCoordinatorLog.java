package io.millrace.verticle;

import io.millrace.bus.FetchReply;
import io.millrace.bus.FetchRequest;
import io.millrace.bus.OffsetsReply;
import io.millrace.bus.OffsetsRequest;
import io.millrace.bus.OwnedBuffer;
import io.millrace.bus.PartitionClient;
import io.millrace.bus.ProduceReply;
import io.millrace.bus.ProduceRequest;
import io.millrace.group.codec.GroupRecordCodec;
import io.millrace.model.Acks;
import io.millrace.model.AppendCondition;
import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.TimeSource;
import io.millrace.model.config.CoordinatorSettings;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.record.RecordSlice;
import io.netty.buffer.Unpooled;
import io.vertx.core.WorkerExecutor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * A coordinator's log over the event bus. What is read is taken apart on a worker.
 *
 * <p>Threading: the verticle's context.
 */
final class BusCoordinatorLog implements CoordinatorLog {
  private static final long DECOMPRESSION_BUDGET_BYTES = 64L << 20;

  /** How long a read waits for records that are written and not yet known to be committed. */
  private static final long COMMIT_WAIT_NANOS = 5_000_000_000L;

  private final PartitionId partition;
  private final PartitionClient client;
  private final GroupRecordCodec codec;
  private final Executor events;
  private final Executor nextPass;
  private final WorkerExecutor worker;
  private final LongSupplier imageVersion;
  private final TimeSource time;
  private final int readBytes;
  private final long timeoutNanos;

  /**
   * The log of one coordinator.
   *
   * @param events what callbacks are run by, so that what they lead to is carried out
   * @param nextPass the same, once the event at hand is over
   */
  BusCoordinatorLog(
      PartitionId partition,
      PartitionClient client,
      GroupRecordCodec codec,
      WorkerExecutor worker,
      LongSupplier imageVersion,
      Executor events,
      Executor nextPass,
      TimeSource time,
      SettingValues settings) {
    this.partition = partition;
    this.client = client;
    this.codec = codec;
    this.events = events;
    this.nextPass = nextPass;
    this.worker = worker;
    this.imageVersion = imageVersion;
    this.time = time;
    this.readBytes = settings.get(CoordinatorSettings.OFFSETS_LOAD_BUFFER_SIZE);
    this.timeoutNanos = settings.get(ServerSettings.REQUEST_TIMEOUT_MS) * 1_000_000L;
  }

  @Override
  public void append(
      ByteBuffer batch, AppendCondition condition, Consumer<ProduceReply.Result> whenDone) {
    ProduceRequest.Entry entry =
        new ProduceRequest.Entry(
            partition, new OwnedBuffer(Unpooled.wrappedBuffer(batch)), Optional.of(condition));
    Later<ProduceReply> later = new Later<>(reply -> whenDone.accept(reply.results().get(0)));
    client.produce(
        new ProduceRequest(List.of(entry), Acks.ALL, imageVersion.getAsLong(), deadlineNanos()),
        later);
    later.called();
  }

  /**
   * One question of a coordinator that loads.
   *
   * @param waits whether it waits for something to be committed, since all that is has been read
   */
  private record Reading(long offset, int leaderEpoch, boolean waits, Consumer<Chunk> whenRead) {
    Reading waiting() {
      return new Reading(offset, leaderEpoch, true, whenRead);
    }
  }

  @Override
  public void read(long offset, int leaderEpoch, Consumer<Chunk> whenRead) {
    read(new Reading(offset, leaderEpoch, false, whenRead));
  }

  private void read(Reading asked) {
    FetchRequest.Entry entry =
        new FetchRequest.Entry(partition, asked.offset(), asked.leaderEpoch(), readBytes);
    Later<FetchReply> later = new Later<>(reply -> onRead(asked, reply.results().get(0)));
    client.fetch(
        new FetchRequest(
            List.of(entry),
            asked.waits() ? 1 : 0,
            readBytes,
            imageVersion.getAsLong(),
            asked.waits() ? time.monotonicNanos() + COMMIT_WAIT_NANOS : deadlineNanos()),
        later);
    later.called();
  }

  private long deadlineNanos() {
    return time.monotonicNanos() + timeoutNanos;
  }

  private void onRead(Reading asked, FetchReply.Result result) {
    RecordSlice slice = result.slice().orElse(null);
    if (slice != null) {
      digest(slice, asked.offset(), asked.whenRead());
    } else if (result.error() == ErrorCode.NONE) {
      askForEnd(asked, result);
    } else if (result.error() == ErrorCode.OFFSET_OUT_OF_RANGE
        && result.logStartOffset() > asked.offset()) {
      asked.whenRead().accept(new Gone(result.logStartOffset()));
    } else {
      asked.whenRead().accept(new Unreadable(result.error() + ": " + result.reason()));
    }
  }

  /**
   * Everything is read that the leader knows to be committed. One that leads since a moment ago may
   * have more that was committed under the leader before, and learns so from its followers: until
   * then the records read are those of the past.
   */
  private void askForEnd(Reading asked, FetchReply.Result read) {
    OffsetsRequest.Entry entry =
        new OffsetsRequest.Entry(partition, OffsetsRequest.END_OF_EPOCH, read.leaderEpoch());
    client
        .offsets(new OffsetsRequest(List.of(entry), imageVersion.getAsLong(), deadlineNanos()))
        .onSuccess(end -> events.execute(() -> onEnd(asked, read, end.results().get(0))));
  }

  private void onEnd(Reading asked, FetchReply.Result read, OffsetsReply.Result end) {
    if (end.error() != ErrorCode.NONE) {
      asked.whenRead().accept(new Unreadable(end.error() + ": " + end.reason()));
    } else if (end.offset() <= read.highWatermark()) {
      // Compaction may have left nothing between the offset and the end.
      asked
          .whenRead()
          .accept(new End(read.leaderEpoch(), Math.max(asked.offset(), read.highWatermark())));
    } else if (!asked.waits()) {
      read(asked.waiting());
    } else {
      // Others that are to be loaded get their turn.
      asked
          .whenRead()
          .accept(
              new Unreadable(
                  "offsets "
                      + read.highWatermark()
                      + " to "
                      + end.offset()
                      + " are not committed yet"));
    }
  }

  private void digest(RecordSlice slice, long offset, Consumer<Chunk> whenRead) {
    worker
        .<Chunk>executeBlocking(
            () -> LogDigest.of(slice, codec, offset, DECOMPRESSION_BUDGET_BYTES), false)
        .onComplete(
            done -> {
              slice.release();
              Chunk chunk =
                  done.succeeded()
                      ? done.result()
                      : new Unreadable("its records cannot be read: " + done.cause());
              events.execute(() -> whenRead.accept(chunk));
            });
  }

  /** Calls back only after the call that it was given to has returned. */
  private final class Later<T> implements Consumer<T> {
    private final Consumer<T> target;
    private boolean returned;

    Later(Consumer<T> target) {
      this.target = target;
    }

    void called() {
      returned = true;
    }

    @Override
    public void accept(T value) {
      if (returned) {
        events.execute(() -> target.accept(value));
      } else {
        nextPass.execute(() -> target.accept(value));
      }
    }
  }
}
