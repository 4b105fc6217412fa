package io.millrace.endpoint;

import io.millrace.bus.FetchReply;
import io.millrace.bus.FetchRequest;
import io.millrace.bus.LogsReply;
import io.millrace.bus.OffsetsReply;
import io.millrace.bus.OffsetsRequest;
import io.millrace.bus.PartitionClient;
import io.millrace.bus.ProduceReply;
import io.millrace.bus.ProduceRequest;
import io.millrace.model.ErrorCode;
import io.millrace.model.LogDescription;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.record.BatchHeader;
import io.millrace.record.BufferSlice;
import io.millrace.record.RecordSlice;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Partitions in memory behind the port that endpoints see: real batches, offsets, high watermarks
 * and waiting fetches, no shards and no disk. One object for all event loops.
 */
public class InMemoryPartitions implements PartitionClient {
  private final Map<PartitionId, List<ByteBuffer>> logs = new HashMap<>();
  private final Map<PartitionId, Long> starts = new HashMap<>();
  private final Set<Waiter> waiters = new HashSet<>();
  private final Set<RecordSlice> slices = new HashSet<>();
  private ErrorCode failure = ErrorCode.NONE;

  /** Opens a partition. */
  public synchronized void open(PartitionId partition) {
    logs.putIfAbsent(partition, new ArrayList<>());
    starts.putIfAbsent(partition, 0L);
  }

  /** Forgets a partition. */
  public synchronized void delete(PartitionId partition) {
    logs.remove(partition);
    starts.remove(partition);
    wake();
  }

  /** From now on everything is answered with this error; NONE to end it. */
  public synchronized void failWith(ErrorCode error) {
    failure = error;
  }

  /** How many slices were handed out and not released. */
  public synchronized long slicesHeld() {
    return slices.stream().filter(slice -> ((BufferSlice) slice).references() > 0).count();
  }

  private long end(PartitionId partition) {
    List<ByteBuffer> log = logs.get(partition);
    return log.isEmpty()
        ? starts.get(partition)
        : BatchHeader.nextOffset(log.get(log.size() - 1), 0);
  }

  private ErrorCode errorOf(PartitionId partition) {
    if (failure != ErrorCode.NONE) {
      return failure;
    }
    return logs.containsKey(partition) ? ErrorCode.NONE : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  }

  @Override
  public void produce(ProduceRequest request, Consumer<ProduceReply> whenDone) {
    List<ProduceReply.Result> results = new ArrayList<>();
    synchronized (this) {
      for (ProduceRequest.Entry entry : request.entries()) {
        results.add(append(entry));
      }
      wake();
    }
    whenDone.accept(new ProduceReply(results));
  }

  private ProduceReply.Result append(ProduceRequest.Entry entry) {
    if (!entry.batch().take()) {
      return ProduceReply.Result.failed(ErrorCode.REQUEST_TIMED_OUT, "cancelled");
    }
    ByteBuffer copy = ByteBuffer.allocate(entry.batch().sizeBytes());
    copy.put(entry.batch().bytes()).flip();
    entry.batch().release();
    ErrorCode error = errorOf(entry.partition());
    if (error != ErrorCode.NONE) {
      return ProduceReply.Result.failed(error, error.sentence());
    }
    try {
      BatchHeader.requireValid(copy, 0);
    } catch (StreamException e) {
      return ProduceReply.Result.failed(e.code(), e.getMessage());
    }
    long offset = end(entry.partition());
    BatchHeader.setBaseOffset(copy, 0, offset);
    BatchHeader.setLeaderEpoch(copy, 0, 0);
    logs.get(entry.partition()).add(copy);
    return new ProduceReply.Result(ErrorCode.NONE, "", offset, -1, 0, 0);
  }

  @Override
  public Waiting fetch(FetchRequest request, Consumer<FetchReply> whenDone) {
    Waiter waiter = new Waiter(request, whenDone);
    FetchReply reply;
    synchronized (this) {
      reply = read(request);
      int bytes = bytesOf(reply);
      boolean failed = reply.results().stream().anyMatch(r -> r.error() != ErrorCode.NONE);
      if (bytes >= request.minBytes()
          || failed
          || request.deadlineNanos() - System.nanoTime() <= 0) {
        waiter.done = true;
      } else {
        reply.results().forEach(r -> r.slice().ifPresent(RecordSlice::release));
        waiters.add(waiter);
        waiter.startTimer();
        return waiter;
      }
    }
    whenDone.accept(reply);
    return waiter;
  }

  private static int bytesOf(FetchReply reply) {
    return reply.results().stream()
        .mapToInt(r -> r.slice().map(RecordSlice::sizeBytes).orElse(0))
        .sum();
  }

  private FetchReply read(FetchRequest request) {
    List<FetchReply.Result> results = new ArrayList<>();
    int left = request.maxBytes();
    for (FetchRequest.Entry entry : request.entries()) {
      FetchReply.Result result = read(entry, left);
      left -= result.slice().map(RecordSlice::sizeBytes).orElse(0);
      results.add(result);
    }
    return new FetchReply(results);
  }

  private FetchReply.Result read(FetchRequest.Entry entry, int budget) {
    ErrorCode error = errorOf(entry.partition());
    if (error != ErrorCode.NONE) {
      return FetchReply.Result.failed(error, error.sentence(), -1, -1);
    }
    long start = starts.get(entry.partition());
    long end = end(entry.partition());
    if (entry.offset() < start || entry.offset() > end) {
      return FetchReply.Result.failed(
          ErrorCode.OFFSET_OUT_OF_RANGE, "offset " + entry.offset(), end, start);
    }
    ByteBuffer bytes = ByteBuffer.allocate(0);
    for (ByteBuffer batch : logs.get(entry.partition())) {
      boolean wanted = BatchHeader.nextOffset(batch, 0) > entry.offset();
      int limit = Math.min(budget, entry.maxBytes());
      if (wanted && (bytes.capacity() == 0 || bytes.capacity() + batch.capacity() <= limit)) {
        bytes =
            ByteBuffer.allocate(bytes.capacity() + batch.capacity())
                .put(bytes.rewind())
                .put(batch.duplicate().rewind());
      } else if (wanted) {
        break;
      }
    }
    return new FetchReply.Result(ErrorCode.NONE, "", slice(bytes.rewind()), end, start, 0);
  }

  private Optional<RecordSlice> slice(ByteBuffer bytes) {
    if (!bytes.hasRemaining()) {
      return Optional.empty();
    }
    RecordSlice slice = BufferSlice.of(bytes);
    slices.add(slice);
    return Optional.of(slice);
  }

  private void wake() {
    for (Waiter waiter : List.copyOf(waiters)) {
      FetchReply reply = read(waiter.request);
      boolean failed = reply.results().stream().anyMatch(r -> r.error() != ErrorCode.NONE);
      if (failed || bytesOf(reply) >= waiter.request.minBytes()) {
        waiter.finish(reply);
      } else {
        reply.results().forEach(r -> r.slice().ifPresent(RecordSlice::release));
      }
    }
  }

  private synchronized void expire(Waiter waiter) {
    if (waiters.contains(waiter)) {
      waiter.finish(read(waiter.request));
    }
  }

  @Override
  public Future<OffsetsReply> offsets(OffsetsRequest request) {
    List<OffsetsReply.Result> results = new ArrayList<>();
    synchronized (this) {
      for (OffsetsRequest.Entry entry : request.entries()) {
        results.add(offset(entry));
      }
    }
    return Future.succeededFuture(new OffsetsReply(results));
  }

  private OffsetsReply.Result offset(OffsetsRequest.Entry entry) {
    ErrorCode error = errorOf(entry.partition());
    if (error != ErrorCode.NONE) {
      return OffsetsReply.Result.failed(error, error.sentence());
    }
    long start = starts.get(entry.partition());
    long end = end(entry.partition());
    long offset = -1;
    long timestampMs = -1;
    if (entry.timestampMs() == OffsetsRequest.EARLIEST) {
      offset = start;
    } else if (entry.timestampMs() == OffsetsRequest.LATEST
        || entry.timestampMs() == OffsetsRequest.END_OF_EPOCH) {
      // There never is but one epoch.
      offset = end;
    } else {
      for (ByteBuffer batch : logs.get(entry.partition())) {
        if (offset < 0 && BatchHeader.maxTimestampMs(batch, 0) >= entry.timestampMs()) {
          offset = BatchHeader.baseOffset(batch, 0);
          timestampMs = BatchHeader.maxTimestampMs(batch, 0);
        }
      }
    }
    return new OffsetsReply.Result(ErrorCode.NONE, "", offset, timestampMs, 0, start, end);
  }

  @Override
  public synchronized Future<Long> deleteRecords(
      PartitionId partition, long beforeOffset, long deadlineNanos) {
    long before = beforeOffset < 0 ? end(partition) : beforeOffset;
    logs.get(partition).removeIf(batch -> BatchHeader.nextOffset(batch, 0) <= before);
    starts.put(partition, before);
    return Future.succeededFuture(before);
  }

  @Override
  public synchronized Future<LogsReply> describeLogs(
      List<PartitionId> partitions, long deadlineNanos) {
    return Future.succeededFuture(
        new LogsReply(
            partitions.stream()
                .map(partition -> new LogDescription(0, 0, end(partition), 0, List.of()))
                .map(log -> new LogsReply.Result(ErrorCode.NONE, "", log))
                .toList()));
  }

  /** A fetch that waits; called back on the loop that asked. */
  private final class Waiter implements Waiting {
    private final FetchRequest request;
    private final Consumer<FetchReply> whenDone;
    private final Context context = Vertx.currentContext();
    private long timer = -1;
    private boolean done;

    Waiter(FetchRequest request, Consumer<FetchReply> whenDone) {
      this.request = request;
      this.whenDone = whenDone;
    }

    void startTimer() {
      long ms = TimeUnit.NANOSECONDS.toMillis(request.deadlineNanos() - System.nanoTime()) + 1;
      timer = context.owner().setTimer(ms, fired -> expire(this));
    }

    void finish(FetchReply reply) {
      waiters.remove(this);
      context.owner().cancelTimer(timer);
      context.runOnContext(
          run -> {
            if (done) {
              reply.results().forEach(r -> r.slice().ifPresent(RecordSlice::release));
            } else {
              done = true;
              whenDone.accept(reply);
            }
          });
    }

    @Override
    public void cancel() {
      synchronized (InMemoryPartitions.this) {
        done = true;
        waiters.remove(this);
        if (timer >= 0) {
          context.owner().cancelTimer(timer);
        }
      }
    }
  }
}
