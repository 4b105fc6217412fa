package io.millrace.endpoint.session;

import io.millrace.bus.FetchReply;
import io.millrace.bus.FetchRequest;
import io.millrace.bus.PartitionClient;
import io.millrace.model.ErrorCode;
import io.millrace.protocol.stream.WireFormat;
import io.millrace.record.RecordSlice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads for those cursors of one stream that are behind: one fetch at a time over several of them
 * in turn, never more than the credit, and only while the socket takes it. What cannot be delivered
 * is let go and read again later.
 *
 * <p>Threading: its session's.
 */
final class StreamReader {
  private static final int MAX_CURSORS_PER_FETCH = 64;
  private static final int RETRY_MS = 100;
  private static final int MAX_RETRY_MS = 5_000;

  private final RecordStream stream;
  private final SessionLoop loop;
  private final Pump pump = new Pump(this::step);
  private final Set<StreamCursor> wanting = new LinkedHashSet<>();
  private PartitionClient.@Nullable Waiting fetch;
  private boolean fetching;
  private int generation;
  private @Nullable AvroDelivery unfinished;

  StreamReader(RecordStream stream) {
    this.stream = stream;
    this.loop = stream.session().loop();
  }

  /** Takes a cursor in if it is behind and not paused, else lets it go. */
  void wants(StreamCursor cursor) {
    if (cursor.state == StreamCursor.State.BEHIND && !stream.isPaused(cursor)) {
      wanting.add(cursor);
    } else {
      wanting.remove(cursor);
    }
  }

  void forget(StreamCursor cursor) {
    wanting.remove(cursor);
    AvroDelivery delivery = unfinished;
    if (delivery != null && delivery.cursor() == cursor) {
      unfinished = null;
      delivery.abandon();
    }
  }

  /** Gives up what is under way; cursors that were being read must be offered again. */
  void cancel() {
    cancelFetch();
    AvroDelivery delivery = unfinished;
    unfinished = null;
    if (delivery != null) {
      delivery.abandon();
    }
  }

  /** As {@link #cancel}, but a batch that was begun is still sent to its end. */
  void cancelFetch() {
    generation++;
    fetching = false;
    PartitionClient.Waiting waiting = fetch;
    fetch = null;
    if (waiting != null) {
      waiting.cancel();
    }
  }

  void pump() {
    pump.run();
  }

  private void step() {
    AvroDelivery delivery = unfinished;
    if (delivery != null) {
      proceed(delivery);
    }
    if (fetching || unfinished != null || wanting.isEmpty() || !stream.mayRead()) {
      return;
    }
    List<StreamCursor> cursors = takeTurn();
    int maxBytes = maxBytes();
    List<FetchRequest.Entry> entries = new ArrayList<>(cursors.size());
    for (StreamCursor cursor : cursors) {
      entries.add(
          new FetchRequest.Entry(
              cursor.partition, cursor.position, loop.leaderEpoch(cursor.partition), maxBytes));
    }
    long deadline = loop.inMs(loop.limits().requestTimeoutMs());
    FetchRequest request = new FetchRequest(entries, 0, maxBytes, loop.image().version(), deadline);
    int mine = ++generation;
    fetching = true;
    PartitionClient.Waiting waiting =
        loop.partitions().fetch(request, reply -> onReply(mine, cursors, entries, reply));
    // The reply may have come already, and another fetch with it.
    if (fetching && generation == mine) {
      fetch = waiting;
    }
  }

  /** Those who waited longest; who still wants more afterwards goes to the end of the line. */
  private List<StreamCursor> takeTurn() {
    List<StreamCursor> cursors = wanting.stream().limit(MAX_CURSORS_PER_FETCH).toList();
    cursors.forEach(wanting::remove);
    return cursors;
  }

  /** No more than the credit; JSON has to be in memory for a moment, so one message's worth. */
  private int maxBytes() {
    SessionLimits limits = loop.limits();
    int most =
        stream.session().format() == WireFormat.AVRO
            ? limits.fetchMaxBytes()
            : Math.min(limits.messageMaxBytes(), limits.fetchMaxBytes());
    return (int) Math.min(most, stream.credit().bytes());
  }

  private void onReply(
      int mine, List<StreamCursor> cursors, List<FetchRequest.Entry> entries, FetchReply reply) {
    if (mine != generation) {
      reply.results().forEach(result -> result.slice().ifPresent(RecordSlice::release));
      return;
    }
    fetching = false;
    fetch = null;
    boolean anySlice = reply.results().stream().anyMatch(result -> result.slice().isPresent());
    for (int i = 0; i < cursors.size(); i++) {
      StreamCursor cursor = cursors.get(i);
      FetchReply.Result result = reply.results().get(i);
      boolean current =
          cursor.state == StreamCursor.State.BEHIND
              && cursor.position == entries.get(i).offset()
              && !stream.isPaused(cursor);
      if (current) {
        take(cursor, result, anySlice);
      } else {
        result.slice().ifPresent(RecordSlice::release);
      }
      wants(cursor);
    }
    stream.checkCaughtUp();
    pump();
  }

  private void take(StreamCursor cursor, FetchReply.Result result, boolean anySlice) {
    if (result.error() != ErrorCode.NONE) {
      result.slice().ifPresent(RecordSlice::release);
      new ReadFailure(stream, cursor).handle(result, this::retryLater);
      return;
    }
    if (result.slice().isPresent()) {
      RecordSlice slice = result.slice().get();
      cursor.failures = 0;
      if (cursor.slow && stream.options().skipWhenSlow()) {
        slice.release();
        cursor.slow = false;
        stream.gap(cursor, Math.max(cursor.position, result.highWatermark()), "skipped");
      } else if (unfinished != null || !stream.mayRead()) {
        slice.release();
      } else {
        cursor.leaderEpoch = result.leaderEpoch();
        deliver(cursor, slice);
      }
    } else if (cursor.position >= result.highWatermark()) {
      loop.tailers().join(stream, cursor);
    } else if (!anySlice) {
      // There should be something, and nobody got anything: do not ask in a circle.
      retryLater(cursor);
    }
  }

  private void deliver(StreamCursor cursor, RecordSlice slice) {
    if (slice.baseOffset() > cursor.position) {
      stream.gap(cursor, slice.baseOffset(), "compaction");
    }
    if (stream.session().format() == WireFormat.AVRO) {
      proceed(new AvroDelivery(stream, cursor, slice));
      return;
    }
    try {
      JsonDelivery.deliver(stream, cursor, slice);
    } catch (IOException e) {
      retryLater(cursor);
    } finally {
      slice.release();
    }
  }

  private void proceed(AvroDelivery delivery) {
    unfinished = delivery;
    try {
      if (delivery.proceed()) {
        unfinished = null;
      }
    } catch (IOException e) {
      unfinished = null;
      delivery.abandon();
      retryLater(delivery.cursor());
    }
  }

  /** Asks again after a while that grows with every failure. */
  private void retryLater(StreamCursor cursor) {
    cursor.state = StreamCursor.State.RETRYING;
    cursor.failures++;
    long delayMs = Math.min(MAX_RETRY_MS, (long) RETRY_MS << Math.min(cursor.failures - 1, 6));
    loop.timers()
        .at(
            loop.inMs(delayMs),
            () -> {
              if (!stream.isClosed() && cursor.state == StreamCursor.State.RETRYING) {
                stream.toBehind(cursor);
                stream.pump();
              }
            });
  }
}
