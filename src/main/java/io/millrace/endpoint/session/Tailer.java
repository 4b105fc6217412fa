package io.millrace.endpoint.session;

import io.millrace.bus.FetchReply;
import io.millrace.bus.FetchRequest;
import io.millrace.bus.PartitionClient;
import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.protocol.stream.WireFormat;
import io.millrace.record.RecordSlice;
import java.io.IOException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one partition for everybody on this loop who has caught up with it: one waiting fetch,
 * and what it brings is encoded once per format. A follower that cannot take a delivery, for want
 * of credit or because its socket is full, leaves and reads for itself from its own position.
 *
 * <p>Invariant: no follower's position is below {@code position}, except while a delivery is being
 * handed out.
 *
 * <p>Threading: its loop's event loop.
 */
final class Tailer {
  private static final Logger LOG = LoggerFactory.getLogger(Tailer.class);
  private static final int WAIT_MS = 30_000;

  private final SessionLoop loop;
  private final PartitionId partition;
  private final Map<StreamCursor, RecordStream> followers = new LinkedHashMap<>();
  private final Pump pump = new Pump(this::step);
  private PartitionClient.@Nullable Waiting fetch;
  private long position;
  private boolean fetching;
  private boolean closed;

  Tailer(SessionLoop loop, PartitionId partition, long position) {
    this.loop = loop;
    this.partition = partition;
    this.position = position;
  }

  /** Where the next delivery begins. */
  long position() {
    return position;
  }

  void add(RecordStream stream, StreamCursor cursor) {
    if (cursor.position < position) {
      throw new IllegalStateException(
          "a follower at " + cursor.position + " of a reader at " + position);
    }
    followers.put(cursor, stream);
    // First, because the fetch may bring a delivery at once.
    stream.toTailing(cursor);
    pump.run();
  }

  void remove(StreamCursor cursor) {
    followers.remove(cursor);
    if (followers.isEmpty()) {
      close();
    }
  }

  private void step() {
    if (closed || fetching) {
      return;
    }
    int maxBytes = loop.limits().messageMaxBytes();
    FetchRequest request =
        new FetchRequest(
            List.of(
                new FetchRequest.Entry(partition, position, loop.leaderEpoch(partition), maxBytes)),
            1,
            maxBytes,
            loop.image().version(),
            loop.inMs(WAIT_MS));
    fetching = true;
    PartitionClient.Waiting waiting = loop.partitions().fetch(request, this::onReply);
    if (fetching) {
      fetch = waiting;
    }
  }

  private void onReply(FetchReply reply) {
    fetching = false;
    fetch = null;
    FetchReply.Result result = reply.results().get(0);
    if (closed) {
      result.slice().ifPresent(RecordSlice::release);
      return;
    }
    if (result.error() != ErrorCode.NONE) {
      result.slice().ifPresent(RecordSlice::release);
      dismissAll();
    } else {
      result.slice().ifPresent(slice -> handOut(slice, result.leaderEpoch()));
    }
    if (followers.isEmpty()) {
      close();
    } else {
      pump.run();
    }
  }

  private void handOut(RecordSlice slice, int leaderEpoch) {
    long from = position;
    position = slice.nextOffset();
    Map<WireFormat, TailBatch> encoded = new EnumMap<>(WireFormat.class);
    try {
      for (Map.Entry<StreamCursor, RecordStream> follower : List.copyOf(followers.entrySet())) {
        StreamCursor cursor = follower.getKey();
        if (!followers.containsKey(cursor) || cursor.position >= position) {
          continue;
        }
        boolean shared = cursor.position == from && slice.baseOffset() <= from;
        if (!shared || !offer(follower.getValue(), cursor, slice, from, leaderEpoch, encoded)) {
          dismiss(cursor);
        }
      }
    } finally {
      encoded.values().forEach(TailBatch::release);
      slice.release();
    }
  }

  private boolean offer(
      RecordStream stream,
      StreamCursor cursor,
      RecordSlice slice,
      long from,
      int leaderEpoch,
      Map<WireFormat, TailBatch> encoded) {
    if (slice.sizeBytes() > loop.limits().tailBufferBytes()) {
      return false;
    }
    WireFormat format = stream.session().format();
    TailBatch batch = encoded.get(format);
    try {
      if (batch == null) {
        batch = TailBatch.encode(loop, format, cursor, from, slice, leaderEpoch);
        encoded.put(format, batch);
      }
    } catch (IOException | StreamException e) {
      // Reading for itself, the follower is told what is wrong.
      LOG.debug("records of {} from {} cannot be shared", partition, from, e);
      return false;
    }
    return stream.offer(cursor, batch);
  }

  private void dismissAll() {
    List.copyOf(followers.keySet()).forEach(this::dismiss);
  }

  private void dismiss(StreamCursor cursor) {
    RecordStream stream = followers.remove(cursor);
    if (stream != null) {
      stream.toBehind(cursor);
      stream.pump();
    }
  }

  /** Stops waiting; who still follows goes on by itself. */
  void close() {
    if (closed) {
      return;
    }
    closed = true;
    loop.tailers().remove(partition, this);
    PartitionClient.Waiting waiting = fetch;
    fetch = null;
    if (waiting != null) {
      waiting.cancel();
    }
    dismissAll();
  }
}
