package io.millrace.verticle;

import io.millrace.bus.Address;
import io.millrace.bus.FetchReply;
import io.millrace.bus.FetchRequest;
import io.millrace.bus.LoopMail;
import io.millrace.bus.OffsetsRequest;
import io.millrace.bus.PartitionClient;
import io.millrace.bus.ProduceRequest;
import io.millrace.bus.ShardReply;
import io.millrace.bus.ShardRequest;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TimeSource;
import io.millrace.record.RecordSlice;
import java.util.HashMap;
import java.util.Map;

/**
 * Carries out what other nodes ask this node's shards. A request may be for several shards: it is
 * split over them, and answered as one shard would.
 *
 * <p>Threading: the verticle's context.
 */
final class PeerRequests {
  /** A reply that is longer would keep others from the connection for too long. */
  private static final int MAX_READ_BYTES = 512 * 1024;

  private final PartitionClient partitions;
  private final Outbox outbox;
  private final TimeSource time;
  private final Map<Sent, PartitionClient.Waiting> waiting = new HashMap<>();

  PeerRequests(PartitionClient partitions, Outbox outbox, TimeSource time) {
    this.partitions = partitions;
    this.outbox = outbox;
    this.time = time;
  }

  void handle(ShardRequest request) {
    if (request instanceof ShardRequest.Append append) {
      append(append);
    } else if (request instanceof ShardRequest.Read read) {
      read(read);
    } else if (request instanceof ShardRequest.Forget forget) {
      PartitionClient.Waiting forgotten = waiting.remove(Sent.of(forget));
      if (forgotten != null) {
        forgotten.cancel();
      }
    } else if (request instanceof ShardRequest.FindOffsets find) {
      find(find);
    } else if (request instanceof ShardRequest.DeleteRecords delete) {
      delete(delete);
    } else if (request instanceof ShardRequest.DescribeLogs describe) {
      describe(describe);
    }
  }

  private void reply(ShardRequest request, ShardReply reply) {
    outbox.reply(request.replyTo(), reply);
    outbox.flush();
  }

  private void append(ShardRequest.Append append) {
    partitions.produce(
        new ProduceRequest(
            append.entries(), append.acks(), append.imageVersion(), append.deadlineNanos()),
        done -> reply(append, new ShardReply.Appended(append.correlationId(), done.results())));
  }

  private void read(ShardRequest.Read read) {
    partitions.fetch(
        new FetchRequest(
            read.entries(), 0, maxBytes(read), read.imageVersion(), read.deadlineNanos()),
        found -> {
          long sizeBytes = sizeBytes(found);
          boolean watch = !isFailed(found) && sizeBytes < read.waitFor().minBytes();
          reply(read, new ShardReply.ReadDone(read.correlationId(), found.results(), watch));
          if (watch) {
            watch(read, sizeBytes);
          }
        });
  }

  /** Reads again, and waits until there is so much more. */
  private void watch(ShardRequest.Read read, long hasBytes) {
    ShardRequest.WaitFor waitFor = read.waitFor();
    Sent sent = Sent.of(read);
    FetchRequest more =
        new FetchRequest(
            read.entries(),
            (int) Math.min(Integer.MAX_VALUE, hasBytes + waitFor.wakeBytes()),
            maxBytes(read),
            read.imageVersion(),
            waitFor.untilNanos());
    // Kept before it may be answered: an answer that is there at once takes it away again.
    Watch watch = new Watch();
    waiting.put(sent, watch);
    watch.fetch =
        partitions.fetch(
            more,
            found -> {
              if (waiting.remove(sent, watch)) {
                news(read, found);
              } else {
                release(found);
              }
            });
  }

  private void news(ShardRequest.Read read, FetchReply found) {
    boolean late = read.waitFor().untilNanos() - time.monotonicNanos() <= 0;
    if (read.waitFor().sole()) {
      reply(read, new ShardReply.ReadDone(read.correlationId(), found.results(), false));
      return;
    }
    release(found);
    if (!late) {
      reply(read, new ShardReply.Woken(read.correlationId()));
    }
  }

  private static int maxBytes(ShardRequest.Read read) {
    return Math.min(read.maxBytes(), MAX_READ_BYTES);
  }

  private static void release(FetchReply found) {
    found.results().forEach(result -> result.slice().ifPresent(RecordSlice::release));
  }

  private static boolean isFailed(FetchReply found) {
    return found.results().stream().anyMatch(result -> result.error() != ErrorCode.NONE);
  }

  private static long sizeBytes(FetchReply found) {
    return found.results().stream()
        .mapToLong(result -> result.slice().map(RecordSlice::sizeBytes).orElse(0))
        .sum();
  }

  private void find(ShardRequest.FindOffsets find) {
    partitions
        .offsets(new OffsetsRequest(find.entries(), find.imageVersion(), find.deadlineNanos()))
        .onSuccess(
            found ->
                reply(find, new ShardReply.OffsetsFound(find.correlationId(), found.results())));
  }

  private void delete(ShardRequest.DeleteRecords delete) {
    partitions
        .deleteRecords(delete.partition(), delete.beforeOffset(), delete.deadlineNanos())
        .onSuccess(start -> reply(delete, deleted(delete, ErrorCode.NONE, "", start)))
        .onFailure(
            failure -> {
              ErrorCode code =
                  failure instanceof StreamException known
                      ? known.code()
                      : ErrorCode.UNKNOWN_SERVER_ERROR;
              reply(delete, deleted(delete, code, String.valueOf(failure.getMessage()), -1));
            });
  }

  private static ShardReply deleted(
      ShardRequest.DeleteRecords delete, ErrorCode error, String reason, long start) {
    return new ShardReply.RecordsDeleted(delete.correlationId(), error, reason, start);
  }

  private void describe(ShardRequest.DescribeLogs describe) {
    partitions
        .describeLogs(describe.partitions(), describe.deadlineNanos())
        .onSuccess(
            logs ->
                reply(
                    describe,
                    new ShardReply.LogsDescribed(describe.correlationId(), logs.results())));
  }

  /** Nobody waits any more. */
  void close() {
    waiting.values().forEach(PartitionClient.Waiting::cancel);
    waiting.clear();
  }

  private record Sent(Address<LoopMail> replyTo, long correlationId) {
    static Sent of(ShardRequest request) {
      return new Sent(request.replyTo(), request.correlationId());
    }
  }

  /** A fetch that is about to be, or is, waited for. */
  private static final class Watch implements PartitionClient.Waiting {
    private PartitionClient.@org.jspecify.annotations.Nullable Waiting fetch;

    @Override
    public void cancel() {
      if (fetch != null) {
        fetch.cancel();
      }
    }
  }
}
